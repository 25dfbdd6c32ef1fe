//! Faults on a real socket, as a plain TCP client sees them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use batchwise_emulator::{Emulator, EmulatorConfig, Fault, FaultRule, Method, Truth};

const BODY: &str = r#"{"importLogIds":[51001,51002]}"#;

fn request(address: SocketAddr, body: &str) -> String {
    format!(
        "POST /report-service/RestAPI/api/users-import/delete HTTP/1.1\r\nHost: {address}\r\nAccess-Token: t\r\nSiteId: 1\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends bytes and reads to the end: what came, and how it ended.
fn talk(address: SocketAddr, bytes: &[u8]) -> (String, Option<ErrorKind>) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut got = Vec::new();
    let end = stream.read_to_end(&mut got).err().map(|error| error.kind());
    (String::from_utf8_lossy(&got).into_owned(), end)
}

async fn exchange(rule: Option<Fault>, bytes: impl Fn(SocketAddr) -> String) -> (String, Option<ErrorKind>, Truth) {
    let mut config = EmulatorConfig::default();
    config.faults.extend(rule.map(FaultRule::new));
    let emulator = Emulator::start(config).await.unwrap();
    let address = emulator.addr();
    let bytes = bytes(address);
    let (got, end) = tokio::task::spawn_blocking(move || talk(address, bytes.as_bytes()))
        .await
        .unwrap();
    let truth = emulator.truth();
    emulator.shutdown().await;
    (got, end, truth)
}

async fn with(fault: Fault) -> (String, Option<ErrorKind>, Truth) {
    exchange(Some(fault), |address| request(address, BODY)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_typed_body_is_read_as_json() {
    let (got, end, truth) = exchange(None, |address| request(address, BODY)).await;
    assert!(got.starts_with("HTTP/1.1 200 OK\r\n"), "{got}");
    assert!(got.contains(r#""importLogId":51002,"deleteStatus":"success""#), "{got}");
    assert_eq!(end, None);
    assert_eq!(truth.calltouch.removed_count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_is_read() {
    let chunked = |address| {
        format!(
            "POST /report-service/RestAPI/api/users-import/delete HTTP/1.1\r\nHost: {address}\r\nAccess-Token: t\r\nSiteId: 1\r\n\
             Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{{\"imp\r\n13\r\nortLogIds\":[51001]}}\r\n0\r\n\r\n"
        )
    };
    let (got, _, truth) = exchange(None, chunked).await;
    assert!(got.starts_with("HTTP/1.1 200 OK\r\n"), "{got}");
    assert!(truth.calltouch.is_removed(&51_001));
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_brackets_and_an_empty_body_are_read() {
    let sample = |address| {
        format!(
            "DELETE /api/batch/crm_outbounds/00001/records?customer_id[]=441&customer_id[]=442 HTTP/1.1\r\nHost: {address}\r\n\
             Authorization: Basic YXBpX3VzZXI6YXBpX3Bhc3M=\r\nContent-Type: application/json; charset=utf-8\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        )
    };
    let (got, _, _) = exchange(None, sample).await;
    assert!(got.ends_with(r#"{"441":{"http_status":200,"record_id":5235,"status":"REMOVED"},"442":{"http_status":404,"status":"NOT_EXIST"}}"#), "{got}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_share_a_connection() {
    let two = |address| {
        let last = request(address, BODY);
        last.replace("Connection: close\r\n", "") + &last
    };
    let (got, _, truth) = exchange(None, two).await;
    assert_eq!(got.matches("HTTP/1.1 ").count(), 2, "{got}");
    assert_eq!(truth.tally(Method::CalltouchImport).received, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_waits_is_told_to_continue() {
    let waiting = |address| request(address, BODY).replace("Connection:", "Expect: 100-continue\r\nConnection:");
    let (got, _, _) = exchange(None, waiting).await;
    assert!(
        got.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"),
        "{got}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_connection_is_reset_and_counted_apart() {
    let (got, end, truth) = with(Fault::Refuse).await;
    assert_eq!((got.as_str(), end), ("", Some(ErrorKind::ConnectionReset)));
    let tally = truth.tally(Method::CalltouchImport);
    assert_eq!(
        (tally.refused, tally.received, truth.calltouch.account(&51_001).received),
        (1, 0, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_before_acting_removes_nothing() {
    let (got, end, truth) = with(Fault::ResetBefore).await;
    assert_eq!((got.as_str(), end), ("", Some(ErrorKind::ConnectionReset)));
    assert_eq!(truth.calltouch.removed_count(), 0);
    assert_eq!(truth.calltouch.account(&51_001).received, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_after_acting_has_removed() {
    let (got, end, truth) = with(Fault::ResetAfter).await;
    assert_eq!((got.as_str(), end), ("", Some(ErrorKind::ConnectionReset)));
    assert_eq!(truth.calltouch.removed_count(), 2);
    assert_eq!(truth.tally(Method::CalltouchImport).unanswered, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_after_acting_is_a_quiet_end() {
    let (got, end, truth) = with(Fault::CloseAfter).await;
    assert_eq!((got.as_str(), end), ("", None));
    assert_eq!(truth.calltouch.removed_count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_server_says_nothing() {
    let (got, end, truth) = with(Fault::HangBefore).await;
    assert_eq!((got.as_str(), end), ("", Some(ErrorKind::WouldBlock)));
    assert_eq!(truth.calltouch.removed_count(), 0);
    let (_, _, truth) = with(Fault::HangAfter).await;
    assert_eq!(truth.calltouch.removed_count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_answer_promises_more_than_comes() {
    let (got, end, truth) = with(Fault::Truncate).await;
    let (head, body) = got.split_once("\r\n\r\n").unwrap();
    let promised: usize = head
        .split("content-length: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(body.len(), promised / 2);
    assert_eq!(end, None);
    assert_eq!(truth.calltouch.removed_count(), 2);
    assert_eq!(truth.tally(Method::CalltouchImport).cut.get(&200), Some(&1));
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_comes_with_200() {
    let (got, _, truth) = with(Fault::Garbage).await;
    assert!(got.starts_with("HTTP/1.1 200 OK"), "{got}");
    assert!(!got.contains("importLogId"), "{got}");
    assert_eq!(truth.calltouch.removed_count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_comes_before_or_after_acting() {
    let (got, _, truth) = with(Fault::Html {
        status: 502,
        acts: true,
    })
    .await;
    assert!(got.starts_with("HTTP/1.1 502 Bad Gateway"), "{got}");
    assert_eq!(truth.calltouch.removed_count(), 2);
    let (got, _, truth) = with(Fault::Html {
        status: 200,
        acts: false,
    })
    .await;
    assert!(got.starts_with("HTTP/1.1 200 OK") && got.contains("<html>"), "{got}");
    assert_eq!(truth.calltouch.removed_count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_may_say_when_to_come_again() {
    let (got, _, truth) = with(Fault::TooManyRequests { retry_after: Some(2) }).await;
    assert!(
        got.starts_with("HTTP/1.1 429 ") && got.contains("retry-after: 2\r\n"),
        "{got}"
    );
    assert_eq!(truth.calltouch.removed_count(), 0);
    let (got, _, _) = with(Fault::TooManyRequests { retry_after: None }).await;
    assert!(
        got.starts_with("HTTP/1.1 429 ") && !got.contains("retry-after"),
        "{got}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_answer_comes_whole() {
    let (got, end, _) = with(Fault::Slow(Duration::from_millis(50))).await;
    assert!(got.ends_with("}]}}"), "{got}");
    assert_eq!(end, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_emulator_listens_no_more() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let address = emulator.addr();
    emulator.shutdown().await;
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_curl_line_names_this_port() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let lines = emulator.curl_lines();
    assert_eq!(lines.matches(&emulator.base_url()).count(), 15);
}
