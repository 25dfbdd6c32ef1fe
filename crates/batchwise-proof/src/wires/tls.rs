//! TLS in front of a plain server: bytes go through, and a connection ends in front as it ended behind.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// A front on a port of its own; dropping it ends it with all of its connections.
#[derive(Debug)]
pub(crate) struct Front {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Front {
    pub(crate) async fn start(behind: SocketAddr, config: Arc<ServerConfig>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(config);
        let server = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                // What becomes of a connection is its client's to see.
                connections.spawn(through(stream, behind, acceptor.clone()));
            }
        });
        Ok(Self { address, server })
    }

    pub(crate) const fn addr(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn through(stream: TcpStream, behind: SocketAddr, acceptor: TlsAcceptor) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut client = acceptor.accept(stream).await?;
    let mut server = TcpStream::connect(behind).await?;
    server.set_nodelay(true)?;
    let (mut up, mut down) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => match read {
                Ok(count @ 1..) => server.write_all(up.get(..count).unwrap_or_default()).await?,
                _ => return Ok(()),
            },
            read = server.read(&mut down) => match read {
                // In good order, with TLS's own good-bye.
                Ok(0) => return client.shutdown().await,
                Ok(count) => {
                    client.write_all(down.get(..count).unwrap_or_default()).await?;
                    client.flush().await?;
                }
                // A reset behind is a reset in front.
                Err(_) => return client.get_ref().0.set_zero_linger(),
            },
        }
    }
}
