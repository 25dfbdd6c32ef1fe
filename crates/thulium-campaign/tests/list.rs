//! Lists of campaigns over HTTP, every documented answer and every way in which a list can be short.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use batchwise_core::list::{ListError, ListErrorKind, ListOptions};
use batchwise_core::test_util::FakeClock;
use batchwise_core::{CallErrorKind, Record};
use httpmock::prelude::*;
use thulium_campaign::{
    CampaignCustomer, CampaignRecord, CampaignStats, SystemStatus, ThuliumCampaign, ThuliumCampaignPhones,
    ThuliumCredentials,
};

const PASSWORD: &str = "s3cr/t-żółć";
/// `api_user:s3cr/t-żółć`.
const ENCODED: &str = "YXBpX3VzZXI6czNjci90LcW8w7PFgsSH";

fn credentials() -> ThuliumCredentials {
    ThuliumCredentials::new("api_user", PASSWORD).unwrap()
}

/// Pauses take no time.
fn options() -> ListOptions {
    ListOptions::new().clock(FakeClock::new().shared())
}

/// Answers to exactly these requests.
fn server(answers: &[(&str, u16, String)]) -> MockServer {
    let server = MockServer::start();
    for (target, status, body) in answers {
        let target = (*target).to_owned();
        server.mock(|when, then| {
            when.method(GET)
                .is_true(move |request| {
                    request
                        .uri()
                        .path_and_query()
                        .is_some_and(|seen| seen.as_str() == target)
                })
                .header("authorization", format!("Basic {ENCODED}"))
                .header("accept", "application/json");
            then.status(*status).body(body);
        });
    }
    server
}

type Records = Result<Vec<CampaignRecord<CampaignCustomer>>, ListError>;

async fn list_of(answers: &[(&str, u16, String)], statuses: &[SystemStatus]) -> Records {
    let server = server(answers);
    let client = ThuliumCampaign::builder(credentials()).base_url(server.base_url());
    let client = client.build().unwrap();
    let campaign = "00042".parse().unwrap();
    client.list(campaign, statuses.iter().copied(), options()).whole().await
}

async fn list(answers: &[(&str, u16, String)]) -> Records {
    list_of(answers, &[]).await
}

const FIRST: &str = "/api/crm_outbounds/00042/records?limit=100&offset=0";
const SECOND: &str = "/api/crm_outbounds/00042/records?limit=100&offset=100";

/// A page of records that are numbered like their customers.
fn page(count: u64, customers: impl IntoIterator<Item = u64>) -> String {
    let records: Vec<String> = customers
        .into_iter()
        .map(|customer| format!(r#"{{"record_id":{customer},"customer_id":{customer},"system_status":"TO_CALL"}}"#))
        .collect();
    format!(r#"{{"count":{count},"result":[{}]}}"#, records.join(","))
}

fn ids(records: &[CampaignRecord<CampaignCustomer>]) -> Vec<u64> {
    records.iter().map(|record| record.member.customer.get()).collect()
}

#[tokio::test]
async fn a_record_is_read_as_it_is_documented() {
    let body = r#"{"count":1,"result":[{"record_id":90311,"phone_number":"600700801","system_status":"TO_CALL",
        "status":"New","status_id":6,"call_date":"","create_date":"2024-06-03 14:05","next_call_date":"","agent_name":"",
        "agent_login":"","customer_id":7001,"last_note":"","order":1}]}"#;
    let records = list(&[(FIRST, 200, body.to_owned())]).await.unwrap();
    let [record] = records.as_slice() else {
        panic!("one record")
    };
    assert_eq!(record.member.to_string(), "00042:7001");
    assert_eq!(record.record_id, Some(90311));
    assert_eq!(record.system_status.parse(), Ok(SystemStatus::ToCall));
    assert_eq!(record.status, "New");
    assert_eq!(
        (record.create_date.as_str(), record.call_date.as_str()),
        ("2024-06-03 14:05", "")
    );
}

#[tokio::test]
async fn numbers_may_be_texts() {
    let body = r#"{"count":"1","result":[{"record_id":"90311","customer_id":"7001"}]}"#;
    let records = list(&[(FIRST, 200, body.to_owned())]).await.unwrap();
    assert_eq!((ids(&records), records[0].record_id), (vec![7001], Some(90311)));
}

