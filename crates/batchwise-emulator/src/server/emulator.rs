//! The running server.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use batchwise_core::clock::{SharedClock, SystemClock};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::serve::{serve, until_stop};
use crate::config::EmulatorConfig;
use crate::log::LogEntry;
use crate::memory::InMemoryTransport;
use crate::shared::Shared;
use crate::truth::Truth;

/// Time that requests in hand have to be answered when the server is shut down.
const GRACE: Duration = Duration::from_secs(5);

/// A pause after the system refused to accept, which it does when it is out of file handles.
const BREATHER: Duration = Duration::from_millis(20);

/// The four providers on one loopback port.
///
/// Dropping it stops it at once; [`Emulator::shutdown`] lets the requests in hand finish.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use batchwise_emulator::{Emulator, EmulatorConfig};
///
/// let emulator = Emulator::start(EmulatorConfig::default()).await?;
/// assert!(emulator.base_url().starts_with("http://127.0.0.1:"));
/// assert_eq!(emulator.truth().calltouch.removed_count(), 0);
/// emulator.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[must_use = "dropping the emulator stops it"]
pub struct Emulator {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts on 127.0.0.1 and the configured port, inside a tokio runtime with time and I/O enabled.
    ///
    /// # Errors
    /// When the port can't be listened on.
    pub async fn start(config: EmulatorConfig) -> io::Result<Self> {
        Self::start_on_clock(config, SystemClock::shared()).await
    }

    /// The same with quotas, sessions and slow answers on a clock of your own.
    ///
    /// # Errors
    /// When the port can't be listened on.
    pub async fn start_on_clock(config: EmulatorConfig, clock: SharedClock) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(config, clock));
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(accept(listener, Arc::clone(&shared), stopped));
        Ok(Self {
            address,
            shared,
            stop,
            server: Some(server),
        })
    }

    /// The address it listens on.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.address
    }

    /// The origin for clients: `http://127.0.0.1:PORT`, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ready-to-paste curl lines for every method, against this port.
    #[must_use]
    pub fn curl_lines(&self) -> String {
        crate::curl::lines(&self.base_url())
    }

    /// What truly happened so far.
    #[must_use]
    pub fn truth(&self) -> Truth {
        self.shared.truth()
    }

    /// The faults that fired and the requests over quota, each with why.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.shared.log()
    }

    /// A transport into the same world that needs no socket.
    #[must_use]
    pub fn in_memory(&self) -> InMemoryTransport {
        InMemoryTransport::into_shared(Arc::clone(&self.shared))
    }

    /// Takes no more connections, lets the requests in hand finish for up to five seconds, and stops. Requests that are
    /// never answered on purpose are dropped.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(true);
        if let Some(mut server) = self.server.take()
            && tokio::time::timeout(GRACE, &mut server).await.is_err()
        {
            server.abort();
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Accepts until the server stops; its connections end with it.
async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let stopped = stop.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&shared), stopped.clone()));
                }
                Err(_) => tokio::time::sleep(BREATHER).await,
            },
            () = until_stop(&mut stop) => break,
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}
