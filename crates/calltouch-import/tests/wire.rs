//! Every documented answer of the method, as a server would give it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use batchwise_core::{
    Action, BatchMethod, CallError, CallErrorKind, Deletes, Identity, NamedRefusal, Reply, Said, Sent, Statement,
};
use calltouch_import::{CalltouchCredentials, CalltouchImport, CalltouchQuota, ImportLogId, NOT_FOUND};
use httpmock::MockServer;
use serde_json::json;

const TOKEN: &str = "t0ken-of-the-test";
const PATH: &str = "/report-service/RestAPI/api/users-import/delete";

fn client(server: &MockServer) -> CalltouchImport {
    let credentials = CalltouchCredentials::new(TOKEN, "12345").unwrap();
    CalltouchImport::builder(credentials)
        .base_url(server.base_url())
        .quota(CalltouchQuota::unlimited())
        .build()
        .unwrap()
}

/// Asks for the deletion of 51001, 51002 and 51999 and answers with this.
async fn ask(status: u16, body: &str) -> Result<Reply, CallError> {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method("POST").path(PATH);
            then.status(status).body(body);
        })
        .await;
    let reply = client(&server).call(&[51001, 51002, 51999].map(ImportLogId::new)).await;
    assert_eq!(mock.calls_async().await, 1, "a call is one request");
    reply
}

/// What is said of each id, in the order of the answer.
async fn said(status: u16, body: &str) -> Vec<(u64, Said)> {
    named(ask(status, body).await.unwrap())
        .into_iter()
        .map(|(id, statement)| (id, statement.said))
        .collect()
}

fn named(reply: Reply) -> Vec<(u64, Statement)> {
    let Reply::Named(statements) = reply else {
        panic!("results are named")
    };
    let id = |identity| match identity {
        Identity::Number { space: 0, id } => id,
        other => panic!("{other:?}"),
    };
    statements
        .into_iter()
        .map(|(identity, statement)| (id(identity), statement))
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
                .body(r#"{"importLogIds":[51001,51002,51003]}"#);
            then.status(200)
                .json_body(json!({"meta": [], "data": {"importLogs": []}}));
        })
        .await;
    let reply = client(&server)
        .call(&[51001, 51002, 51003].map(ImportLogId::new))
        .await
        .unwrap();
    assert!(reply.is_empty());
    mock.assert_async().await;
}

#[tokio::test]
async fn full_success() {
    let body = r#"{"meta": [], "data": {"importLogs": [
        {"importLogId": 51001, "deleteStatus": "success", "error": null},
        {"importLogId": 51002, "deleteStatus": "success", "error": null}
    ]}}"#;
    assert_eq!(said(200, body).await, [(51001, Said::Done), (51002, Said::Done)]);
}

#[tokio::test]
async fn results_in_another_order_are_told_by_their_ids() {
    let body = r#"{"meta": [], "data": {"importLogs": [
        {"importLogId": 51999, "deleteStatus": "error", "error": "x"},
        {"importLogId": 51001, "deleteStatus": "success", "error": null}
    ]}}"#;
    let refused = Said::Refused { conclusive: false };
    assert_eq!(said(200, body).await, [(51999, refused), (51001, Said::Done)]);
}

#[tokio::test]
async fn quirk_10_5_results_inside_a_validation_error_are_results_whatever_the_status() {
    let body = r#"{"meta": [], "data": {"type": "validationError", "apiErrorData": null, "validationErrorData": {"violations": [
        {"importLogId": 51001, "deleteStatus": "success", "error": null},
        {"importLogId": 51999, "deleteStatus": "error", "error": "Указанный идентификатор импорта не найден."}
    ]}}}"#;
    for status in [200, 400, 404, 422, 500] {
        assert_eq!(
            said(status, body).await,
            [(51001, Said::Done), (51999, Said::Absent)],
            "{status}"
        );
    }
}

#[tokio::test]
async fn absence_keeps_the_providers_text() {
    let body = r#"{"meta": [], "data": {"importLogs": [
        {"importLogId": 51999, "deleteStatus": "error", "error": "Указанный идентификатор импорта не найден."}
    ]}}"#;
    let statements = named(ask(200, body).await.unwrap());
    assert_eq!(statements[0].1.said, Said::Absent);
    assert_eq!(statements[0].1.text.as_deref(), Some(NOT_FOUND));
}

