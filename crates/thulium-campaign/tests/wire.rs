//! Every documented answer, and every quirk of one call, over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::num::NonZeroU32;
use std::time::Duration;

use batchwise_core::quota::{QuotaHandle, Slot, Window};
use batchwise_core::{
    Action, BatchMethod, CallError, CallErrorKind, Deletes, Fact, Facts, Identity, Record, Reply, Said, Statement,
};
use httpmock::prelude::*;
use httpmock::{Mock, Then};
use thulium_campaign::{
    CampaignCustomer, CampaignPhone, MOST_BYTES, MOST_RECORDS, ThuliumBuilder, ThuliumCampaign, ThuliumCampaignPhones,
    ThuliumCredentials,
};

const PASSWORD: &str = "s3cr/t-żółć";
/// `api_user:s3cr/t-żółć`.
const ENCODED: &str = "YXBpX3VzZXI6czNjci90LcW8w7PFgsSH";

fn credentials() -> ThuliumCredentials {
    ThuliumCredentials::new("api_user", PASSWORD).unwrap()
}

fn customers(server: &MockServer) -> ThuliumCampaign {
    let builder = ThuliumCampaign::builder(credentials()).base_url(server.base_url());
    builder.campaign("00042".parse().unwrap()).build().unwrap()
}

fn phones(server: &MockServer) -> ThuliumCampaignPhones {
    let builder = ThuliumCampaignPhones::builder(credentials()).base_url(server.base_url());
    builder.campaign("00042".parse().unwrap()).build().unwrap()
}

fn records<C: Deletes>(client: &C, keys: &[&str]) -> Vec<C::Record> {
    keys.iter().map(|key| client.parse_key(key).unwrap()).collect()
}

/// The one request that a batch is to make, answered with status and body.
fn answer<'a>(server: &'a MockServer, path: &str, query: &str, then: impl FnOnce(Then) -> Then) -> Mock<'a> {
    let target = format!("{path}?{query}");
    server.mock(|when, answer| {
        when.method("DELETE")
            .is_true(move |request| {
                request
                    .uri()
                    .path_and_query()
                    .is_some_and(|seen| seen.as_str() == target)
            })
            .header("authorization", format!("Basic {ENCODED}"))
            .header("accept", "application/json")
            .body("");
        then(answer);
    })
}

fn query(parameter: &str, values: &[&str]) -> String {
    let parameters: Vec<String> = values
        .iter()
        .map(|value| format!("{parameter}%5B%5D={value}"))
        .collect();
    parameters.join("&")
}

/// Removes these customers of campaign 00042 in one call that gets this answer.
async fn remove(ids: &[&str], status: u16, body: &str) -> Result<Reply, CallError> {
    let server = MockServer::start_async().await;
    let path = "/api/batch/crm_outbounds/00042/records";
    let mock = answer(&server, path, &query("customer_id", ids), |then| {
        then.status(status).body(body)
    });
    let client = customers(&server);
    let reply = client.call(&records(&client, ids)).await;
    mock.assert_calls(1);
    reply
}

/// Removes these phone numbers, the values as they stand on the wire.
async fn remove_phones(numbers: &[(&str, &str)], body: &str) -> Reply {
    let server = MockServer::start_async().await;
    let (keys, values): (Vec<&str>, Vec<&str>) = numbers.iter().copied().unzip();
    let path = "/api/batch/outbounds/00042/records";
    let mock = answer(&server, path, &query("phone_number", &values), |then| {
        then.status(207).body(body)
    });
    let client = phones(&server);
    let reply = client.call(&records(&client, &keys)).await.unwrap();
    mock.assert_calls(1);
    reply
}

/// What a reply says of one record.
fn of(reply: &Reply, record: &impl Record) -> Option<Statement> {
    let Reply::Named(statements) = reply else {
        panic!("named statements expected");
    };
    let mut own = statements.iter().filter(|(name, _)| *name == record.identity());
    own.next().map(|(_, statement)| statement.clone())
}

fn customer(reply: &Reply, id: &str) -> Option<Statement> {
    of(reply, &format!("00042:{id}").parse::<CampaignCustomer>().unwrap())
}

fn phone(reply: &Reply, number: &str) -> Option<Statement> {
    of(reply, &format!("00042:{number}").parse::<CampaignPhone>().unwrap())
}

fn record_id(id: u64) -> Facts {
    Facts::none().with("record_id", id)
}

// Documented answers.

const REMOVED_AND_NOT_EXIST: &str = r#"{
    "7001": {"http_status": 200, "record_id": 90311, "status": "REMOVED"},
    "7002": {"http_status": 404, "status":"NOT_EXIST"}
}"#;

