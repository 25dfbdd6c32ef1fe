//! Dellin: address book and logins.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    missing_docs,
    dead_code,
    unreachable_pub
)]

mod support;

use std::time::Duration;

use batchwise_emulator::{
    BookConfig, DellinConfig, EmulatorConfig, Fault, FaultRule, Kind, Method, QuotaConfig, Rate, SpaceConfig,
};
use support::{any, ask, assert_json, at, post, world};

fn book(lists: &str) -> http::Request<bytes::Bytes> {
    post(
        "/v2/book/delete.json",
        format!(r#"{{"appkey":"key","sessionID":"session",{lists}}}"#),
    )
}

#[test]
fn objects_that_exist_are_deleted_and_the_others_are_not() {
    let config = BookConfig {
        addresses: SpaceConfig::only([810_022]),
        ..BookConfig::default()
    };
    let mut world = world(EmulatorConfig::default().dellin_book(config));
    let answer = ask(
        &mut world,
        &book(
            r#""counteragentIDs":[70011],"addressIDs":[810022,810023],"phoneIDs":[920031],"contactIDs":[930041,930042]"#,
        ),
    );
    assert_eq!(
        answer.1,
        r#"{"metadata":{"status":200,"generated_at":"2024-06-03 14:05:09"},"data":{"deleted":{"counteragentIDs":[70011],"addressIDs":[810022],"contactIDs":[930041,930042],"phoneIDs":[920031]},"notDeleted":{"counteragentIDs":[],"addressIDs":[810023],"contactIDs":[],"phoneIDs":[]}}}"#
    );
    assert_eq!(answer.0, 200);
    let truth = world.truth().dellin;
    assert!(truth.is_removed(Kind::Address, 810_022) && !truth.is_removed(Kind::Address, 810_023));
    assert!(!truth.is_removed(Kind::Contact, 810_022));
    assert_eq!(truth.removed_count(), 5);
}

#[test]
fn xml_answers_xml() {
    let config = BookConfig {
        addresses: SpaceConfig::only([810_022]),
        ..BookConfig::default()
    };
    let mut world = world(EmulatorConfig::default().dellin_book(config));
    let request = post(
        "/v2/book/delete.xml",
        "<request>\n  <appkey>k</appkey>\n  <sessionID>s</sessionID>\n  <addressIDs>810022</addressIDs>\n  <addressIDs>810023</addressIDs>\n  <contactIDs>930041</contactIDs>\n</request>",
    );
    let (status, body) = ask(&mut world, &request);
    assert_eq!(status, 200);
    assert_eq!(
        body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><metadata><status>200</status><generated_at>2024-06-03 14:05:09</generated_at></metadata>\
         <data><deleted><addressIDs>810022</addressIDs><contactIDs>930041</contactIDs></deleted>\
         <notDeleted><addressIDs>810023</addressIDs></notDeleted></data></response>\n"
    );
}

#[test]
fn an_empty_list_of_xml_is_an_empty_element() {
    let request = post(
        "/v2/book/delete.xml",
        "<request><appkey>k</appkey><sessionID>s</sessionID><phoneIDs>1</phoneIDs></request>",
    );
    let (_, body) = ask(&mut any(), &request);
    assert!(body.contains("<notDeleted/>"), "{body}");
}

#[test]
fn more_than_forty_ids_are_refused() {
    let ids: Vec<u64> = (1..=41).collect();
    let (status, body) = ask(&mut any(), &book(&format!("\"phoneIDs\":{ids:?}")));
    assert_eq!(status, 400);
    assert!(
        body.contains(r#""metadata":{"status":400,"detail":"bad request""#),
        "{body}"
    );
}

#[test]
fn a_missing_session_is_named() {
    assert_json(
        ask(
            &mut any(),
            &post("/v2/book/delete.json", r#"{"appkey":"k","phoneIDs":[1]}"#),
        ),
        400,
        r#"{"metadata":{"status":400,"detail":"bad request","generated_at":"2024-06-03 14:05:09"},"errors":[
            {"code":110003,"title":"Не указан обязательный параметр","detail":"Не передан параметр sessionID",
             "link":"https://dev.dellin.ru/api/errors/#error_110003","fields":["sessionID"]}]}"#,
    );
}

#[test]
fn an_error_of_xml_is_in_xml() {
    let (status, body) = ask(
        &mut any(),
        &post("/v2/book/delete.xml", "<request><appkey>k</appkey></request>"),
    );
    assert_eq!(status, 400);
    assert!(body.contains("<errors><code>110003</code>"), "{body}");
    assert!(body.contains("<fields>sessionID</fields></errors>"), "{body}");
}

#[test]
fn a_session_dies_after_its_calls_and_a_login_gives_another() {
    let dellin = DellinConfig {
        session_calls: Some(1),
        ..DellinConfig::default()
    };
    let mut world = world(EmulatorConfig::default().dellin(dellin));
    assert_eq!(ask(&mut world, &book(r#""phoneIDs":[1]"#)).0, 401);
    let (status, body) = ask(&mut world, &post("/v4/auth/login.json", r#"{"appkey":"k","pat":"p"}"#));
    assert_eq!(status, 200);
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    let session = answer["data"]["sessionID"].as_str().unwrap();
    let request = post(
        "/v2/book/delete.json",
        format!(r#"{{"appkey":"k","sessionID":"{session}","phoneIDs":[1]}}"#),
    );
    assert_eq!(ask(&mut world, &request).0, 200);
    assert_eq!(ask(&mut world, &request).0, 401);
    assert_eq!(world.truth().logins, 1);
    assert_eq!(world.truth().tally(Method::DellinBook).acted, 1);
}

#[test]
fn a_session_dies_after_its_time() {
    let dellin = DellinConfig {
        sessions: vec!["session".to_owned()],
        session_seconds: Some(60),
        ..DellinConfig::default()
    };
    let mut world = world(EmulatorConfig::default().dellin(dellin));
    assert_eq!(
        at(&mut world, Duration::from_secs(59), &book(r#""phoneIDs":[1]"#)).0,
        200
    );
    assert_eq!(
        at(&mut world, Duration::from_secs(60), &book(r#""phoneIDs":[2]"#)).0,
        401
    );
}

#[test]
fn a_session_tells_when_it_ends_and_ends_at_a_logout() {
    let mut world = any();
    let body = r#"{"appkey":"k","sessionID":"s"}"#;
    assert_json(
        ask(&mut world, &post("/v3/auth/session_info.json", body)),
        200,
        r#"{"metadata":{"status":200,"generated_at":"2024-06-03 14:05:09"},
            "data":{"session":{"expireTime":"2024-07-03 14:05:09","expired":false}}}"#,
    );
    assert_json(
        ask(&mut world, &post("/v3/auth/logout.json", body)),
        200,
        r#"{"metadata":{"status":200,"generated_at":"2024-06-03 14:05:09"},"data":{"state":"success"}}"#,
    );
    let (status, body) = ask(&mut world, &post("/v3/auth/session_info.json", body));
    assert!(
        status == 200 && body.contains(r#""expireTime":null,"expired":true"#),
        "{body}"
    );
}

#[test]
fn logins_count_against_the_quota_of_the_appkey() {
    let quota = QuotaConfig {
        dellin: vec![Rate::per_minute(1)],
        retry_after: true,
        ..QuotaConfig::default()
    };
    let mut world = world(EmulatorConfig::default().quota(quota));
    let login = |appkey: &str| {
        post(
            "/v3/auth/login.json",
            format!(r#"{{"appkey":"{appkey}","login":"l","password":"p"}}"#),
        )
    };
    assert_eq!(ask(&mut world, &login("key")).0, 200);
    let action = world.handle(Duration::from_millis(500), &book(r#""phoneIDs":[1]"#));
    assert_eq!(action.answer.status(), 429);
    assert_eq!(action.answer.headers()["retry-after"], "60");
    assert_eq!(ask(&mut world, &login("another")).0, 200);
}

#[test]
fn a_fault_kills_the_session() {
    let mut world = world(EmulatorConfig::default().fault(FaultRule::new(Fault::SessionExpired).nth(1)));
    assert_eq!(ask(&mut world, &book(r#""phoneIDs":[1]"#)).0, 401);
    assert_eq!(ask(&mut world, &book(r#""phoneIDs":[1]"#)).0, 401);
    assert_eq!(world.truth().dellin.removed_count(), 0);
}

#[test]
fn an_id_may_stand_in_both_lists() {
    let mut world = world(EmulatorConfig::default().fault(FaultRule::new(Fault::Contradict)));
    let (_, body) = ask(&mut world, &book(r#""phoneIDs":[7]"#));
    assert_eq!(body.matches(r#""phoneIDs":[7]"#).count(), 2, "{body}");
}

fn question(list: &str, members: &str) -> http::Request<bytes::Bytes> {
    post(
        &format!("/v2/book/{list}.json"),
        format!(r#"{{"appkey":"key","sessionID":"session"{members}}}"#),
    )
}

/// Two counteragents, the second one anonymous, with two addresses each, and one phone and one person at each of those.
fn small_book() -> BookConfig {
    BookConfig {
        counteragents: SpaceConfig::only([10, 11]),
        addresses: SpaceConfig::only([20, 21, 22, 23]),
        phones: SpaceConfig::only([40, 41, 42, 43]),
        contacts: SpaceConfig::only([60, 61, 62, 63]),
        anonymous: [11].into(),
        ..BookConfig::default()
    }
}

fn ids(answer: (u16, String), pointer: &str) -> Vec<u64> {
    assert_eq!(answer.0, 200, "{}", answer.1);
    let value: serde_json::Value = serde_json::from_str(&answer.1).unwrap();
    let rows = value.pointer("/data").unwrap().as_array().unwrap();
    rows.iter()
        .map(|row| row.pointer(pointer).unwrap().as_u64().unwrap())
        .collect()
}

#[test]
fn lists_lead_from_counteragents_down_to_phones() {
    let mut world = world(EmulatorConfig::default().dellin_book(small_book()));
    let all = ask(&mut world, &question("counteragents", r#","withAnonym":"true""#));
    assert_eq!(ids(all, "/id"), [10, 11]);
    assert_eq!(ids(ask(&mut world, &question("counteragents", "")), "/id"), [10]);
    let only = ask(&mut world, &question("counteragents", r#","isAnonym":true"#));
    assert_eq!(ids(only, "/id"), [11]);
    let below = ask(&mut world, &question("addresses", r#","counteragentID":11"#));
    assert_eq!(ids(below, "/address/id"), [21, 23]);
    let card = ask(&mut world, &question("contacts", r#","addressID":21"#));
    assert_json(
        card,
        200,
        r#"{"metadata":{"status":200,"generated_at":"2024-06-03 14:05:09"},"data":{
            "contacts":[{"id":61,"contact":"Иван 61"}],"lastUpdate":"2024-06-01 12:00:00",
            "phones":[{"id":41,"phoneNumber":"79000000041","phoneFormatted":"+7 (900) 0000041","ext":""}]}}"#,
    );
}

#[test]
fn what_was_deleted_is_in_no_list() {
    let mut world = world(EmulatorConfig::default().dellin_book(small_book()));
    ask(&mut world, &book(r#""phoneIDs":[41],"addressIDs":[20]"#));
    let listed = world.truth().dellin.listed();
    assert_eq!(
        listed.len(),
        14 - 4,
        "an address is gone with what was below it, and a phone"
    );
    assert!(!listed.contains(&(Kind::Phone, 41)) && !listed.contains(&(Kind::Address, 20)));
    assert!(listed.contains(&(Kind::Contact, 61)) && !listed.contains(&(Kind::Contact, 60)));
    let (status, _) = ask(&mut world, &question("contacts", r#","addressID":20"#));
    assert_eq!(status, 400);
}

#[test]
fn lists_need_credentials_and_count_against_the_quota() {
    let quota = QuotaConfig {
        dellin: vec!["1/min".parse::<Rate>().unwrap()],
        ..QuotaConfig::default()
    };
    let mut world = world(EmulatorConfig::default().quota(quota));
    let bare = post("/v2/book/counteragents.json", r#"{"appkey":"key"}"#);
    assert_eq!(ask(&mut world, &bare).0, 400);
    assert_eq!(ask(&mut world, &question("counteragents", "")).0, 429);
}

#[test]
fn a_fault_may_be_bound_to_the_parent_that_is_asked_about() {
    let rule = FaultRule::new(Fault::Html {
        status: 502,
        acts: false,
    })
    .record("counteragent:70012");
    let mut world = world(EmulatorConfig::default().quota_off().fault(rule));
    let addresses = |id: u64| question("addresses", &format!(r#","counteragentID":{id}"#));
    assert_eq!(ask(&mut world, &addresses(70_011)).0, 200);
    assert_eq!(ask(&mut world, &addresses(70_012)).0, 502);
    assert_eq!(world.truth().tally(Method::DellinLists).received, 2);
}
