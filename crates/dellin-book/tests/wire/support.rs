//! A server with one answer, and answers as short texts.

use batchwise_core::quota::QuotaHandle;
use batchwise_core::{BatchMethod, CallError, Identity, Record, Reply, Said};
use dellin_book::{BookKind, BookObject, Credentials, DellinAccount, DellinBook};
use httpmock::{Method::POST, Mock, MockServer};

pub(crate) const APPKEY: &str = "11111111-2222-3333-4444-555555555555";
pub(crate) const SESSION: &str = "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE";
pub(crate) const DELETE: &str = "/v2/book/delete.json";

pub(crate) fn objects(keys: &[&str]) -> Vec<BookObject> {
    keys.iter().map(|key| key.parse().unwrap()).collect()
}

pub(crate) fn account(server: &MockServer, credentials: Credentials) -> DellinAccount {
    DellinAccount::builder(APPKEY, credentials)
        .base_url(server.base_url())
        .quota(QuotaHandle::unlimited())
        .build()
        .unwrap()
}

/// A client with a session of the caller's.
pub(crate) fn book(server: &MockServer) -> DellinBook {
    account(server, Credentials::session(SESSION)).book()
}

pub(crate) fn answering<'a>(server: &'a MockServer, path: &str, status: u16, body: &str) -> Mock<'a> {
    server.mock(|when, then| {
        when.method(POST).path(path);
        then.status(status)
            .header("content-type", "application/json")
            .body(body);
    })
}

/// One call with these objects, answered like this.
pub(crate) async fn call(keys: &[&str], status: u16, body: &str) -> Result<Reply, CallError> {
    let server = MockServer::start_async().await;
    let mock = answering(&server, DELETE, status, body);
    let reply = book(&server).call(&objects(keys)).await;
    mock.assert();
    reply
}

/// The statements of a reply: `+kind:id` for deleted, `-kind:id` for absent, sorted.
pub(crate) fn said(reply: &Reply) -> Vec<String> {
    let Reply::Named(statements) = reply else {
        panic!("statements are named");
    };
    let mut texts: Vec<String> = statements
        .iter()
        .map(|(identity, statement)| {
            let sign = match statement.said {
                Said::Done => '+',
                Said::Absent => '-',
                other => panic!("{other:?}"),
            };
            format!("{sign}{}", key_of(identity))
        })
        .collect();
    texts.sort();
    texts
}

fn key_of(identity: &Identity) -> String {
    let Identity::Number { id, .. } = identity else {
        panic!("objects are numbered");
    };
    let object = BookKind::ALL
        .into_iter()
        .map(|kind| BookObject::new(kind, *id).unwrap())
        .find(|object| object.identity() == *identity);
    object.unwrap().key()
}

pub(crate) fn answer_with(data: &str) -> String {
    format!(r#"{{"metadata":{{"status":200,"generated_at":"2024-06-03 14:05:09"}},"data":{data}}}"#)
}

pub(crate) fn failure_with(status: u16, errors: &str) -> String {
    format!(
        r#"{{"metadata":{{"status":{status},"detail":"bad request","generated_at":"2024-06-03 14:06:00"}},"errors":{errors}}}"#
    )
}