#[tokio::test]
async fn one_customer_is_removed_and_one_was_not_there() {
    for status in [200, 207] {
        let reply = remove(&["7001", "7002"], status, REMOVED_AND_NOT_EXIST).await.unwrap();
        let removed = Statement::new(Said::Done).with_facts(record_id(90311));
        assert_eq!(customer(&reply, "7001"), Some(removed), "{status}");
        let absent = Statement::new(Said::Absent).with_text("NOT_EXIST");
        assert_eq!(customer(&reply, "7002"), Some(absent), "{status}");
    }
}

#[tokio::test]
async fn a_customer_in_a_conversation_is_busy_whatever_its_number() {
    for number in [r#""http_status":400,"#, r#""http_status":409,"#, ""] {
        let body = format!(r#"{{"7003":{{{number}"status":"CALL_IN_PROGRESS"}}}}"#);
        let reply = remove(&["7003"], 207, &body).await.unwrap();
        assert_eq!(customer(&reply, "7003").unwrap().said, Said::Busy { partly: false });
    }
}

#[tokio::test]
async fn a_record_id_may_be_a_text_and_a_customer_may_be_left_out() {
    let body = r#"{"7001":{"http_status":200,"record_id":"90311","status":"REMOVED"}}"#;
    let reply = remove(&["7001", "7002"], 200, body).await.unwrap();
    assert_eq!(customer(&reply, "7001").unwrap().facts, record_id(90311));
    assert_eq!(customer(&reply, "7002"), None);
}

#[tokio::test]
async fn an_empty_list_says_nothing() {
    assert!(remove(&["7001"], 200, "[]").await.unwrap().is_empty());
}

#[tokio::test]
async fn an_empty_answer_is_no_success() {
    for status in [200, 204] {
        let error = remove(&["7001"], status, "").await.unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::Unreadable);
        assert!(error.may_have_acted());
    }
}

#[tokio::test]
async fn another_status_is_unclear_and_kept() {
    let reply = remove(&["7001"], 200, r#"{"7001":{"http_status":200,"status":"ARCHIVED"}}"#)
        .await
        .unwrap();
    let unclear = Statement::new(Said::Unclear).with_text("ARCHIVED");
    assert_eq!(customer(&reply, "7001"), Some(unclear));
}

#[tokio::test]
async fn a_customer_that_was_not_asked_for_is_passed_on() {
    let body = r#"{"7999":{"status":"REMOVED"}}"#;
    let Reply::Named(statements) = remove(&["7001"], 200, body).await.unwrap() else {
        panic!("named statements expected");
    };
    let names: Vec<_> = statements.into_iter().map(|(name, _)| name).collect();
    assert!(
        matches!(names.as_slice(), [Identity::Number { id: 7999, .. }]),
        "{names:?}"
    );
}

#[tokio::test]
async fn an_html_page_in_a_200_is_unreadable() {
    let error = remove(&["7001"], 200, "<html>Zaloguj</html>").await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Unreadable);
    assert_eq!(error.snippet(), Some("<html>Zaloguj</html>"));
}

// Refusals.

#[tokio::test]
async fn refused_credentials_tell_the_request_id() {
    let body = r#"{"request_id":"6a1b2c3d4e5f6","errors":[{"message":"Unauthorized.","code":401001}]}"#;
    for status in [401, 403] {
        let error = remove(&["7001"], status, body).await.unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::Credentials);
        assert_eq!(error.message(), Some("Unauthorized."));
        assert_eq!(error.code(), Some("401001"));
        assert_eq!(error.request_id(), Some("6a1b2c3d4e5f6"));
    }
}

#[tokio::test]
async fn an_unknown_campaign_is_a_wrong_target() {
    let body = r#"{"request_id":"x1","errors":[{"message":"Not found.","code":"NF"}]}"#;
    let error = remove(&["7001"], 404, body).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (CallErrorKind::Target, Some("NF")));
    assert!(!error.may_have_acted());
}

#[tokio::test]
async fn a_failed_validation_is_a_refusal() {
    let body = r#"{"request_id":"x1","errors":[{"message":"Bad id.","code":null,"field":"customer_id"}]}"#;
    let error = remove(&["7001"], 400, body).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Refused);
    assert_eq!((error.message(), error.code()), (Some("Bad id. (customer_id)"), None));
    let html = remove(&["7001"], 400, "<html>Bad Request</html>").await.unwrap_err();
    assert_eq!(html.kind(), CallErrorKind::Refused);
}

