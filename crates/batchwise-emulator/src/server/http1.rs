//! HTTP/1.1 by hand: only so can a connection be broken at any byte.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri, Version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Most bytes of a request's head.
const MOST_HEAD: usize = 256 * 1024;

/// Most bytes of a request's body.
const MOST_BODY: usize = 64 * 1024 * 1024;

/// A connection and what was read of it ahead.
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    ahead: BytesMut,
}

/// A request, or why there is none.
pub(super) enum Incoming {
    Request(Box<Request<Bytes>>),
    /// The client is gone, or closed the connection between requests.
    End,
    /// No HTTP/1.1 that is understood here; the status says why.
    Unreadable(u16),
}

/// A request's head, and how its body comes.
struct Head {
    request: Request<()>,
    bytes: usize,
    body: Framing,
    expects_continue: bool,
}

enum Framing {
    Length(usize),
    Chunked,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            ahead: BytesMut::new(),
        }
    }

    /// Reads more; false at the end.
    async fn more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.ahead).await? > 0)
    }

    /// Reads the next request to its last byte.
    pub(super) async fn next(&mut self) -> io::Result<Incoming> {
        let head = loop {
            match parse_head(&self.ahead) {
                Ok(Some(head)) => break head,
                Ok(None) if self.ahead.len() > MOST_HEAD => return Ok(Incoming::Unreadable(431)),
                Ok(None) if self.more().await? => {}
                Ok(None) => return Ok(Incoming::End),
                Err(status) => return Ok(Incoming::Unreadable(status)),
            }
        };
        self.ahead.advance(head.bytes);
        if head.expects_continue {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let body = match head.body {
            Framing::Length(length) if length > MOST_BODY => return Ok(Incoming::Unreadable(413)),
            Framing::Length(length) => {
                while self.ahead.len() < length {
                    if !self.more().await? {
                        return Ok(Incoming::End);
                    }
                }
                self.ahead.split_to(length).freeze()
            }
            Framing::Chunked => match self.chunks().await? {
                Some(body) => body,
                None => return Ok(Incoming::Unreadable(400)),
            },
        };
        Ok(Incoming::Request(Box::new(head.request.map(|()| body))))
    }

    async fn line(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = self.ahead.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8_lossy(&self.ahead.split_to(end)).into_owned();
                self.ahead.advance(2);
                return Ok(Some(line));
            }
            if self.ahead.len() > MOST_HEAD || !self.more().await? {
                return Ok(None);
            }
        }
    }

    async fn chunks(&mut self) -> io::Result<Option<Bytes>> {
        let mut body = BytesMut::new();
        loop {
            let Some(line) = self.line().await? else {
                return Ok(None);
            };
            let size = line.split(';').next().unwrap_or("").trim();
            let Some(size) = usize::from_str_radix(size, 16)
                .ok()
                .filter(|size| body.len().saturating_add(*size) <= MOST_BODY)
            else {
                return Ok(None);
            };
            if size == 0 {
                // Trailers, up to an empty line.
                while self.line().await?.is_some_and(|line| !line.is_empty()) {}
                return Ok(Some(body.freeze()));
            }
            while self.ahead.len() < size + 2 {
                if !self.more().await? {
                    return Ok(None);
                }
            }
            body.extend_from_slice(&self.ahead.split_to(size));
            self.ahead.advance(2);
        }
    }
}

fn parse_head(bytes: &[u8]) -> Result<Option<Head>, u16> {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(400),
    };
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(parsed.method.unwrap_or("").as_bytes()).map_err(|_| 400_u16)?;
    *request.uri_mut() = parsed.path.unwrap_or("").parse::<Uri>().map_err(|_| 400_u16)?;
    *request.version_mut() = if parsed.version == Some(0) {
        Version::HTTP_10
    } else {
        Version::HTTP_11
    };
    for header in parsed.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| 400_u16)?;
        let value = HeaderValue::from_bytes(header.value).map_err(|_| 400_u16)?;
        request.headers_mut().append(name, value);
    }
    let says = |name: &HeaderName, word: &str| {
        let value = request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        value.to_ascii_lowercase().contains(word)
    };
    let body = if says(&TRANSFER_ENCODING, "chunked") {
        Framing::Chunked
    } else {
        let length = request
            .headers()
            .get(CONTENT_LENGTH)
            .map(|value| value.to_str().unwrap_or("").parse());
        Framing::Length(length.unwrap_or(Ok(0)).map_err(|_| 400_u16)?)
    };
    let expects_continue = says(&EXPECT, "100-continue");
    Ok(Some(Head {
        request,
        bytes: length,
        body,
        expects_continue,
    }))
}

/// True when the client keeps the connection open after the answer.
pub(super) fn keeps_alive<T>(request: &Request<T>) -> bool {
    let connection = request
        .headers()
        .get(CONNECTION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let connection = connection.to_ascii_lowercase();
    if request.version() == Version::HTTP_10 {
        connection.contains("keep-alive")
    } else {
        !connection.contains("close")
    }
}

/// The status line and headers of an answer, with its true length.
pub(super) fn head(response: &Response<Bytes>, keep_alive: bool) -> Vec<u8> {
    let status = response.status();
    let mut head = format!(
        "HTTP/1.1 {} {}\r\n",
        status.as_u16(),
        status.canonical_reason().unwrap_or("")
    )
    .into_bytes();
    for (name, value) in response.headers() {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    let no_body = status.as_u16() == 204 || status.as_u16() == 304;
    if !no_body {
        head.extend_from_slice(format!("content-length: {}\r\n", response.body().len()).as_bytes());
    }
    if !keep_alive {
        head.extend_from_slice(b"connection: close\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}
