//! HTTP/2 where it is asked for: the same proofs and the same doubts as over HTTP/1.1, and nothing is ever sent twice.
#![allow(clippy::unwrap_used, clippy::panic)]
#![cfg(feature = "http2")]

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use batchwise_core::transport::{
    Answer, HttpCaller, Protocol, ReqwestTransport, TransportError, TransportErrorKind, TransportOptions,
};
use batchwise_core::{BaseUrl, CallError, Secrets, Sent};
use bytes::Bytes;
use h2::Reason;
use http::{Response, StatusCode};
use tokio::net::TcpListener;

/// What the server does with each stream.
#[derive(Debug, Clone, Copy)]
enum Then {
    Answer,
    Refuse,
    Reset,
    GoAway,
    /// Ends a stream before the length that its head announced.
    EndEarly,
    /// Resets a stream once a part of its body has arrived.
    ResetInBody,
    /// Breaks the connection once this many streams are open.
    BreakAt(usize),
}

struct Server {
    address: SocketAddr,
    streams: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn start(then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            streams: Arc::default(),
            connections: Arc::default(),
        };
        let (streams, connections) = (Arc::clone(&server.streams), Arc::clone(&server.connections));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, then, Arc::clone(&streams)));
            }
        });
        server
    }

    fn caller(&self) -> HttpCaller {
        let base = BaseUrl::parse(&format!("http://{}", self.address), false).unwrap();
        let options = TransportOptions::default().with_protocol(Protocol::Http2);
        HttpCaller::new(
            Arc::new(ReqwestTransport::new(&base, &options).unwrap()),
            Secrets::default(),
        )
    }

    async fn call(&self, caller: &HttpCaller) -> Result<Answer, CallError> {
        let request = http::Request::post(format!("http://{}/delete", self.address));
        caller.send(request.body(Bytes::from_static(b"{}")).unwrap()).await
    }

    /// The error of one call, for which one stream was opened.
    async fn failing(then: Then) -> CallError {
        let server = Self::start(then).await;
        let error = server.call(&server.caller()).await.unwrap_err();
        assert_eq!(server.streams.load(Ordering::SeqCst), 1, "sent again: {error}");
        error
    }
}

async fn serve(stream: tokio::net::TcpStream, then: Then, streams: Arc<AtomicUsize>) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    let mut open = Vec::new();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        streams.fetch_add(1, Ordering::SeqCst);
        let announced = Response::builder().header("content-length", "10").body(()).unwrap();
        match then {
            Then::Answer => {
                let mut body = respond.send_response(Response::new(()), false).unwrap();
                body.send_data(Bytes::from_static(b"{}"), true).unwrap();
            }
            Then::Refuse => respond.send_reset(Reason::REFUSED_STREAM),
            Then::Reset => respond.send_reset(Reason::INTERNAL_ERROR),
            Then::GoAway => {
                connection.abrupt_shutdown(Reason::NO_ERROR);
                let _ = poll_fn(|cx| connection.poll_closed(cx)).await;
                return;
            }
            Then::EndEarly => {
                let mut body = respond.send_response(announced, false).unwrap();
                body.send_data(Bytes::from_static(b"{\"a\""), true).unwrap();
            }
            Then::ResetInBody => {
                let mut body = respond.send_response(announced, false).unwrap();
                body.send_data(Bytes::from_static(b"{\"a\""), false).unwrap();
                // What waits to be written is thrown away by a reset, so it has to be written first.
                tokio::spawn(async move {
                    for _ in 0..100 {
                        tokio::task::yield_now().await;
                    }
                    body.send_reset(Reason::INTERNAL_ERROR);
                });
            }
            Then::BreakAt(many) => {
                open.push((request, respond));
                if open.len() == many {
                    return;
                }
            }
        }
    }
}

fn kind(error: &CallError) -> TransportErrorKind {
    let source = std::error::Error::source(error).unwrap();
    source.downcast_ref::<TransportError>().unwrap().kind()
}

#[tokio::test]
async fn calls_share_one_connection() {
    let server = Server::start(Then::Answer).await;
    let caller = server.caller();
    for _ in 0..3 {
        assert_eq!(server.call(&caller).await.unwrap().body().as_ref(), b"{}");
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

/// The standard lets a client send a refused stream again by itself; only the planner may, which knows what that costs.
#[tokio::test]
async fn a_refused_stream_is_not_sent_again_and_proves_nothing() {
    let error = Server::failing(Then::Refuse).await;
    assert_eq!((kind(&error), error.sent()), (TransportErrorKind::Closed, Sent::Maybe));
}

#[tokio::test]
async fn a_stream_that_is_reset_may_have_acted() {
    let error = Server::failing(Then::Reset).await;
    assert_eq!((kind(&error), error.sent()), (TransportErrorKind::Closed, Sent::Maybe));
}

#[tokio::test]
async fn a_server_that_goes_away_may_have_acted() {
    let error = Server::failing(Then::GoAway).await;
    assert_eq!((kind(&error), error.sent()), (TransportErrorKind::Closed, Sent::Maybe));
}

#[tokio::test]
async fn a_stream_that_ends_before_the_announced_length_was_cut() {
    let error = Server::failing(Then::EndEarly).await;
    assert_eq!(kind(&error), TransportErrorKind::Cut(StatusCode::OK));
    assert_eq!(error.sent(), Sent::Answered(StatusCode::OK));
}

#[tokio::test]
async fn a_stream_that_is_reset_within_its_body_was_cut() {
    let error = Server::failing(Then::ResetInBody).await;
    assert_eq!(kind(&error), TransportErrorKind::Cut(StatusCode::OK));
}

/// Why HTTP/1.1 is the default.
#[tokio::test]
async fn a_connection_that_breaks_leaves_a_doubt_on_every_call_in_flight() {
    let server = Server::start(Then::BreakAt(3)).await;
    let caller = server.caller();
    let calls = [server.call(&caller), server.call(&caller), server.call(&caller)];
    for ended in futures_util::future::join_all(calls).await {
        let error = ended.unwrap_err();
        assert_eq!((kind(&error), error.sent()), (TransportErrorKind::Closed, Sent::Maybe));
    }
    assert_eq!(server.streams.load(Ordering::SeqCst), 3);
}