#[tokio::test]
async fn a_refusal_in_a_200_is_a_refusal() {
    let body = r#"{"request_id":"x1","errors":[{"message":"m","code":1}]}"#;
    let error = remove(&["7001"], 200, body).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Refused);
    assert_eq!(
        (error.message(), error.code(), error.request_id()),
        (Some("m"), Some("1"), Some("x1"))
    );
}

#[tokio::test]
async fn a_server_error_is_quoted_as_page_or_as_message() {
    let page = remove(&["7001"], 500, "<html>Oops</html>").await.unwrap_err();
    assert_eq!(
        (page.kind(), page.snippet()),
        (CallErrorKind::Server, Some("<html>Oops</html>"))
    );
    let body = r#"{"request_id":"x1","errors":[{"message":"Campaign is closed.","code":7}]}"#;
    let message = remove(&["7001"], 500, body).await.unwrap_err();
    assert_eq!(
        (message.kind(), message.message()),
        (CallErrorKind::Server, Some("Campaign is closed."))
    );
    assert!(message.may_have_acted());
}

#[tokio::test]
async fn an_address_that_is_too_long_is_told() {
    let error = remove(&["7001"], 414, "<html>414</html>").await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::TooLarge);
}

#[tokio::test]
async fn a_pause_that_the_server_asks_for_is_kept() {
    let server = MockServer::start_async().await;
    server.mock(|when, then| {
        when.any_request();
        then.status(503).header("retry-after", "7").header("x-request-id", "h1");
    });
    let client = customers(&server);
    let error = client.call(&records(&client, &["7001"])).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Server);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.request_id(), Some("h1"));
}

#[tokio::test]
async fn the_request_id_of_the_body_goes_before_the_headers() {
    let server = MockServer::start_async().await;
    server.mock(|when, then| {
        when.any_request();
        then.status(400)
            .header("x-request-id", "h1")
            .body(r#"{"request_id":"b1","errors":[]}"#);
    });
    let client = customers(&server);
    let error = client.call(&records(&client, &["7001"])).await.unwrap_err();
    assert_eq!(error.request_id(), Some("b1"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = MockServer::start_async().await;
    let elsewhere = server.mock(|when, then| {
        when.path("/elsewhere");
        then.status(200).body(r#"{"7001":{"status":"REMOVED"}}"#);
    });
    server.mock(|when, then| {
        when.path("/api/batch/crm_outbounds/00042/records");
        then.status(301).header("location", server.url("/elsewhere"));
    });
    let client = customers(&server);
    let error = client.call(&records(&client, &["7001"])).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Target);
    assert!(error.message().unwrap().contains("/elsewhere"), "{error}");
    elsewhere.assert_calls(0);
}

// Secrets.

#[tokio::test]
async fn an_answer_that_echoes_the_credentials_shows_none_of_them() {
    let escaped = ENCODED.replace('/', "\\/");
    let body = format!(
        r#"{{"request_id":"{PASSWORD}","errors":[
            {{"message":"Authorization: Basic {ENCODED}","code":"{escaped}"}},
            {{"message":"api_user:{PASSWORD} s3cr\/t-\u017c\u00f3\u0142\u0107"}}
        ]}}"#
    );
    for status in [200, 400, 401, 403, 404, 500] {
        let error = remove(&["7001"], status, &body).await.unwrap_err();
        let shown = format!("{error} {error:?} {:?}", error.snippet());
        for secret in [PASSWORD, ENCODED, &escaped, "s3cr", "YXBp"] {
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
    }
}

#[tokio::test]
async fn names_and_texts_of_results_show_no_credentials() {
    let body = format!(r#"{{"{ENCODED}":{{"status":"X"}},"7001":{{"status":"{PASSWORD}","message":"{ENCODED}"}}}}"#);
    let reply = remove(&["7001"], 200, &body).await.unwrap();
    let shown = format!("{reply:?}");
    assert!(!shown.contains("s3cr") && !shown.contains("YXBp"), "{shown}");
}

#[tokio::test]
async fn debug_of_client_and_builder_shows_no_credentials() {
    let server = MockServer::start_async().await;
    let builder = ThuliumCampaign::builder(credentials()).base_url(server.base_url());
    let shown = format!("{builder:?} {:?} {:?}", customers(&server), phones(&server));
    for secret in ["api_user", "s3cr", "YXBp"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

// Phone numbers.

#[tokio::test]
async fn every_record_of_a_phone_number_is_told() {
    let body = r#"{
        "600700801": [
            {"http_status": 200, "record_id": 3101, "status": "REMOVED"},
            {"http_status": 200, "record_id": 3144, "status": "REMOVED"}
        ],
        "600700802": [{"http_status": 404, "status": "NOT_EXIST"}]
    }"#;
    let reply = remove_phones(&[("600700801", "600700801"), ("600700802", "600700802")], body).await;
    let removed = phone(&reply, "600700801").unwrap();
    assert_eq!(removed.said, Said::Done);
    assert_eq!(removed.facts.get("record_ids"), Some(&Fact::Numbers(vec![3101, 3144])));
    assert_eq!(phone(&reply, "600700802").unwrap().said, Said::Absent);
}

#[tokio::test]
async fn a_phone_number_with_one_busy_record_is_busy() {
    let body = r#"{"600700801":[
        {"http_status":200,"record_id":1,"status":"REMOVED"},
        {"http_status":400,"status":"CALL_IN_PROGRESS"}
    ]}"#;
    let busy = phone(&remove_phones(&[("600700801", "600700801")], body).await, "600700801").unwrap();
    assert_eq!((busy.said, busy.facts), (Said::Busy { partly: true }, record_id(1)));
}

#[tokio::test]
async fn phone_numbers_are_percent_encoded() {
    let body = r#"{"+48600700801":[{"status":"REMOVED"}],"00 (48) 1":[{"status":"REMOVED"}]}"#;
    let numbers = [("+48600700801", "%2B48600700801"), ("00 (48) 1", "00%20%2848%29%201")];
    let reply = remove_phones(&numbers, body).await;
    for (number, _) in numbers {
        assert_eq!(phone(&reply, number).unwrap().said, Said::Done, "{number}");
    }
}

#[tokio::test]
async fn additional_numbers_are_searched_only_when_wanted() {
    let server = MockServer::start_async().await;
    let query = "phone_number%5B%5D=600700801&search_in_additional_numbers=true";
    let mock = answer(&server, "/api/batch/outbounds/00042/records", query, |then| {
        then.status(200).body("{}")
    });
    let builder = ThuliumCampaignPhones::builder(credentials()).base_url(server.base_url());
    let client = builder.search_in_additional_numbers(true).build().unwrap();
    client.call(&records(&client, &["00042:600700801"])).await.unwrap();
    mock.assert_calls(1);
}

// What is sent, and what is not.

#[tokio::test]
async fn a_call_without_records_sends_nothing() {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.any_request();
        then.status(200).body("{}");
    });
    let error = customers(&server).call(&[]).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Local);
    assert!(phones(&server).call(&[]).await.is_err());
    mock.assert_calls(0);
}

