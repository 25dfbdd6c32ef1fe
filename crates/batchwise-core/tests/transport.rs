//! What the default transport makes of a server's answers and silences, against a raw TCP server that counts what it received.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
// Without a crypto provider no transport can be built: see `tls.rs`.
#![cfg(any(feature = "rustls", feature = "native-tls", not(feature = "rustls-no-provider")))]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use batchwise_core::transport::{
    Answer, HttpCaller, MAX_ANSWER_BYTES, ReqwestTransport, TransportError, TransportErrorKind, TransportOptions,
};
use batchwise_core::{BaseUrl, CallError, CallErrorKind, Secret, Secrets, Sent};
use bytes::Bytes;
use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

const TIMEOUT: Duration = Duration::from_millis(300);

/// Nothing here may take this long.
const BOUND: Duration = Duration::from_secs(10);

/// What the server does once it has received a whole request.
#[derive(Debug, Clone)]
enum Then {
    /// Closes the connection.
    Close,
    /// Resets the connection.
    Reset,
    /// Says nothing and keeps the connection.
    Hang,
    /// Answers and waits for the next request.
    Say(Vec<u8>),
    /// Answers (perhaps in part) and closes.
    SayAndClose(Vec<u8>),
    /// Answers (in part) and keeps the connection without another byte.
    SayAndHang(Vec<u8>),
    /// Answers, then sends these bytes over and over, at most one time in each period.
    Drip(Vec<u8>, &'static [u8], Duration),
    /// Answers, then sends so many bytes as fast as they are taken.
    Pour(Vec<u8>, usize),
}

/// A server on loopback that follows a script, one step for each request; beyond it, it hangs.
#[derive(Debug)]
struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    steps: Vec<Then>,
    requests: Vec<String>,
    connections: usize,
}

impl Server {
    async fn start(steps: impl IntoIterator<Item = Then>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let steps: Vec<Then> = steps.into_iter().collect();
        let seen = Arc::new(Mutex::new(Seen {
            steps,
            ..Seen::default()
        }));
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { address, seen }
    }

    fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    fn received(&self) -> usize {
        self.seen.lock().unwrap().requests.len()
    }

    fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// A caller with short time-outs that knows the secret `s3cret/token`.
    fn caller(&self) -> HttpCaller {
        caller(self.address, TIMEOUT)
    }
}

fn caller(address: SocketAddr, timeout: Duration) -> HttpCaller {
    let base = BaseUrl::parse(&format!("http://{address}"), false).unwrap();
    let options = TransportOptions::default().with_timeout(timeout);
    let transport = ReqwestTransport::new(&base, &options).unwrap();
    HttpCaller::new(Arc::new(transport), Secrets::new([&Secret::new("s3cret/token")]))
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Seen>>) {
    while let Some(request) = read_request(&mut stream).await {
        let step = {
            let mut seen = seen.lock().unwrap();
            seen.requests.push(request);
            match seen.steps.is_empty() {
                true => Then::Hang,
                false => seen.steps.remove(0),
            }
        };
        // A client that goes away early is no concern of the server's.
        match step {
            Then::Close => return,
            Then::Reset => return stream.set_zero_linger().unwrap(),
            Then::Hang => std::future::pending().await,
            Then::Say(answer) => drop(stream.write_all(&answer).await),
            Then::SayAndClose(answer) => return drop(stream.write_all(&answer).await),
            Then::SayAndHang(answer) => {
                let _ = stream.write_all(&answer).await;
                std::future::pending::<()>().await;
            }
            Then::Drip(head, drop_of, every) => {
                let _ = stream.write_all(&head).await;
                let mut ticks = tokio::time::interval(every);
                while stream.write_all(drop_of).await.is_ok() {
                    ticks.tick().await;
                }
            }
            Then::Pour(head, size) => {
                let _ = stream.write_all(&head).await;
                let chunk = vec![b'x'; 64 * 1024];
                let mut left = size;
                while left > 0 {
                    let part = left.min(chunk.len());
                    if stream.write_all(&chunk[..part]).await.is_err() {
                        return;
                    }
                    left -= part;
                }
            }
        }
    }
}