#[tokio::test]
async fn several_or_all_ids_unknown_are_several_absences() {
    let body = r#"{"meta": [], "data": {"type": "validationError", "apiErrorData": null, "validationErrorData": {"violations": [
        {"importLogId": 51001, "deleteStatus": "error", "error": "Указанный идентификатор импорта не найден."},
        {"importLogId": 51002, "deleteStatus": "error", "error": "Указанный идентификатор импорта не найден."},
        {"importLogId": 51999, "deleteStatus": "error", "error": "Указанный идентификатор импорта не найден."}
    ]}}}"#;
    let absent = [51001, 51002, 51999].map(|id| (id, Said::Absent));
    assert_eq!(said(422, body).await, absent);
}

#[tokio::test]
async fn results_beside_real_violations_keep_both() {
    let body = r#"{"meta": [], "data": {"type": "validationError", "apiErrorData": null, "validationErrorData": {"violations": [
        {"importLogId": 51001, "deleteStatus": "success", "error": null},
        {"fieldPath": "importLogIds[2]", "message": "Невалидное значение."},
        {"fieldPath": "importLogIds[7]", "message": "Невалидное значение."},
        {"fieldPath": "importLogIds", "message": "Невалидное значение."}
    ]}}}"#;
    let statements = named(ask(400, body).await.unwrap());
    let said: Vec<_> = statements.iter().map(|(id, statement)| (*id, statement.said)).collect();
    assert_eq!(said, [(51001, Said::Done), (51999, Said::Refused { conclusive: true })]);
    assert_eq!(statements[1].1.text.as_deref(), Some("Невалидное значение."));
}

#[tokio::test]
async fn an_element_error_in_the_normal_list_is_accepted() {
    let body = r#"{"meta": [], "data": {"importLogs": [
        {"importLogId": 51001, "deleteStatus": "success", "error": null},
        {"importLogId": 51999, "deleteStatus": "error", "error": "Указанный идентификатор импорта не найден."}
    ]}}"#;
    assert_eq!(said(200, body).await, [(51001, Said::Done), (51999, Said::Absent)]);
}

#[tokio::test]
async fn quirk_10_4_an_error_may_be_absent_a_text_an_object_or_an_array() {
    let body = r#"{"data": {"importLogs": [
        {"importLogId": 1, "deleteStatus": "success"},
        {"importLogId": 2, "deleteStatus": "error", "error": {"message": "example only"}},
        {"importLogId": 3, "deleteStatus": "error", "error": {"errorMessage": "example only"}},
        {"importLogId": 4, "deleteStatus": "error", "error": {"reason": 7}},
        {"importLogId": 5, "deleteStatus": "error", "error": ["a", "b"]},
        {"importLogId": 6, "deleteStatus": "error", "error": []},
        {"importLogId": 7, "deleteStatus": "error", "error": {"message": "Указанный идентификатор импорта не найден."}}
    ]}}"#;
    let refused = Said::Refused { conclusive: false };
    let statements = named(ask(200, body).await.unwrap());
    let said: Vec<_> = statements
        .iter()
        .map(|(id, statement)| (*id, statement.said, statement.text.as_deref()))
        .collect();
    assert_eq!(
        said,
        [
            (1, Said::Done, None),
            (2, refused, Some("example only")),
            (3, refused, Some("example only")),
            (4, refused, Some(r#"{"reason":7}"#)),
            (5, refused, Some(r#"["a","b"]"#)),
            (6, refused, None),
            (7, Said::Absent, Some(NOT_FOUND)),
        ]
    );
}

#[tokio::test]
async fn quirk_10_6_meta_may_be_anything_and_unknown_members_are_ignored() {
    for meta in [r#""meta": [],"#, r#""meta": {"total": 1},"#, r#""meta": null,"#, ""] {
        let body = format!(
            r#"{{{meta} "extra": 1, "data": {{"extra": 2, "importLogs": [
                {{"importLogId": 51001, "deleteStatus": "success", "error": null, "extra": 3}}]}}}}"#
        );
        assert_eq!(said(200, &body).await, [(51001, Said::Done)], "{meta}");
    }
}

