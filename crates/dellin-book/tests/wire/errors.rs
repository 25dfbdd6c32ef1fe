//! What the service answers instead of lists.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use batchwise_core::transport::{Transport, TransportError, TransportErrorKind};
use batchwise_core::{BatchMethod, CallErrorKind, Sent};
use bytes::Bytes;
use dellin_book::{Credentials, DellinAccount};
use http::StatusCode;
use httpmock::{Method::POST, MockServer};

use crate::support::{APPKEY, DELETE, SESSION, book, call, failure_with, objects};

// 14
#[tokio::test]
async fn a_refusal_with_two_errors_names_no_record() {
    let body = failure_with(
        400,
        r#"[{"code":110003,"title":"Empty","detail":"A parameter is missing","link":"https://dev.dellin.ru/api/errors/#error_110003","fields":["sessionID","appkey"]},
            {"code":281017,"title":"Outside the list","detail":"","fields":["phoneIDs"],"validValues":[1,2],"badValues":["x"]}]"#,
    );
    let error = call(&["phone:1"], 400, &body).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Refused);
    assert_eq!(error.code(), Some("110003"));
    assert_eq!(
        error.message(),
        Some(
            "Empty: A parameter is missing (fields: sessionID, appkey); \
             [281017] Outside the list (fields: phoneIDs) (refused values: x)"
        )
    );
    assert!(error.violations().is_empty() && !error.may_have_acted());
}

// 15
#[tokio::test]
async fn fields_may_be_one_text_and_the_link_may_be_missing() {
    let body = failure_with(400, r#"[{"code":"110003","title":"Empty","fields":"sessionID"}]"#);
    let error = call(&["phone:1"], 400, &body).await.unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (Some("110003"), Some("Empty (fields: sessionID)"))
    );
}

// 16
#[tokio::test]
async fn errors_may_be_a_text() {
    let error = call(&["phone:1"], 400, r#"{"errors":"nothing given"}"#)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (CallErrorKind::Refused, Some("nothing given"))
    );
}

// 17
#[tokio::test]
async fn errors_may_be_a_map_from_fields_to_texts() {
    let error = call(&["phone:1"], 400, r#"{"errors":{"phoneIDs":"not a list"}}"#)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (CallErrorKind::Refused, Some("phoneIDs: not a list"))
    );
}

// 18
#[tokio::test]
async fn a_gateway_describes_its_error() {
    let error = call(&["phone:1"], 503, r#"{"error":{"description":"upstream is down"}}"#)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (CallErrorKind::Server, Some("upstream is down"))
    );
    assert!(error.may_have_acted());
}

#[tokio::test]
async fn errors_with_a_good_status_and_no_lists_are_a_refusal() {
    let error = call(&["phone:1"], 200, &failure_with(200, r#"[{"code":1,"title":"No"}]"#))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.code()), (CallErrorKind::Refused, Some("1")));
}

// 21
#[tokio::test]
async fn too_many_requests_with_and_without_a_time_to_wait() {
    let server = MockServer::start_async().await;
    let mut mock = server.mock(|when, then| {
        when.method(POST).path(DELETE);
        then.status(429).header("retry-after", "7");
    });
    let error = book(&server).call(&objects(&["phone:1"])).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert!(!error.may_have_acted());
    mock.delete();
    let error = call(&["phone:1"], 429, &failure_with(429, "\"slow down\""))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (CallErrorKind::RateLimited, None));
}

#[tokio::test]
async fn too_many_requests_may_be_said_in_the_metadata() {
    let error = call(&["phone:1"], 200, &failure_with(429, "\"slow down\""))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::RateLimited);
}

// 22
#[tokio::test]
async fn a_gateway_page_is_a_server_fault_with_its_first_bytes() {
    let page = "<html><head><title>502 Bad Gateway</title></head><body><hr>nginx</body></html>";
    let error = call(&["phone:1"], 502, page).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (CallErrorKind::Server, Some(StatusCode::BAD_GATEWAY))
    );
    assert!(error.snippet().unwrap().contains("502 Bad Gateway"));
    assert!(error.may_have_acted());
}