/// Head and body of one request; `None` when the client closed before it was whole.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_ascii_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn request(address: SocketAddr) -> http::Request<Bytes> {
    http::Request::post(format!("http://{address}/batch?ids%5B%5D=1&ids%5B%5D=2"))
        .header("content-type", "application/json")
        .body(Bytes::from_static(br#"{"ids":[1,2]}"#))
        .unwrap()
}

/// One call that must end soon, whatever the server does.
async fn call_with(caller: &HttpCaller, address: SocketAddr) -> Result<Answer, CallError> {
    let started = Instant::now();
    let result = caller.send(request(address)).await;
    assert!(started.elapsed() < BOUND, "{:?}", started.elapsed());
    result
}

async fn call(server: &Server) -> Result<Answer, CallError> {
    call_with(&server.caller(), server.address).await
}

/// One call that fails against one step; the request is received exactly once.
async fn failing(step: Then) -> CallError {
    let server = Server::start([step]).await;
    let error = call(&server).await.unwrap_err();
    assert_eq!(server.received(), 1, "received exactly once, {error:?}");
    error
}

/// An answer with these header lines and this body, its length included.
fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes()
}

fn ok(body: &str) -> Then {
    Then::Say(answer("200 OK", "", body))
}

fn transport_kind(error: &CallError) -> TransportErrorKind {
    let source = std::error::Error::source(error).unwrap();
    source.downcast_ref::<TransportError>().unwrap().kind()
}

#[tokio::test]
async fn an_answer_is_status_headers_and_bytes() {
    let server = Server::start([Then::Say(answer("207 Multi-Status", "x-request-id: r-7\r\n", "{}"))]).await;
    let answer = call(&server).await.unwrap();
    assert_eq!(answer.status(), StatusCode::MULTI_STATUS);
    assert_eq!(answer.body().as_ref(), b"{}");
    assert_eq!(answer.request_id().as_deref(), Some("r-7"));
}

#[tokio::test]
async fn the_request_goes_out_as_it_was_built() {
    let server = Server::start([ok("{}")]).await;
    call(&server).await.unwrap();
    let requests = server.requests();
    assert!(
        requests[0].starts_with("POST /batch?ids%5B%5D=1&ids%5B%5D=2 HTTP/1.1\r\n"),
        "{requests:?}"
    );
    assert!(requests[0].ends_with("\r\n\r\n{\"ids\":[1,2]}"), "{requests:?}");
    let agent = format!("\r\nuser-agent: batchwise/{}\r\n", env!("CARGO_PKG_VERSION"));
    assert!(requests[0].contains(&agent), "{requests:?}");
}

#[tokio::test]
async fn a_refused_connect_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = call_with(&caller(address, TIMEOUT), address).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Connect, Sent::No));
    assert!(!error.may_have_acted());
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_connect_that_nobody_answers_was_not_sent() {
    // A listener that accepts nothing: once its queue is full, the system leaves connects without an answer.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = tokio::time::timeout(TIMEOUT, TcpStream::connect(address)).await {
        queued.push(stream.unwrap());
        assert!(queued.len() < 100, "the queue never fills");
    }
    for timeout in [TIMEOUT, Duration::from_secs(1)] {
        let error = call_with(&caller(address, timeout), address).await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (CallErrorKind::Connect, Sent::No));
    }
}

#[tokio::test]
async fn a_connection_closed_after_the_whole_request_may_have_been_sent() {
    let error = failing(Then::Close).await;
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Closed, Sent::Maybe));
    assert!(error.may_have_acted());
}

#[tokio::test]
async fn a_reset_after_the_whole_request_may_have_been_sent() {
    let error = failing(Then::Reset).await;
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Closed, Sent::Maybe));
}

#[tokio::test]
async fn a_connection_closed_before_the_request_was_read_is_not_proof_of_anything() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepted = tokio::spawn(async move {
        drop(listener.accept().await.unwrap());
        // Nothing else may come.
        tokio::time::timeout(TIMEOUT, listener.accept()).await.is_err()
    });
    let error = call_with(&caller(address, TIMEOUT), address).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Closed, Sent::Maybe));
    assert!(accepted.await.unwrap(), "there was a second connection");
}

