//! Answers without measure: each ends in an error, and the server finds out that nobody reads on.
#![allow(clippy::unwrap_used, clippy::panic)]
// Without a crypto provider no transport can be built: see `tls.rs`.
#![cfg(any(feature = "rustls", feature = "native-tls", not(feature = "rustls-no-provider")))]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use batchwise_core::transport::{
    HttpCaller, MAX_ANSWER_BYTES, ReqwestTransport, TransportError, TransportErrorKind, TransportOptions,
};
use batchwise_core::{BaseUrl, CallError, CallErrorKind, Secrets, Sent};
use bytes::Bytes;
use http::StatusCode;

const GIBIBYTE: usize = 1024 * 1024 * 1024;

/// What the system may hold for a reader that does not read: the buffers of both ends.
const BUFFERS: usize = 16 * 1024 * 1024;

/// A server that answers one request with `head` and then with `piece`, over and over, up to `most` bytes; then it is silent.
struct Server {
    url: String,
    written: JoinHandle<usize>,
}

impl Server {
    fn start(head: &str, piece: &[u8], most: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let head = head.as_bytes().to_vec();
        let pieces = piece.repeat((64 * 1024 / piece.len()).max(1));
        let written = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(&head).unwrap();
            let mut written = 0;
            while written < most {
                match stream.write(&pieces) {
                    Ok(count) => written += count,
                    Err(_) => return written,
                }
            }
            // Nothing more comes, and no end either.
            let _ = stream.read(&mut request);
            written
        });
        Self { url, written }
    }

    /// The error of the one call, and how much of the answer the server got rid of.
    async fn call(self, timeout: Duration) -> (CallError, usize) {
        let base = BaseUrl::parse(&self.url, false).unwrap();
        let transport = ReqwestTransport::new(&base, &TransportOptions::default().with_timeout(timeout)).unwrap();
        let caller = HttpCaller::new(Arc::new(transport), Secrets::default());
        let request = http::Request::get(&self.url).body(Bytes::new()).unwrap();
        let error = caller.send(request).await.unwrap_err();
        // The connection goes with the client.
        drop(caller);
        let written = tokio::task::spawn_blocking(move || self.written.join().unwrap());
        (error, written.await.unwrap())
    }
}

fn transport_kind(error: &CallError) -> TransportErrorKind {
    let source = std::error::Error::source(error).unwrap();
    source.downcast_ref::<TransportError>().unwrap().kind()
}

/// Bytes of what has no limit but time.
const FLOOD: usize = 256 * 1024;

/// Time enough for what has to end by its size.
const LONG: Duration = Duration::from_secs(60);

/// For what ends with the time of the call alone.
const SHORT: Duration = Duration::from_millis(500);

#[tokio::test]
async fn a_gibibyte_is_left_at_eight_mebibytes_announced_or_not() {
    for head in [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {GIBIBYTE}\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_owned(),
    ] {
        let (error, written) = Server::start(&head, b"x", GIBIBYTE).call(LONG).await;
        assert_eq!(error.kind(), CallErrorKind::Unreadable);
        assert_eq!(transport_kind(&error), TransportErrorKind::TooLarge(StatusCode::OK));
        assert!(written < MAX_ANSWER_BYTES + BUFFERS, "{written} bytes were taken");
    }
}

#[tokio::test]
async fn a_head_with_headers_without_end_is_no_answer() {
    for piece in [&b"x-a: b\r\n"[..], b"x", b"x-a: b\r\n more\r\n"] {
        let (error, written) = Server::start("HTTP/1.1 200 OK\r\n", piece, GIBIBYTE).call(LONG).await;
        assert_eq!((error.kind(), error.sent()), (CallErrorKind::Closed, Sent::Maybe));
        assert!(written < BUFFERS, "{written} bytes were taken");
    }
}

#[tokio::test]
async fn trailers_and_extensions_of_chunks_without_end_are_a_cut_answer() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (head, piece) in [
        (format!("{chunked}1\r\nx\r\n0\r\n"), &b"x-a: b\r\n"[..]),
        (format!("{chunked}1;"), b"x"),
    ] {
        let (error, written) = Server::start(&head, piece, GIBIBYTE).call(LONG).await;
        assert_eq!(error.sent(), Sent::Answered(StatusCode::OK));
        assert_eq!(transport_kind(&error), TransportErrorKind::Cut(StatusCode::OK));
        assert!(written < BUFFERS, "{written} bytes were taken");
    }
}

/// The HTTP stack has no limit for these, so that time is their bound; it is looked at between reads of many buffers.
#[tokio::test]
async fn what_never_becomes_an_answer_ends_with_the_time_of_the_call() {
    for interim in [
        &b"HTTP/1.1 100 Continue\r\n\r\n"[..],
        b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
    ] {
        let (error, _) = Server::start("", interim, FLOOD).call(SHORT).await;
        assert_eq!((error.kind(), error.sent()), (CallErrorKind::Timeout, Sent::Maybe));
    }
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for piece in [&b"0"[..], b"1\r\nx\r\n"] {
        let (error, _) = Server::start(chunked, piece, FLOOD).call(SHORT).await;
        assert_eq!(transport_kind(&error), TransportErrorKind::Cut(StatusCode::OK));
    }
}