#[tokio::test]
async fn a_page_with_a_good_status_is_unreadable() {
    let error = call(&["phone:1"], 200, "<html><body>maintenance</body></html>")
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_acted()),
        (CallErrorKind::Unreadable, true)
    );
}

// 23
#[tokio::test]
async fn a_dead_session_may_be_said_in_the_metadata_alone() {
    for status in [401, 403] {
        let body = failure_with(status, r#"[{"code":9,"title":"Unauthorized"}]"#);
        let error = call(&["phone:1"], 200, &body).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_acted()),
            (CallErrorKind::Credentials, false)
        );
    }
}

#[tokio::test]
async fn refused_credentials_by_status_need_no_readable_body() {
    for status in [401, 403] {
        let error = call(&["phone:1"], status, "denied").await.unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::Credentials);
    }
}

// 24
#[tokio::test]
async fn an_empty_answer_is_unreadable() {
    for status in [200, 204] {
        let error = call(&["phone:1"], status, "").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_acted()),
            (CallErrorKind::Unreadable, true)
        );
    }
}

#[tokio::test]
async fn a_cut_answer_with_a_good_status_is_unreadable() {
    let error = call(
        &["phone:4"],
        200,
        r#"{"metadata":{"status":200},"data":{"deleted":{"phoneIDs":[4"#,
    )
    .await
    .unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_acted()),
        (CallErrorKind::Unreadable, true)
    );
}

#[tokio::test]
async fn a_good_answer_without_data_is_unreadable() {
    let error = call(&["phone:4"], 200, r#"{"metadata":{"status":200}}"#)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Unreadable);
}

#[tokio::test]
async fn a_wrong_path_is_a_wrong_target() {
    let error = call(&["phone:4"], 404, "").await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Target);
}

#[tokio::test]
async fn a_failure_that_lists_deleted_objects_may_have_acted() {
    let body = r#"{"metadata":{"status":400},"errors":"x","data":{"deleted":{"phoneIDs":[4]}}}"#;
    let error = call(&["phone:4"], 400, body).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_acted()),
        (CallErrorKind::Unreadable, true)
    );
}

// 32
#[tokio::test]
async fn an_echo_of_the_request_shows_no_secret() {
    let echo = format!(
        r#"{{"metadata":{{"status":401,"detail":"{SESSION}"}},"errors":[{{"code":9,"title":"Unauthorized {SESSION}","detail":"key {APPKEY}","fields":["{SESSION}"]}}],"request":{{"appkey":"{APPKEY}","sessionID":"{SESSION}"}}}}"#
    );
    for (status, body) in [
        (401, echo.clone()),
        (502, format!("<p>{APPKEY} {SESSION}</p>")),
        (429, echo),
        (200, format!("{APPKEY} {SESSION}")),
    ] {
        let error = call(&["phone:4"], status, &body).await.unwrap_err();
        let shown = format!("{error} {error:?} {:?} {:?}", error.message(), error.snippet());
        assert!(!shown.contains(SESSION) && !shown.contains(APPKEY), "{shown}");
        assert!(shown.contains("***"), "{shown}");
    }
}

/// A transport whose answer never comes.
#[derive(Debug)]
struct Lost;

impl Transport for Lost {
    fn send<'a, 'b>(
        &'a self,
        _: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async { Err(TransportError::new(TransportErrorKind::Timeout)) })
    }
}

// 28: the repeat is the driver's.
#[tokio::test]
async fn a_lost_answer_may_have_acted() {
    let account = DellinAccount::builder(APPKEY, Credentials::session(SESSION))
        .transport(Arc::new(Lost))
        .build()
        .unwrap();
    let error = account.book().call(&objects(&["phone:4"])).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Timeout, Sent::Maybe));
    assert!(error.may_have_acted() && error.epoch().is_some());
}