#[tokio::test]
async fn quirk_10_9_an_id_may_come_as_a_text() {
    let body = r#"{"meta": [], "data": {"importLogs": [{"importLogId": "51001", "deleteStatus": "success"}]}}"#;
    assert_eq!(said(200, body).await, [(51001, Said::Done)]);
}

#[tokio::test]
async fn an_element_without_a_readable_id_says_nothing_of_any_record() {
    let body = r#"{"meta": [], "data": {"importLogs": [
        {"importLogId": null, "deleteStatus": "success"}, {"deleteStatus": "success"}, null,
        {"importLogId": 51002, "deleteStatus": "success"}]}}"#;
    assert_eq!(said(200, body).await, [(51002, Said::Done)]);
}

#[tokio::test]
async fn an_unknown_status_is_unclear_and_never_success() {
    let body = r#"{"meta": [], "data": {"importLogs": [
        {"importLogId": 51001, "deleteStatus": "queued", "error": null}]}}"#;
    let statements = named(ask(200, body).await.unwrap());
    assert_eq!(statements[0].1.said, Said::Unclear);
    assert_eq!(statements[0].1.text.as_deref(), Some("queued"));
}

#[tokio::test]
async fn quirk_10_17_escaped_cyrillic_and_slashes_are_read_as_the_same_text() {
    let escaped: String = NOT_FOUND.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let body = format!(
        r#"{{"meta": [], "data": {{"importLogs": [{{"importLogId": 51999, "deleteStatus": "error", "error": "{escaped}"}}]}}}}"#
    );
    assert_eq!(said(200, &body).await, [(51999, Said::Absent)]);
    let body = r#"{"data": {"importLogs": [{"importLogId": 51999, "deleteStatus": "error", "error": "a\/b"}]}}"#;
    let statements = named(ask(200, body).await.unwrap());
    assert_eq!(statements[0].1.text.as_deref(), Some("a/b"));
}

#[tokio::test]
async fn a_byte_order_mark_before_the_json_is_skipped() {
    let body = "\u{feff}{\"data\": {\"importLogs\": [{\"importLogId\": 51001, \"deleteStatus\": \"success\"}]}}";
    assert_eq!(said(200, body).await, [(51001, Said::Done)]);
}

#[tokio::test]
async fn quirk_10_11_bad_credentials_are_a_bare_message_of_any_client_status() {
    for status in [200, 400, 401, 403, 422] {
        let error = refused(status, r#"{"message": "Access token не найден"}"#).await;
        assert_eq!(error.kind(), CallErrorKind::Credentials, "{status}");
        assert_eq!(error.message(), Some("Access token не найден"));
        // A 2xx of that shape is documented for nothing: it claims nothing of what was done.
        assert_eq!(error.may_have_acted(), status == 200, "{status}");
    }
}

#[tokio::test]
async fn a_bare_message_of_an_address_a_size_or_a_server_is_believed_by_its_status() {
    for (status, kind) in [
        (404, CallErrorKind::Target),
        (405, CallErrorKind::Target),
        (413, CallErrorKind::TooLarge),
        (414, CallErrorKind::TooLarge),
        (500, CallErrorKind::Server),
        (502, CallErrorKind::Server),
        (503, CallErrorKind::Server),
    ] {
        let error = refused(status, r#"{"message": "no"}"#).await;
        assert_eq!((error.kind(), error.message()), (kind, Some("no")), "{status}");
    }
}

#[tokio::test]
async fn enveloped_credentials_are_told_by_401_and_403() {
    let body = r#"{"meta": [], "data": {"type": "apiError", "apiErrorData": {"errorCode": 9, "errorMessage": "no", "errorDescription": null}}}"#;
    for status in [401, 403] {
        let error = refused(status, body).await;
        assert_eq!((error.kind(), error.code()), (CallErrorKind::Credentials, Some("9")));
        assert_eq!(refused(status, "no").await.kind(), CallErrorKind::Credentials);
    }
}

#[tokio::test]
async fn a_syntax_error_refuses_the_batch_with_code_and_text() {
    let body = r#"{"meta": [], "data": {"type": "apiError",
        "apiErrorData": {"errorCode": 1, "errorMessage": "Синтаксическая ошибка JSON в запросе или запрос пустой", "errorDescription": null},
        "validationErrorData": null}}"#;
    for status in [200, 400] {
        let error = refused(status, body).await;
        assert_eq!(error.kind(), CallErrorKind::Refused, "{status}");
        assert_eq!(error.code(), Some("1"));
        assert_eq!(
            error.message(),
            Some("Синтаксическая ошибка JSON в запросе или запрос пустой")
        );
        assert_eq!(error.violations(), []);
        assert!(!error.may_have_acted());
    }
    let error = refused(500, body).await;
    assert_eq!((error.kind(), error.code()), (CallErrorKind::Server, Some("1")));
    assert!(error.may_have_acted());
}