#[tokio::test]
async fn a_server_that_hangs_times_out_and_may_have_acted() {
    let error = failing(Then::Hang).await;
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Timeout, Sent::Maybe));
}

#[tokio::test]
async fn half_a_head_is_no_answer() {
    let error = failing(Then::SayAndClose(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec())).await;
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Closed, Sent::Maybe));
    let error = failing(Then::SayAndHang(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec())).await;
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Timeout, Sent::Maybe));
}

#[tokio::test]
async fn an_answer_that_is_not_http_may_have_acted() {
    let error = failing(Then::SayAndClose(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())).await;
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Closed, Sent::Maybe));
}

#[tokio::test]
async fn half_a_body_is_an_answer_that_was_cut() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"results\":[".to_vec();
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"res\r\n".to_vec();
    for half in [half, chunked] {
        let error = failing(Then::SayAndClose(half)).await;
        assert_eq!(error.kind(), CallErrorKind::Unreadable);
        assert_eq!(error.sent(), Sent::Answered(StatusCode::OK));
        assert_eq!(transport_kind(&error), TransportErrorKind::Cut(StatusCode::OK));
        assert!(error.may_have_acted());
    }
}

#[tokio::test]
async fn a_body_that_stops_coming_is_an_answer_that_was_cut() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"results\":[".to_vec();
    let error = failing(Then::SayAndHang(half)).await;
    assert_eq!(error.kind(), CallErrorKind::Unreadable);
    assert_eq!(error.sent(), Sent::Answered(StatusCode::OK));
}

#[tokio::test]
async fn a_body_that_drips_for_ever_ends_with_the_time_of_the_call() {
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let error = failing(Then::Drip(head, b"1\r\nx\r\n", Duration::from_millis(20))).await;
    assert_eq!(error.kind(), CallErrorKind::Unreadable);
    assert_eq!(transport_kind(&error), TransportErrorKind::Cut(StatusCode::OK));
}

#[tokio::test]
async fn a_head_that_drips_for_ever_ends_with_the_time_of_the_call() {
    let head = b"HTTP/1.1 200 OK\r\n".to_vec();
    let error = failing(Then::Drip(head, b"x-a: b\r\n", Duration::from_millis(20))).await;
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Timeout, Sent::Maybe));
}

#[tokio::test]
async fn interim_answers_without_end_end_with_the_time_of_the_call() {
    let interim = b"HTTP/1.1 103 Early Hints\r\n\r\n";
    let error = failing(Then::Drip(interim.to_vec(), interim, Duration::from_millis(20))).await;
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Timeout, Sent::Maybe));
}

#[tokio::test]
async fn an_answer_of_the_largest_size_is_read() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {MAX_ANSWER_BYTES}\r\n\r\n").into_bytes();
    let server = Server::start([Then::Pour(head, MAX_ANSWER_BYTES)]).await;
    let caller = caller(server.address, BOUND);
    let answer = call_with(&caller, server.address).await.unwrap();
    assert_eq!(answer.body().len(), MAX_ANSWER_BYTES);
}

#[tokio::test]
async fn a_larger_answer_is_not_read_to_its_end() {
    let announced = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", MAX_ANSWER_BYTES + 1);
    let unannounced = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_owned();
    for (head, size) in [(announced, MAX_ANSWER_BYTES + 1), (unannounced, usize::MAX)] {
        let server = Server::start([Then::Pour(head.into_bytes(), size)]).await;
        let caller = caller(server.address, BOUND);
        let error = call_with(&caller, server.address).await.unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::Unreadable);
        assert_eq!(transport_kind(&error), TransportErrorKind::TooLarge(StatusCode::OK));
        assert_eq!(server.received(), 1);
    }
}

#[tokio::test]
async fn a_head_without_end_is_not_read_to_its_end() {
    let error = failing(Then::Pour(b"HTTP/1.1 200 OK\r\nx-a: ".to_vec(), usize::MAX)).await;
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Closed, Sent::Maybe));
}

