//! The neutral server: reads a request to its end, answers for each of its records, keeps the connection.

use std::io;
use std::net::SocketAddr;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::answers;

/// Serves until the process ends. The port is printed first.
pub(crate) async fn serve(listen: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    println!("{}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            if let Err(error) = connection(stream).await {
                eprintln!("{error:#}");
            }
        });
    }
}

/// Answers on one connection until its client leaves.
async fn connection(mut stream: TcpStream) -> anyhow::Result<()> {
    let (mut input, mut body, mut output) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let head = loop {
            if let Some(head) = Head::read(&input)? {
                break head;
            }
            if !more(&mut stream, &mut input).await? {
                return Ok(());
            }
        };
        while input.len() < head.end + head.body {
            if !more(&mut stream, &mut input).await? {
                bail!("a client left in the middle of a request");
            }
        }
        let request = input.get(head.end..head.end + head.body).unwrap_or_default();
        answers::body(&head.target, request, &mut body);
        output.clear();
        let start = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
        output.extend_from_slice(format!("{start}{}\r\n\r\n", body.len()).as_bytes());
        output.extend_from_slice(&body);
        stream.write_all(&output).await?;
        input.drain(..head.end + head.body);
    }
}

async fn more(stream: &mut TcpStream, input: &mut Vec<u8>) -> io::Result<bool> {
    input.reserve(64 * 1024);
    Ok(stream.read_buf(input).await? > 0)
}

/// What the server needs to know of a request.
struct Head {
    target: String,
    /// Where the body begins.
    end: usize,
    /// Bytes of the body.
    body: usize,
}

impl Head {
    fn read(input: &[u8]) -> anyhow::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(end) = request.parse(input)? else {
            return Ok(None);
        };
        let mut body = 0;
        for header in request.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length") {
                body = std::str::from_utf8(header.value)?
                    .trim()
                    .parse()
                    .context("a length that is no number")?;
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                bail!("bodies in chunks are not read here");
            }
        }
        let target = request.path.unwrap_or_default().to_owned();
        Ok(Some(Self { target, end, body }))
    }
}