#[tokio::test]
async fn quirk_10_10_a_missing_field_is_a_message_in_data_without_a_type() {
    let body = r#"{"meta": [], "data": {"message": "В запросе не указано обязательное поле \"importLogIds\""}}"#;
    for status in [200, 400] {
        let error = refused(status, body).await;
        assert_eq!(error.kind(), CallErrorKind::Refused, "{status}");
        assert_eq!(
            error.message(),
            Some("В запросе не указано обязательное поле \"importLogIds\"")
        );
    }
    assert_eq!(refused(503, body).await.kind(), CallErrorKind::Server);
}

#[tokio::test]
async fn an_invalid_element_is_named_by_its_position() {
    let body = r#"{"meta": [], "data": {"type": "validationError", "apiErrorData": null,
        "validationErrorData": {"violations": [{"fieldPath": "importLogIds[2]", "message": "Невалидное значение."}]}}}"#;
    for status in [200, 400, 422] {
        let error = refused(status, body).await;
        assert_eq!(error.kind(), CallErrorKind::Refused, "{status}");
        assert_eq!(error.violations().len(), 1);
        assert_eq!(error.violations()[0].index, 2);
        assert_eq!(error.violations()[0].path, "importLogIds[2]");
        assert_eq!(error.violations()[0].message, "Невалидное значение.");
    }
}

#[tokio::test]
async fn violations_that_name_no_element_of_the_batch_refuse_it_whole() {
    let body = r#"{"meta": [], "data": {"type": "validationError", "validationErrorData": {"violations": [
        {"fieldPath": "importLogIds", "message": "a"}, {"fieldPath": "importLogIds[3]", "message": "b"}]}}}"#;
    let error = refused(400, body).await;
    assert_eq!(error.kind(), CallErrorKind::Refused);
    assert_eq!(error.violations(), []);
    assert_eq!(error.message(), Some("importLogIds: a; importLogIds[3]: b"));
}

#[tokio::test]
async fn too_many_requests_survive_any_body_and_keep_retry_after() {
    for body in ["", "<html>slow down</html>", r#"{"message": "slow down"}"#] {
        let server = MockServer::start_async().await;
        server
            .mock_async(|when, then| {
                when.method("POST").path(PATH);
                then.status(429).header("Retry-After", "3").body(body);
            })
            .await;
        let error = client(&server).call(&[ImportLogId::new(1)]).await.unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::RateLimited);
        assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(3)));
        assert!(!error.may_have_acted());
    }
}