#[tokio::test]
async fn pages_follow_each_other_until_all_that_were_counted_came() {
    let answers = [(FIRST, 200, page(150, 1..=100)), (SECOND, 200, page(150, 101..=150))];
    assert_eq!(ids(&list(&answers).await.unwrap()), (1..=150).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_shorter_page_moves_on_by_what_came() {
    let second = "/api/crm_outbounds/00042/records?limit=100&offset=50";
    let answers = [(FIRST, 200, page(60, 1..=50)), (second, 200, page(60, 51..=60))];
    assert_eq!(list(&answers).await.unwrap().len(), 60);
}

#[tokio::test]
async fn an_empty_campaign_is_a_whole_list_of_nothing() {
    assert_eq!(list(&[(FIRST, 200, page(0, []))]).await.unwrap(), []);
}

#[tokio::test]
async fn statuses_are_asked_for_once_each_with_encoded_brackets() {
    let target = "/api/crm_outbounds/00042/records?limit=100&offset=0\
                  &system_status%5B%5D=TO_CALL&system_status%5B%5D=NO_CALL";
    let statuses = [SystemStatus::NoCall, SystemStatus::ToCall, SystemStatus::NoCall];
    let records = list_of(&[(target, 200, page(1, [7]))], &statuses).await.unwrap();
    assert_eq!(ids(&records), [7]);
}

#[tokio::test]
async fn a_filter_that_the_service_did_not_heed_is_an_error() {
    let target = "/api/crm_outbounds/00042/records?limit=100&offset=0&system_status%5B%5D=NO_CALL";
    let error = list_of(&[(target, 200, page(1, [7]))], &[SystemStatus::NoCall])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ListErrorKind::Odd);
    assert!(
        error
            .to_string()
            .contains("record 7 has status \"TO_CALL\", which was not asked for"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_page_is_an_error() {
    let answers = [(FIRST, 200, page(150, 1..=100)), (SECOND, 200, page(150, []))];
    let error = list(&answers).await.unwrap_err();
    assert_eq!((error.kind(), error.entries()), (ListErrorKind::Odd, 100));
    assert!(
        error
            .to_string()
            .contains("the page at offset 100 is empty, and 150 records were counted"),
        "{error}"
    );
}

#[tokio::test]
async fn a_page_that_does_not_move_on_is_an_error() {
    let answers = [(FIRST, 200, page(150, 1..=100)), (SECOND, 200, page(150, 1..=100))];
    let error = list(&answers).await.unwrap_err();
    assert_eq!((error.kind(), error.calls()), (ListErrorKind::Changed, 2));
    assert!(
        error.to_string().contains("the page at offset 100 repeats a record"),
        "{error}"
    );
}

#[tokio::test]
async fn a_count_that_changes_between_pages_is_an_error() {
    let answers = [(FIRST, 200, page(150, 1..=100)), (SECOND, 200, page(149, 101..=149))];
    let error = list(&answers).await.unwrap_err();
    assert_eq!(error.kind(), ListErrorKind::Changed);
    assert!(
        error
            .to_string()
            .contains("campaign 00042 had 150 records, and now 149"),
        "{error}"
    );
}

#[tokio::test]
async fn more_records_than_were_counted_are_an_error() {
    let error = list(&[(FIRST, 200, page(2, 1..=3))]).await.unwrap_err();
    assert_eq!(error.kind(), ListErrorKind::Odd);
}

#[tokio::test]
async fn records_without_numbers_are_told_apart_by_their_member() {
    let records = |members: &str| format!(r#"{{"count":2,"result":[{members}]}}"#);
    let two = records(r#"{"customer_id":7001},{"customer_id":7002}"#);
    assert_eq!(ids(&list(&[(FIRST, 200, two)]).await.unwrap()), [7001, 7002]);
    let one_twice = records(r#"{"customer_id":7001},{"customer_id":7001}"#);
    let error = list(&[(FIRST, 200, one_twice)]).await.unwrap_err();
    assert_eq!(error.kind(), ListErrorKind::Changed);
}

#[tokio::test]
async fn what_is_no_page_is_an_error_and_no_empty_list() {
    for body in [
        "[]",
        "{}",
        "null",
        "",
        r#"{"count":1}"#,
        r#"{"result":[]}"#,
        r#"{"count":-1,"result":[]}"#,
        r#"{"count":true,"result":[]}"#,
        r#"{"count":0,"result":{}}"#,
        r#"{"count":1,"result":[{"record_id":1}]}"#,
        r#"{"count":1,"result":[{"customer_id":0}]}"#,
        r#"{"count":1,"result":[null]}"#,
        "<html></html>",
    ] {
        let error = list(&[(FIRST, 200, body.to_owned())]).await.unwrap_err();
        assert_eq!(error.call().unwrap().kind(), CallErrorKind::Unreadable, "{body}");
    }
}

#[tokio::test]
async fn an_unknown_campaign_is_said_with_the_providers_words() {
    let body = r#"{"request_id":"6a1b2c3d4e5f6","errors":[{"message":"Campaign does not exist.","code":123456}]}"#;
    let error = list(&[(FIRST, 404, body.to_owned())]).await.unwrap_err();
    let call = error.call().unwrap();
    assert_eq!(
        (call.kind(), call.request_id()),
        (CallErrorKind::Target, Some("6a1b2c3d4e5f6"))
    );
    assert_eq!(call.message(), Some("Campaign does not exist."));
}

#[tokio::test]
async fn errors_with_a_good_status_are_a_refusal() {
    let body = r#"{"request_id":"x1","errors":[{"message":"m","code":1}]}"#;
    let error = list(&[(FIRST, 200, body.to_owned())]).await.unwrap_err();
    assert_eq!(error.call().unwrap().kind(), CallErrorKind::Refused);
}

#[tokio::test]
async fn the_password_is_in_no_error() {
    let body = format!(r#"{{"errors":[{{"message":"{PASSWORD} {ENCODED}"}}]}}"#);
    let error = list(&[(FIRST, 400, body)]).await.unwrap_err();
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(PASSWORD) && !text.contains(ENCODED), "{text}");
    }
}

#[tokio::test]
async fn records_of_one_number_are_records_of_their_own() {
    let target = "/api/outbounds/00042/records?limit=100&offset=0";
    let body = r#"{"count":2,"result":[{"record_id":1,"phone_number":"600700801","system_status":"CALL"},
        {"record_id":2,"phone_number":"600700801"}]}"#;
    let server = server(&[(target, 200, body.to_owned())]);
    let client = ThuliumCampaignPhones::builder(credentials()).base_url(server.base_url());
    let client = client.build().unwrap();
    let records = client
        .list("00042".parse().unwrap(), [], options())
        .whole()
        .await
        .unwrap();
    let phones: Vec<String> = records.iter().map(|record| record.member.key()).collect();
    assert_eq!(phones, ["600700801", "600700801"]);
}

async fn stats(status: u16, body: &str) -> Result<Vec<CampaignStats>, ListError> {
    let server = server(&[("/api/outbounds/stats", status, body.to_owned())]);
    let client = ThuliumCampaign::builder(credentials()).base_url(server.base_url());
    client.build().unwrap().stats(options()).whole().await
}

#[tokio::test]
async fn the_counts_of_campaigns_are_read_as_they_are_documented() {
    let body = r#"[{"id":"00042","records_count":12,"completion_percent":50.5},
        {"id":"00043","records_count":0,"completion_percent":100},{"id":"00044","records_count":"7"}]"#;
    let campaigns = stats(200, body).await.unwrap();
    let rows: Vec<_> = campaigns
        .iter()
        .map(|campaign| (campaign.id.as_str(), campaign.records, campaign.completion_percent))
        .collect();
    assert_eq!(
        rows,
        [("00042", 12, Some(50.5)), ("00043", 0, Some(100.0)), ("00044", 7, None)]
    );
}

#[tokio::test]
async fn counts_that_cannot_be_read_are_an_error() {
    for body in ["{}", "[1]", r#"[{"id":"00042"}]"#, r#"[{"records_count":1}]"#, ""] {
        assert!(stats(200, body).await.is_err(), "{body}");
    }
    assert!(stats(403, r#"{"errors":[]}"#).await.is_err());
}

#[test]
fn a_status_reads_back_as_the_word_it_was_written_from() {
    for status in SystemStatus::ALL {
        assert_eq!(status.to_string().parse(), Ok(status));
        assert_eq!(status.to_string().to_lowercase().parse(), Ok(status));
    }
    let error = "TOCALL".parse::<SystemStatus>().unwrap_err();
    assert!(error.expected().contains("CALL_PROGRESSIVE"), "{error}");
}
