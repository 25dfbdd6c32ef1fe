//! Every documented answer of the method, as a server would give it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use batchwise_core::{Action, BatchMethod, CallError, CallErrorKind, Fact, NamedRefusal, Reply, Said, Sent, Statement};
use calltouch_leads::{CalltouchCredentials, CalltouchLeads, CalltouchQuota, LeadUpdate, RequestParams};
use httpmock::MockServer;
use serde_json::json;

const TOKEN: &str = "t0ken-of-the-test";
const PATH: &str = "/lead-service/v1/api/customfield/lead/add";

fn client(server: &MockServer) -> CalltouchLeads {
    let credentials = CalltouchCredentials::new(TOKEN, "12345").unwrap();
    CalltouchLeads::builder(credentials)
        .base_url(server.base_url())
        .quota(CalltouchQuota::unlimited())
        .build()
        .unwrap()
}

fn lead(id: u64, overwrite: bool) -> LeadUpdate {
    LeadUpdate::builder()
        .matching(RequestParams::by_request_id(id))
        .field("contract_no", "A-17")
        .overwrite(overwrite)
        .build()
        .unwrap()
}

/// Sends two leads, the second of which overwrites, and answers with this.
async fn ask(status: u16, body: &str) -> Result<Reply, CallError> {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method("POST").path(PATH);
            then.status(status).body(body);
        })
        .await;
    let reply = client(&server).call(&[lead(900_100, false), lead(900_101, true)]).await;
    assert_eq!(mock.calls_async().await, 1, "a call is one request");
    reply
}

async fn statements(status: u16, body: &str) -> Vec<Statement> {
    match ask(status, body).await.unwrap() {
        Reply::Positional(statements) => statements,
        Reply::Named(named) => panic!("leads have no names: {named:?}"),
    }
}

/// What is said of the leads of `{"meta": [], "data": {"leads": [...]}}`.
async fn said(leads: &str) -> Vec<Said> {
    let body = format!(r#"{{"meta": [], "data": {{"leads": [{leads}]}}}}"#);
    statements(200, &body)
        .await
        .into_iter()
        .map(|statement| statement.said)
        .collect()
}

async fn refused(status: u16, body: &str) -> CallError {
    ask(status, body).await.unwrap_err()
}

#[tokio::test]
async fn the_request_is_the_documented_one() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method("POST")
                .path(PATH)
                .header("Access-Token", TOKEN)
                .header("SiteId", "12345")
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .json_body(json!({"leads": [
                    {"matching": [{"type": "request", "requestParams": {"requestId": 900_100}}],
                     "addCustomFields": {"overwrite": false, "customFields": [{"field": "contract_no", "value": "A-17"}]}},
                    {"matching": [{"type": "request", "requestParams": {"requestId": 900_101}}],
                     "addCustomFields": {"overwrite": true, "customFields": [{"field": "contract_no", "value": "A-17"}]}}
                ]}));
            then.status(200).json_body(json!({"meta": [], "data": {"leads": []}}));
        })
        .await;
    let leads = [lead(900_100, false), lead(900_101, true)];
    client(&server).call(&leads).await.unwrap();
    mock.assert_async().await;
}

#[tokio::test]
async fn full_success_for_a_request() {
    let body = r#"{"meta": [], "data": {"leads": [
        {"matchedType": "request", "callInfo": null,
         "requestInfo": {"requestId": 900100, "requestNumber": "900100"}, "isCustomFieldsAdded": true, "error": null}]}}"#;
    let statements = statements(200, body).await;
    assert_eq!(statements.len(), 1);
    let facts = &statements[0].facts;
    assert_eq!((statements[0].said, &statements[0].text), (Said::Done, &None));
    assert_eq!(facts.get("matched_type"), Some(&Fact::Text("request".to_owned())));
    assert_eq!(facts.get("request_id"), Some(&Fact::Number(900_100)));
    assert_eq!(facts.get("request_number"), Some(&Fact::Text("900100".to_owned())));
    assert_eq!(facts.get("call_id"), None);
}

#[tokio::test]
async fn full_success_for_a_call() {
    let body = r#"{"meta": [], "data": {"leads": [
        {"matchedType": "callContact", "callInfo": {"callId": "700200", "callReferenceId": "r-9", "sipCallId": "abc-1"},
         "requestInfo": null, "isCustomFieldsAdded": true, "error": null}]}}"#;
    let statements = statements(200, body).await;
    let facts = &statements[0].facts;
    assert_eq!(facts.get("matched_type"), Some(&Fact::Text("callContact".to_owned())));
    assert_eq!(facts.get("call_id"), Some(&Fact::Number(700_200)));
    assert_eq!(facts.get("call_reference_id"), Some(&Fact::Text("r-9".to_owned())));
    assert_eq!(facts.get("sip_call_id"), Some(&Fact::Text("abc-1".to_owned())));
}