#[tokio::test]
async fn what_is_not_json_is_judged_by_its_status() {
    for (status, body, kind) in [
        (200, "", CallErrorKind::Unreadable),
        (200, "<html></html>", CallErrorKind::Unreadable),
        (
            200,
            r#"{"meta": [], "data": {"importLogs": [{"importLogId": 51001"#,
            CallErrorKind::Unreadable,
        ),
        (200, r#"{"meta": [], "data": {}}"#, CallErrorKind::Unreadable),
        (204, "", CallErrorKind::Unreadable),
        (400, "<html></html>", CallErrorKind::Refused),
        (401, "", CallErrorKind::Credentials),
        (403, "<html></html>", CallErrorKind::Credentials),
        (404, "<html></html>", CallErrorKind::Target),
        (405, "", CallErrorKind::Target),
        (413, "", CallErrorKind::TooLarge),
        (500, "", CallErrorKind::Server),
        (502, "<html>bad gateway</html>", CallErrorKind::Server),
    ] {
        let error = refused(status, body).await;
        assert_eq!(error.kind(), kind, "{status} {body}");
        assert_eq!(
            error.sent(),
            Sent::Answered(http::StatusCode::from_u16(status).unwrap())
        );
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let server = MockServer::start_async().await;
    let elsewhere = server
        .mock_async(|when, then| {
            when.path("/elsewhere");
            then.status(200).body("{}");
        })
        .await;
    server
        .mock_async(|when, then| {
            when.path(PATH);
            then.status(302).header("Location", "/elsewhere");
        })
        .await;
    let error = client(&server).call(&[ImportLogId::new(1)]).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Target);
    assert_eq!(elsewhere.calls_async().await, 0);
}

#[tokio::test]
async fn an_echoed_token_is_masked_everywhere() {
    let statements = named(
        ask(
            200,
            &format!(r#"{{"data": {{"importLogs": [{{"importLogId": 1, "deleteStatus": "error", "error": "for {TOKEN}"}}]}}}}"#),
        )
        .await
        .unwrap(),
    );
    assert_eq!(statements[0].1.text.as_deref(), Some("for ***"));
    for body in [
        format!(r#"{{"message": "no {TOKEN}"}}"#),
        format!(r#"{{"data": {{"message": "no {TOKEN}"}}}}"#),
        format!(r#"{{"data": {{"apiErrorData": {{"errorCode": "{TOKEN}", "errorMessage": "no {TOKEN}"}}}}}}"#),
        format!(
            r#"{{"data": {{"validationErrorData": {{"violations": [{{"fieldPath": "importLogIds[0].{TOKEN}", "message": "{TOKEN}"}}]}}}}}}"#
        ),
        format!("<html>{TOKEN}</html>"),
    ] {
        let error = refused(400, &body).await;
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
    }
}

#[tokio::test]
async fn none_and_more_than_100_ids_are_refused_before_the_wire() {
    let server = MockServer::start_async().await;
    let any = server.mock_async(|_, then| drop(then.status(200))).await;
    let many: Vec<_> = (1..=101).map(ImportLogId::new).collect();
    for ids in [&[], many.as_slice()] {
        let error = client(&server).call(ids).await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (CallErrorKind::Local, Sent::No));
    }
    assert_eq!(any.calls_async().await, 0);
}

#[tokio::test]
async fn nobody_there_means_that_nothing_was_sent() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let credentials = CalltouchCredentials::new(TOKEN, "12345").unwrap();
    let client = CalltouchImport::builder(credentials)
        .base_url(format!("http://127.0.0.1:{port}"))
        .build()
        .unwrap();
    let error = client.call(&[ImportLogId::new(1)]).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Connect, Sent::No));
}

#[test]
fn the_descriptor_holds_the_documented_limits() {
    let credentials = CalltouchCredentials::new(TOKEN, "12345").unwrap();
    let client = CalltouchImport::builder(credentials)
        .base_url("http://127.0.0.1:9")
        .build()
        .unwrap();
    let descriptor = client.descriptor();
    assert_eq!((descriptor.provider, descriptor.method), ("calltouch-import", "delete"));
    assert_eq!(descriptor.action, Action::Delete);
    assert_eq!(descriptor.max_records.get(), 100);
    assert_eq!(descriptor.max_bytes, None);
    assert_eq!(descriptor.named_refusal, NamedRefusal::OthersUnclear);
    assert_eq!(descriptor.auto_concurrency.get(), 16);
    assert!(descriptor.absence_reached && !client.can_renew());
    assert_eq!(client.parse_key("51001"), Ok(ImportLogId::new(51001)));
    assert!(client.parse_key("x").is_err());
    assert_eq!(client.quotas().len(), 1);
    assert!(!format!("{client:?}").contains(TOKEN));
}
