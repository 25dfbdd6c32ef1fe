//! HTTP/1.1 as the neutral server reads it.

use std::io;

use anyhow::{Context, bail};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// What the server needs to know of a request.
pub(crate) struct Head {
    pub(crate) target: String,
    /// Where the body begins.
    pub(crate) end: usize,
    /// Bytes of the body.
    pub(crate) body: usize,
}

/// Reads until a whole request stands at the beginning of `input`; `None` when the client left between two.
pub(crate) async fn request(stream: &mut TcpStream, input: &mut Vec<u8>) -> anyhow::Result<Option<Head>> {
    let head = loop {
        if let Some(head) = Head::read(input)? {
            break head;
        }
        if !more(stream, input).await? {
            return Ok(None);
        }
    };
    while input.len() < head.end + head.body {
        if !more(stream, input).await? {
            bail!("a client left in the middle of a request");
        }
    }
    Ok(Some(head))
}

async fn more(stream: &mut TcpStream, input: &mut Vec<u8>) -> io::Result<bool> {
    input.reserve(64 * 1024);
    Ok(stream.read_buf(input).await? > 0)
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