#[tokio::test]
async fn quirk_10_8_ids_may_be_numbers_texts_or_null() {
    let body = r#"{"data": {"leads": [
        {"callInfo": {"callId": 700200, "callReferenceId": 17, "sipCallId": null},
         "requestInfo": {"requestId": "r-1", "requestNumber": 5}, "isCustomFieldsAdded": true}]}}"#;
    let statements = statements(200, body).await;
    let facts = &statements[0].facts;
    assert_eq!(facts.get("call_id"), Some(&Fact::Number(700_200)));
    assert_eq!(facts.get("call_reference_id"), Some(&Fact::Text("17".to_owned())));
    assert_eq!(facts.get("sip_call_id"), None);
    assert_eq!(facts.get("request_id"), Some(&Fact::Text("r-1".to_owned())));
    assert_eq!(facts.get("request_number"), Some(&Fact::Text("5".to_owned())));
}

#[tokio::test]
async fn partial_success_keeps_positions_and_texts() {
    let body = r#"{"meta": [], "data": {"leads": [
        {"matchedType": "request", "callInfo": null, "requestInfo": {"requestId": 900100, "requestNumber": "900100"},
         "isCustomFieldsAdded": true, "error": null},
        {"matchedType": null, "callInfo": null, "requestInfo": null,
         "isCustomFieldsAdded": false, "error": "example text, real wording is not documented"}]}}"#;
    for status in [200, 400, 422, 500] {
        let statements = statements(status, body).await;
        assert_eq!(statements[0].said, Said::Done, "{status}");
        assert_eq!(statements[1].said, Said::Unmatched, "{status}");
        let text = Some("example text, real wording is not documented");
        assert_eq!(statements[1].text.as_deref(), text);
    }
}

#[tokio::test]
async fn quirk_10_1_the_flag_has_two_spellings_and_the_samples_one_wins() {
    let right = r#"{"isCustomFieldsAdded": true}"#;
    let table = r#"{"isCustonFieldsAdded": true}"#;
    assert_eq!(said(&format!("{right}, {table}")).await, [Said::Done, Said::Done]);
    let both = r#"{"isCustonFieldsAdded": false, "isCustomFieldsAdded": true}"#;
    let both_no = r#"{"isCustonFieldsAdded": true, "isCustomFieldsAdded": false}"#;
    assert_eq!(said(&format!("{both}, {both_no}")).await, [Said::Done, Said::Unmatched]);
}

#[tokio::test]
async fn a_missing_flag_is_unknown_and_not_false() {
    let found = r#"{"matchedType": "request", "requestInfo": {"requestId": 1}, "error": null}"#;
    let error = r#"{"matchedType": "request", "requestInfo": {"requestId": 1}, "error": "no such field"}"#;
    assert_eq!(
        said(&format!("{found}, {error}")).await,
        [Said::Unclear, Said::Refused { conclusive: false }]
    );
}

#[tokio::test]
async fn quirk_10_2_the_sample_without_its_comma_is_not_json() {
    let body = r#"{"meta": [], "data": {"leads": [{"isCustomFieldsAdded": true "error": null}]}}"#;
    assert_eq!(refused(200, body).await.kind(), CallErrorKind::Unreadable);
}

