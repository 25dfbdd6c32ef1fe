//! A world at hand, and requests in one line.

use std::time::{Duration, SystemTime};

use batchwise_emulator::{Action, Delivery, EmulatorConfig, World};
use bytes::Bytes;
use http::Request;
use serde_json::Value;

/// A world whose clock stands at 2024-06-03 14:05:09.
pub fn world(config: EmulatorConfig) -> World {
    World::new(
        config,
        Duration::ZERO,
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_717_423_509),
    )
}

pub fn any() -> World {
    world(EmulatorConfig::default().quota_off())
}

pub fn import(body: impl Into<String>) -> Request<Bytes> {
    calltouch("/report-service/RestAPI/api/users-import/delete", body)
}

pub fn leads(body: impl Into<String>) -> Request<Bytes> {
    calltouch("/lead-service/v1/api/customfield/lead/add", body)
}

fn calltouch(path: &str, body: impl Into<String>) -> Request<Bytes> {
    Request::post(path)
        .header("Access-Token", "token")
        .header("SiteId", "1")
        .body(Bytes::from(body.into()))
        .unwrap()
}

pub fn post(path: &str, body: impl Into<String>) -> Request<Bytes> {
    Request::post(path).body(Bytes::from(body.into())).unwrap()
}

/// A request to Thulium with `api_user:api_pass`.
pub fn delete(target: &str) -> Request<Bytes> {
    Request::delete(target)
        .header("Authorization", "Basic YXBpX3VzZXI6YXBpX3Bhc3M=")
        .header("Accept", "application/json")
        .body(Bytes::new())
        .unwrap()
}

/// Status and body of an answer that is delivered whole.
pub fn ask(world: &mut World, request: &Request<Bytes>) -> (u16, String) {
    at(world, Duration::ZERO, request)
}

pub fn at(world: &mut World, now: Duration, request: &Request<Bytes>) -> (u16, String) {
    let Action { answer, delivery } = world.handle(now, request);
    assert_eq!(delivery, Delivery::Whole);
    (
        answer.status().as_u16(),
        String::from_utf8_lossy(answer.body()).into_owned(),
    )
}

/// The same answer, whatever the white space.
#[track_caller]
pub fn assert_json(answer: (u16, String), status: u16, expected: &str) {
    let expected: Value = serde_json::from_str(expected).unwrap();
    let actual: Value = serde_json::from_str(&answer.1).unwrap_or_else(|_| panic!("no JSON: {}", answer.1));
    assert_eq!(actual, expected);
    assert_eq!(answer.0, status);
}