#[tokio::test]
async fn an_html_502_is_a_failure_of_the_server_with_a_snippet() {
    let page = "<html><h1>502 Bad Gateway</h1></html>";
    let server = Server::start([Then::Say(answer(
        "502 Bad Gateway",
        "content-type: text/html\r\n",
        page,
    ))])
    .await;
    let error = CallError::of_status(&call(&server).await.unwrap());
    assert_eq!(error.kind(), CallErrorKind::Server);
    assert_eq!(error.sent(), Sent::Answered(StatusCode::BAD_GATEWAY));
    assert_eq!(error.snippet(), Some(page));
    assert!(error.may_have_acted());
    assert_eq!(server.received(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_its_target_is_masked() {
    for status in [
        "301 Moved",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let other = Server::start([ok("{}")]).await;
        let location = format!("location: http://{}/login?token=s3cret%2Ftoken\r\n", other.address);
        let error = failing(Then::Say(answer(status, &location, ""))).await;
        assert_eq!(error.kind(), CallErrorKind::Target);
        let message = error.message().unwrap();
        assert!(message.contains("/login?token=***"), "{message}");
        assert_eq!((other.connections(), other.received()), (0, 0));
    }
}

#[tokio::test]
async fn a_429_says_how_long_to_wait_in_seconds() {
    let error = failing(Then::Say(answer("429 Too Many Requests", "retry-after: 7\r\n", "{}"))).await;
    assert_eq!(error.kind(), CallErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert!(!error.may_have_acted());
}

#[tokio::test]
async fn a_429_says_how_long_to_wait_with_a_date_on_the_servers_clock() {
    let headers = "date: Sun, 06 Nov 1994 08:49:30 GMT\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let error = failing(Then::Say(answer("429 Too Many Requests", headers, ""))).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_429_with_a_date_and_no_clock_of_the_server_goes_by_ours() {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
    let error = failing(Then::Say(answer(
        "429 Too Many Requests",
        &format!("retry-after: {date}\r\n"),
        "",
    )))
    .await;
    let wait = error.retry_after().unwrap();
    assert!((90..=100).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test]
async fn a_429_that_says_nothing_of_a_wait_is_one_all_the_same() {
    for headers in ["", "retry-after: soon\r\n"] {
        let error = failing(Then::Say(answer("429 Too Many Requests", headers, "<html>"))).await;
        assert_eq!((error.kind(), error.retry_after()), (CallErrorKind::RateLimited, None));
    }
}

#[tokio::test]
async fn a_secret_that_the_server_repeats_is_shown_nowhere() {
    let body = r#"{"error":"token s3cret/token is wrong","url":"/x?token=s3cret%2Ftoken"}"#;
    let headers = "x-request-id: s3cret/token\r\n";
    let server = Server::start([Then::Say(answer("401 Unauthorized", headers, body))]).await;
    let answer = call(&server).await.unwrap();
    let error = CallError::of_status(&answer).with_message(answer.mask(body));
    assert_eq!(error.kind(), CallErrorKind::Credentials);
    for shown in [
        error.to_string(),
        format!("{error:?}"),
        format!("{error:#?}"),
        error.snippet().unwrap().to_owned(),
        error.request_id().unwrap().to_owned(),
    ] {
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}

#[tokio::test]
async fn an_error_without_an_answer_shows_neither_the_query_nor_a_header() {
    let server = Server::start([Then::Close]).await;
    let mut request = http::Request::post(format!("http://{}/x?token=s3cret%2Ftoken", server.address))
        .header("authorization", "s3cret/token")
        .body(Bytes::new())
        .unwrap();
    request.headers_mut().insert("x-a", "b".parse().unwrap());
    let error = server.caller().send(request).await.unwrap_err();
    let mut texts = vec![error.to_string(), format!("{error:?}")];
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        texts.extend([cause.to_string(), format!("{cause:?}")]);
        source = cause.source();
    }
    assert!(texts.iter().all(|text| !text.contains("s3cret")), "{texts:?}");
}

#[tokio::test]
async fn calls_in_a_row_share_a_connection() {
    let server = Server::start([ok("1"), ok("2"), ok("3")]).await;
    let caller = server.caller();
    for body in ["1", "2", "3"] {
        let answer = call_with(&caller, server.address).await.unwrap();
        assert_eq!(answer.body().as_ref(), body.as_bytes());
    }
    assert_eq!((server.connections(), server.received()), (1, 3));
}

#[tokio::test]
async fn a_request_that_was_received_over_a_kept_connection_is_never_sent_again() {
    for end in [Then::Close, Then::Reset] {
        let server = Server::start([ok("{}"), end.clone(), ok("again")]).await;
        let caller = server.caller();
        call_with(&caller, server.address).await.unwrap();
        let error = call_with(&caller, server.address).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.sent()),
            (CallErrorKind::Closed, Sent::Maybe),
            "{end:?}"
        );
        assert_eq!((server.connections(), server.received()), (1, 2), "{end:?}");
    }
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_costs_no_call_twice() {
    for _ in 0..50 {
        let server = Server::start([Then::SayAndClose(answer("200 OK", "", "1")), ok("2")]).await;
        let caller = server.caller();
        call_with(&caller, server.address).await.unwrap();
        match call_with(&caller, server.address).await {
            Ok(_) => assert_eq!(server.received(), 2),
            // The close came while the request was on its way: nobody knows, and nobody tries again.
            Err(error) => {
                assert_eq!((error.kind(), error.sent()), (CallErrorKind::Closed, Sent::Maybe));
                assert_eq!(server.received(), 1);
            }
        }
    }
}

#[tokio::test]
async fn a_failed_call_leaves_nothing_behind_for_the_next_one() {
    let slow = Then::SayAndHang(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec());
    let server = Server::start([slow, ok("fresh")]).await;
    let caller = server.caller();
    call_with(&caller, server.address).await.unwrap_err();
    let answer = call_with(&caller, server.address).await.unwrap();
    assert_eq!(answer.body().as_ref(), b"fresh");
    assert_eq!(server.connections(), 2);
}

#[cfg(feature = "gzip")]
mod gzip {
    use super::*;

    /// Appends the lowest `count` bits of `bits`, as deflate packs them.
    fn put(out: &mut Vec<u8>, used: &mut u32, bits: u32, count: u32) {
        for at in 0..count {
            if *used == 0 {
                out.push(0);
            }
            let last = out.last_mut().unwrap();
            *last |= u8::from(bits >> at & 1 == 1) << *used;
            *used = (*used + 1) % 8;
        }
    }

    /// A gzip of so many times 258 zero bytes (and one more), without its trailer.
    fn zeros(runs: usize) -> Vec<u8> {
        let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        let mut used = 0;
        // The last block, with the fixed codes of RFC 1951.
        put(&mut out, &mut used, 0b011, 3);
        // Literal 0 is 00110000, most significant bit first.
        put(&mut out, &mut used, 0b0000_1100, 8);
        for _ in 0..runs {
            // Length 258 is 11000101, distance 1 is 00000.
            put(&mut out, &mut used, 0b1010_0011, 8);
            put(&mut out, &mut used, 0, 5);
        }
        put(&mut out, &mut used, 0, 7);
        out
    }

    fn zipped(body: &[u8]) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn an_answer_may_be_compressed() {
        let body = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\xcf\x56\xb2\x32\xac\x05\x00\x09\x8c\x54\x10\x08\x00\x00\x00";
        let server = Server::start([Then::Say(zipped(body))]).await;
        let answer = call(&server).await.unwrap();
        assert_eq!(answer.body().as_ref(), br#"{"ok":1}"#);
        assert!(server.requests()[0].contains("\r\naccept-encoding: gzip\r\n"));
    }

    #[tokio::test]
    async fn a_bomb_is_not_unpacked_to_its_end() {
        // A gigabyte from 6.6 MB on the wire.
        let bomb = zeros(4 * 1024 * 1024);
        let server = Server::start([Then::Say(zipped(&bomb))]).await;
        let caller = caller(server.address, BOUND);
        let error = call_with(&caller, server.address).await.unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::Unreadable);
        assert_eq!(transport_kind(&error), TransportErrorKind::TooLarge(StatusCode::OK));
        assert_eq!(server.received(), 1);
    }

    #[tokio::test]
    async fn a_compressed_answer_that_breaks_off_was_cut() {
        // The trailer is missing.
        let error = failing(Then::Say(zipped(&zeros(10)))).await;
        assert_eq!(error.kind(), CallErrorKind::Unreadable);
        assert_eq!(error.sent(), Sent::Answered(StatusCode::OK));
    }
}
