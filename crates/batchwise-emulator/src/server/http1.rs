//! HTTP/1.1 by hand: only so can a connection be broken at any byte.

use std::io;
use std::time::SystemTime;

use bytes::{Buf, Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri, Version};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Most bytes of a request's head.
const MOST_HEAD: usize = 256 * 1024;

/// Most bytes of a line between the chunks of a body.
const MOST_CHUNK_LINE: usize = 8 * 1024;

/// Most bytes of a request's body.
const MOST_BODY: usize = 64 * 1024 * 1024;

/// A connection and what was read of it ahead.
pub(super) struct Connection<S> {
    pub(super) stream: S,
    ahead: BytesMut,
    /// How often a head was parsed.
    #[cfg(test)]
    parsed: u32,
}

/// A request, or why there is none.
#[derive(Debug)]
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

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            ahead: BytesMut::new(),
            #[cfg(test)]
            parsed: 0,
        }
    }

    /// Reads more; false at the end.
    async fn more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.ahead).await? > 0)
    }

    /// Reads the next request to its last byte.
    pub(super) async fn next(&mut self) -> io::Result<Incoming> {
        let mut looked_at = 0;
        let head = loop {
            // Blank lines before a request mean nothing.
            if looked_at == 0 {
                let blank = self
                    .ahead
                    .iter()
                    .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                    .count();
                self.ahead.advance(blank);
            }
            // Only the end of a line can complete a head, or show that it is none: what comes byte by byte is not read anew
            // for each of them.
            // The line that has not ended yet is left out: it would be judged only where it came at once with others.
            // So are lines beyond the longest head: whether they have come yet is chance.
            let end = self.ahead.len().min(MOST_HEAD);
            let new = self.ahead.get(looked_at..end).unwrap_or_default();
            if let Some(end) = new.iter().rposition(|byte| *byte == b'\n') {
                #[cfg(test)]
                {
                    self.parsed += 1;
                }
                match parse_head(self.ahead.get(..=looked_at + end).unwrap_or_default()) {
                    Ok(Some(head)) => break head,
                    Ok(None) => {}
                    Err(status) => return Ok(Incoming::Unreadable(status)),
                }
            }
            looked_at = end;
            if self.ahead.len() > MOST_HEAD {
                return Ok(Incoming::Unreadable(431));
            }
            if !self.more().await? {
                return Ok(Incoming::End);
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
        let mut looked_at = 0;
        loop {
            let new = self.ahead.get(looked_at..).unwrap_or_default();
            if let Some(end) = new.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8_lossy(&self.ahead.split_to(looked_at + end)).into_owned();
                self.ahead.advance(2);
                return Ok(Some(line));
            }
            // The last byte may be half of a line's end.
            looked_at = self.ahead.len().saturating_sub(1);
            if looked_at > MOST_CHUNK_LINE || !self.more().await? {
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
                loop {
                    match self.line().await? {
                        Some(line) if line.is_empty() => return Ok(Some(body.freeze())),
                        Some(_) => {}
                        None => return Ok(None),
                    }
                }
            }
            while self.ahead.len() < size + 2 {
                if !self.more().await? {
                    return Ok(None);
                }
            }
            body.extend_from_slice(&self.ahead.split_to(size));
            if self.ahead.split_to(2).as_ref() != b"\r\n" {
                return Ok(None);
            }
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

/// The status line and headers of an answer, with its true length and the time.
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
    let date = httpdate::fmt_http_date(SystemTime::now());
    head.extend_from_slice(format!("date: {date}\r\n").as_bytes());
    if !keep_alive {
        head.extend_from_slice(b"connection: close\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

#[cfg(test)]
mod tests {
    use super::super::pieces::Pieces;
    use super::*;

    async fn read(bytes: &[u8], piece: usize) -> (Incoming, u32) {
        let mut connection = Connection::new(Pieces::new(bytes, piece));
        let incoming = connection.next().await.unwrap();
        (incoming, connection.parsed)
    }

    async fn body_of(bytes: &[u8], piece: usize) -> Option<Bytes> {
        match read(bytes, piece).await.0 {
            Incoming::Request(request) => Some(request.into_body()),
            Incoming::End | Incoming::Unreadable(_) => None,
        }
    }

    #[tokio::test]
    async fn a_head_that_comes_byte_by_byte_is_parsed_once_a_line_at_most() {
        for length in [1000, 4000, 16_000] {
            let blank = "\r\n".repeat(length / 2);
            let request = format!("{blank}GET / HTTP/1.1\r\nX: {}\r\nY: y\r\n\r\n", "x".repeat(length));
            let (incoming, parsed) = read(request.as_bytes(), 1).await;
            assert!(matches!(incoming, Incoming::Request(_)), "{incoming:?}");
            assert_eq!(parsed, 4, "{length} bytes");
        }
    }

    #[tokio::test]
    async fn a_head_without_end_is_refused() {
        let endless = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(MOST_HEAD + 1));
        let (incoming, parsed) = read(endless.as_bytes(), 4096).await;
        assert!(matches!(incoming, Incoming::Unreadable(431)), "{incoming:?}");
        assert!(parsed <= 2, "{parsed}");
    }

    #[tokio::test]
    async fn what_comes_behind_the_longest_head_is_not_judged_however_it_comes() {
        let long = "x".repeat(MOST_HEAD);
        for behind in ["\0\r\n\r\n", "Y: y\r\n\r\n"] {
            let head = format!("GET / HTTP/1.1\r\nX: {long}\r\n{behind}");
            for piece in [7, 4096, head.len()] {
                let (incoming, _) = read(head.as_bytes(), piece).await;
                assert!(matches!(incoming, Incoming::Unreadable(431)), "{piece}: {incoming:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_line_that_has_no_end_is_not_judged_however_it_comes() {
        let cut = b"GET / HTTP/1.1\r\nHost: \0";
        for piece in [1, 7, cut.len()] {
            let (incoming, _) = read(cut, piece).await;
            assert!(matches!(incoming, Incoming::End), "{piece}: {incoming:?}");
        }
    }

    const CHUNKED: &str = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

    #[tokio::test]
    async fn chunks_are_joined_however_they_come() {
        let request = format!("{CHUNKED}3\r\nabc\r\n0004;x=y\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n");
        for piece in [1, 2, 3, 1000] {
            assert_eq!(
                body_of(request.as_bytes(), piece).await.as_deref(),
                Some(&b"abcdefg"[..])
            );
        }
    }

    #[tokio::test]
    async fn chunks_that_do_not_end_as_announced_are_refused() {
        let endless = "1".repeat(MOST_CHUNK_LINE + 2);
        for chunks in [
            "3\r\nabcd\r\n0\r\n\r\n",
            "3\r\nabc",
            "0\r\n",
            "0\r\nTrailer: t\r\n",
            "-1\r\n",
            "FFFFFFFFFFFFFFFF\r\n",
            &endless,
        ] {
            let request = format!("{CHUNKED}{chunks}");
            assert_eq!(body_of(request.as_bytes(), 5).await, None, "{chunks:.20}");
        }
    }
}