#[tokio::test]
async fn a_customer_given_twice_stands_once_in_the_request() {
    let server = MockServer::start_async().await;
    let path = "/api/batch/crm_outbounds/00042/records";
    let mock = answer(&server, path, "customer_id%5B%5D=7001", |then| {
        then.status(200).body("{}")
    });
    let client = customers(&server);
    client.call(&records(&client, &["7001", "7001"])).await.unwrap();
    mock.assert_calls(1);
}

#[tokio::test]
async fn a_base_url_may_end_with_a_slash_or_api_and_begin_with_a_path() {
    for (end, path) in [("/", ""), ("/api", ""), ("/api/", ""), ("/proxy/api", "/proxy")] {
        let server = MockServer::start_async().await;
        let path = format!("{path}/api/batch/crm_outbounds/00042/records");
        let mock = answer(&server, &path, "customer_id%5B%5D=7001", |then| {
            then.status(200).body("{}")
        });
        let builder = ThuliumCampaign::builder(credentials()).base_url(format!("{}{end}", server.base_url()));
        let client = builder.build().unwrap();
        client.call(&records(&client, &["00042:7001"])).await.unwrap();
        mock.assert_calls(1);
    }
}

#[tokio::test]
async fn the_largest_batch_of_the_longest_ids_keeps_the_target_within_4000_bytes() {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.is_true(|request| {
            let target = request
                .uri()
                .path_and_query()
                .map_or(usize::MAX, |target| target.as_str().len());
            (3900..=4000).contains(&target)
        });
        then.status(200).body("{}");
    });
    let client = customers(&server);
    let descriptor = client.descriptor();
    let mut room = descriptor.max_bytes.unwrap().get() - descriptor.fixed_bytes;
    let mut batch = Vec::new();
    for id in 0..descriptor.max_records.get() as u64 + 1 {
        let record = client.parse_key(&(u64::MAX - id).to_string()).unwrap();
        if record.encoded_len() > room {
            break;
        }
        room -= record.encoded_len();
        batch.push(record);
    }
    client.call(&batch).await.unwrap();
    mock.assert_calls(1);
}

// Keys.