#[tokio::test]
async fn quirk_10_4_an_error_may_be_a_text_an_object_or_an_array() {
    for (error, text) in [
        (r#""no such field""#, Some("no such field")),
        (r#"{"message": "no such field"}"#, Some("no such field")),
        (r#"{"errorMessage": "no such field"}"#, Some("no such field")),
        (r#"{"code": 3}"#, Some(r#"{"code":3}"#)),
        (r#"["a", "b"]"#, Some(r#"["a","b"]"#)),
        ("[]", None),
        ("null", None),
    ] {
        let body = format!(
            r#"{{"data": {{"leads": [{{"matchedType": "call", "isCustomFieldsAdded": false, "error": {error}}}]}}}}"#
        );
        let statements = statements(200, &body).await;
        assert_eq!(statements[0].text.as_deref(), text, "{error}");
        let said = match text {
            Some(_) => Said::Refused { conclusive: false },
            None => Said::Unchanged,
        };
        assert_eq!(statements[0].said, said, "{error}");
    }
}

#[tokio::test]
async fn quirk_10_18_an_empty_array_stands_for_no_call_and_no_request() {
    let nothing =
        r#"{"matchedType": null, "callInfo": [], "requestInfo": [], "isCustomFieldsAdded": false, "error": null}"#;
    let call = r#"{"matchedType": null, "callInfo": {"callId": 1}, "requestInfo": [], "isCustomFieldsAdded": false}"#;
    assert_eq!(
        said(&format!("{nothing}, {call}")).await,
        [Said::Unmatched, Said::Unclear]
    );
}

#[tokio::test]
async fn false_without_an_error_is_unchanged_only_where_nothing_is_overwritten() {
    let kept =
        r#"{"matchedType": "request", "requestInfo": {"requestId": 1}, "isCustomFieldsAdded": false, "error": null}"#;
    assert_eq!(said(&format!("{kept}, {kept}")).await, [Said::Unchanged, Said::Unclear]);
}

#[tokio::test]
async fn an_error_of_a_lead_is_conclusive_only_where_it_overwrites() {
    let failed =
        r#"{"matchedType": "request", "requestInfo": {"requestId": 1}, "isCustomFieldsAdded": false, "error": "x"}"#;
    assert_eq!(
        said(&format!("{failed}, {failed}")).await,
        [Said::Refused { conclusive: false }, Said::Refused { conclusive: true }]
    );
}

#[tokio::test]
async fn another_number_of_results_is_passed_on_as_it_is() {
    let done = r#"{"isCustomFieldsAdded": true}"#;
    for count in [0, 1, 3] {
        assert_eq!(said(&vec![done; count].join(",")).await.len(), count);
    }
}

#[tokio::test]
async fn a_matched_chat_and_unknown_members_are_read() {
    let chat = r#"{"matchedType": "chat", "chatInfo": {"chatId": 1}, "isCustomFieldsAdded": true, "error": null}"#;
    let body = format!(r#"{{"meta": {{}}, "extra": 1, "data": {{"leads": [{chat}]}}}}"#);
    let statements = statements(200, &body).await;
    assert_eq!(statements[0].said, Said::Done);
    assert_eq!(
        statements[0].facts.get("matched_type"),
        Some(&Fact::Text("chat".to_owned()))
    );
}

#[tokio::test]
async fn a_validation_failure_names_leads_and_has_done_nothing() {
    let body = r#"{"meta": [], "data": {"type": "validationError", "apiErrorData": null, "validationErrorData": {"violations": [
        {"fieldPath": "leads[1].addCustomFields.customFields", "message": "This value should not be blank."}]}}}"#;
    for status in [200, 400, 422] {
        let error = refused(status, body).await;
        assert_eq!(error.kind(), CallErrorKind::Refused, "{status}");
        assert_eq!(error.violations().len(), 1);
        assert_eq!(error.violations()[0].index, 1);
        assert_eq!(error.violations()[0].path, "leads[1].addCustomFields.customFields");
        assert_eq!(error.violations()[0].message, "This value should not be blank.");
        assert!(!error.may_have_acted());
    }
}

#[tokio::test]
async fn a_violation_that_names_no_lead_of_the_batch_refuses_it_whole() {
    for path in [
        "leads",
        "leads[2]",
        "importLogIds[0]",
        "",
        "leads[99999999999999999999999]",
    ] {
        let body = format!(
            r#"{{"data": {{"type": "validationError", "validationErrorData": {{"violations": [{{"fieldPath": "{path}", "message": "x"}}]}}}}}}"#
        );
        let error = refused(400, &body).await;
        assert_eq!(
            (error.kind(), error.violations()),
            (CallErrorKind::Refused, [].as_slice()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn quirk_10_10_and_10_11_api_error_missing_field_and_bare_message() {
    let api = r#"{"meta": [], "data": {"type": "apiError", "apiErrorData": {"errorCode": 1, "errorMessage": "syntax", "errorDescription": null}, "validationErrorData": null}}"#;
    let error = refused(400, api).await;
    assert_eq!(
        (error.kind(), error.code(), error.message()),
        (CallErrorKind::Refused, Some("1"), Some("syntax"))
    );
    assert_eq!(refused(502, api).await.kind(), CallErrorKind::Server);
    let missing = r#"{"meta": [], "data": {"message": "В запросе не указано обязательное поле \"leads\""}}"#;
    let error = refused(200, missing).await;
    assert_eq!(error.kind(), CallErrorKind::Refused);
    assert_eq!(
        error.message(),
        Some("В запросе не указано обязательное поле \"leads\"")
    );
    let bare = r#"{"message": "Access token не найден"}"#;
    for (status, kind) in [
        (200, CallErrorKind::Credentials),
        (400, CallErrorKind::Credentials),
        (401, CallErrorKind::Credentials),
        (403, CallErrorKind::Credentials),
        (404, CallErrorKind::Target),
        (405, CallErrorKind::Target),
        (413, CallErrorKind::TooLarge),
        (414, CallErrorKind::TooLarge),
        (500, CallErrorKind::Server),
    ] {
        assert_eq!(refused(status, bare).await.kind(), kind, "{status}");
    }
    assert_eq!(refused(403, api).await.kind(), CallErrorKind::Credentials);
}

#[tokio::test]
async fn too_many_requests_survive_any_body() {
    for body in ["", "<html>slow down</html>", r#"{"message": "slow down"}"#] {
        let error = refused(429, body).await;
        assert_eq!(error.kind(), CallErrorKind::RateLimited);
        assert!(!error.may_have_acted());
    }
}

#[tokio::test]
async fn what_is_not_json_is_judged_by_its_status() {
    for (status, body, kind) in [
        (200, "", CallErrorKind::Unreadable),
        (200, r#"{"meta": [], "data": {"leads": {}}}"#, CallErrorKind::Unreadable),
        (400, "<html></html>", CallErrorKind::Refused),
        (401, "", CallErrorKind::Credentials),
        (403, "<html></html>", CallErrorKind::Credentials),
        (404, "<html></html>", CallErrorKind::Target),
        (413, "", CallErrorKind::TooLarge),
        (502, "<html></html>", CallErrorKind::Server),
    ] {
        assert_eq!(refused(status, body).await.kind(), kind, "{status} {body}");
    }
}

#[tokio::test]
async fn an_echoed_token_is_masked_everywhere() {
    let body = format!(
        r#"{{"data": {{"leads": [{{"isCustomFieldsAdded": false, "error": "for {TOKEN}", "matchedType": "{TOKEN}",
            "callInfo": {{"sipCallId": "{TOKEN}"}}}}]}}}}"#
    );
    let statements = statements(200, &body).await;
    assert!(!format!("{statements:?}").contains(TOKEN), "{statements:?}");
    let error = refused(400, &format!(r#"{{"data": {{"message": "no {TOKEN}"}}}}"#)).await;
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
}

#[tokio::test]
async fn none_and_more_than_100_leads_are_refused_before_the_wire() {
    let server = MockServer::start_async().await;
    let any = server.mock_async(|_, then| drop(then.status(200))).await;
    let many = vec![lead(1, false); 101];
    for leads in [&[], many.as_slice()] {
        let error = client(&server).call(leads).await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (CallErrorKind::Local, Sent::No));
    }
    assert_eq!(any.calls_async().await, 0);
}

#[test]
fn the_descriptor_holds_the_documented_limits() {
    let credentials = CalltouchCredentials::new(TOKEN, "12345").unwrap();
    let client = CalltouchLeads::builder(credentials)
        .base_url("http://127.0.0.1:9")
        .build()
        .unwrap();
    let descriptor = client.descriptor();
    assert_eq!(
        (descriptor.provider, descriptor.method),
        ("calltouch-leads", "add-fields")
    );
    assert_eq!(descriptor.action, Action::Update);
    assert_eq!(descriptor.max_records.get(), 100);
    assert_eq!(descriptor.max_bytes.map(std::num::NonZero::get), Some(1024 * 1024));
    assert_eq!(descriptor.fixed_bytes, r#"{"leads":[]}"#.len());
    assert_eq!(descriptor.named_refusal, NamedRefusal::NothingDone);
    assert_eq!(descriptor.auto_concurrency.get(), 16);
    assert!(!client.can_renew());
    assert!(!format!("{client:?}").contains(TOKEN));
}

#[test]
fn clients_of_both_kinds_may_share_a_quota() {
    let quota = CalltouchQuota::per_ip();
    let client = |site: &str| {
        let credentials = CalltouchCredentials::new(TOKEN, site).unwrap();
        let builder = CalltouchLeads::builder(credentials).base_url("http://127.0.0.1:9");
        builder.quota(quota.clone()).build().unwrap()
    };
    let (first, second) = (client("1"), client("2"));
    first.quotas()[0].pause(std::time::Duration::from_secs(60));
    assert!(!second.quotas()[0].ready_in(1).is_zero());
}