#[tokio::test]
async fn a_bare_key_belongs_to_the_clients_campaign() {
    let server = MockServer::start_async().await;
    let client = customers(&server);
    assert_eq!(client.parse_key("7001").unwrap().to_string(), "00042:7001");
    assert_eq!(client.parse_key("00043:7001").unwrap().to_string(), "00043:7001");
    let other = client.campaign("00043".parse().unwrap());
    assert_eq!(other.parse_key(" 7001 ").unwrap().to_string(), "00043:7001");
    assert_eq!(phones(&server).parse_key("+48600").unwrap().to_string(), "00042:+48600");
}

#[tokio::test]
async fn a_bare_key_without_a_campaign_is_refused_with_advice() {
    let server = MockServer::start_async().await;
    let builder = ThuliumCampaign::builder(credentials()).base_url(server.base_url());
    let error = builder.build().unwrap().parse_key("7001").unwrap_err();
    assert!(error.to_string().contains("`00042:7001`"), "{error}");
}

// Settings.

fn local() -> ThuliumBuilder<ThuliumCampaign> {
    ThuliumCampaign::builder(credentials()).base_url("http://127.0.0.1:1")
}

#[tokio::test]
async fn the_descriptor_states_the_limits() {
    let client = local().build().unwrap();
    let descriptor = client.descriptor();
    assert_eq!(
        (descriptor.provider, descriptor.method),
        ("thulium-campaign", "remove-customers")
    );
    assert_eq!((descriptor.action, descriptor.absence_reached), (Action::Delete, true));
    assert_eq!(
        (descriptor.max_records.get(), descriptor.max_bytes.unwrap().get()),
        (100, 4000)
    );
    assert_eq!(descriptor.fixed_bytes, "/api/batch/crm_outbounds/00042/records?".len());
    assert_eq!(descriptor.auto_concurrency.get(), 1);
}

#[tokio::test]
async fn the_absence_of_a_phone_number_is_not_the_wanted_state() {
    let builder = ThuliumCampaignPhones::builder(credentials()).base_url("http://127.0.0.1:1/proxy");
    let client = builder.search_in_additional_numbers(true).build().unwrap();
    let descriptor = client.descriptor();
    assert_eq!(
        (descriptor.method, descriptor.absence_reached),
        ("remove-phones", false)
    );
    let fixed = "/proxy/api/batch/outbounds/00042/records?search_in_additional_numbers=true";
    assert_eq!(descriptor.fixed_bytes, fixed.len());
}

#[tokio::test]
async fn limits_are_configurable_up_to_their_ceilings() {
    let client = local().max_records(MOST_RECORDS).max_bytes(MOST_BYTES).build().unwrap();
    assert_eq!(client.descriptor().max_records.get(), 900);
    assert_eq!(client.descriptor().max_bytes.unwrap().get(), 8000);
    assert!(local().max_records(901).build().is_err());
    assert!(local().max_records(0).build().is_err());
    assert!(local().max_bytes(8001).build().is_err());
}

#[tokio::test]
async fn a_limit_without_room_for_one_record_is_refused() {
    assert!(local().max_bytes(77).build().is_err());
    let client = local().max_bytes(78).build().unwrap();
    let longest = client.parse_key(&format!("00042:{}", u64::MAX)).unwrap();
    assert_eq!(client.descriptor().fixed_bytes + longest.encoded_len(), 78);
}

#[tokio::test]
async fn a_client_needs_a_system_or_an_address() {
    let error = ThuliumCampaign::builder(credentials()).build().unwrap_err();
    assert!(error.to_string().contains("system"), "{error}");
}

#[tokio::test]
async fn plain_http_leaves_the_machine_only_when_allowed() {
    let builder = || ThuliumCampaign::builder(credentials()).base_url("http://thulium.example");
    assert!(builder().build().is_err());
    assert!(builder().allow_http(true).build().is_ok());
}

#[tokio::test]
async fn clones_share_their_connections_and_are_one_caller_of_the_quota() {
    let client = local().build().unwrap();
    assert!(std::ptr::eq(client.quotas(), client.clone().quotas()));
}

#[tokio::test]
async fn there_is_no_quota_but_the_one_given() {
    let unlimited = local().build().unwrap();
    for _ in 0..100 {
        assert!(matches!(unlimited.quotas()[0].acquire(1).await, Slot::Granted(_)));
    }
    let quota = QuotaHandle::of_windows([Window::per_minute(NonZeroU32::MIN)]);
    let limited = local().quota(quota.clone()).build().unwrap();
    assert!(matches!(limited.quotas()[0].acquire(1).await, Slot::Granted(_)));
    assert!(matches!(quota.acquire(1).await, Slot::Wait { .. }));
}
