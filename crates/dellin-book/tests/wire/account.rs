//! Logins and the one session of an account.

use std::time::Duration;

use batchwise_core::{BatchMethod, CallErrorKind, Deletes, Sent};
use dellin_book::{Credentials, DellinAccount};
use httpmock::{Method::POST, Mock, MockServer};

use crate::support::{APPKEY, DELETE, SESSION, account, answer_with, answering, failure_with, objects, said};

const V3: &str = "/v3/auth/login.json";
const V4: &str = "/v4/auth/login.json";
const LOGIN: &str = "+79990000000";
const PASSWORD: &str = "hunter2-hunter2";

fn password() -> Credentials {
    Credentials::password(LOGIN, PASSWORD)
}

fn session(id: &str) -> String {
    answer_with(&format!(r#"{{"sessionID":"{id}"}}"#))
}

/// Deletions that are answered like this for one session.
fn deleting<'a>(server: &'a MockServer, session: &str, status: u16, body: &str) -> Mock<'a> {
    let session = format!(r#""sessionID":"{session}""#);
    server.mock(|when, then| {
        when.method(POST).path(DELETE).body_includes(session);
        then.status(status).body(body);
    })
}

#[tokio::test]
async fn before_the_first_login_a_call_asks_for_one_and_sends_nothing() {
    let server = MockServer::start_async().await;
    let mock = answering(&server, DELETE, 200, &answer_with("{}"));
    let error = account(&server, password())
        .book()
        .call(&objects(&["phone:1"]))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::NoSession, Sent::No));
    mock.assert_calls(0);
}

// 29: version 3
#[tokio::test]
async fn a_password_logs_in_by_version_3() {
    let server = MockServer::start_async().await;
    let login = server.mock(|when, then| {
        when.method(POST)
            .path(V3)
            .header("content-type", "application/json")
            .body(format!(
                r#"{{"appkey":"{APPKEY}","login":"{LOGIN}","password":"{PASSWORD}"}}"#
            ));
        then.status(200).body(session("S1"));
    });
    let delete = deleting(&server, "S1", 200, &answer_with(r#"{"deleted":{"phoneIDs":[1]}}"#));
    let book = account(&server, password()).book();
    let missing = book.call(&objects(&["phone:1"])).await.unwrap_err();
    assert!(book.can_renew());
    assert!(book.renew(&missing).await.unwrap());
    assert_eq!(said(&book.call(&objects(&["phone:1"])).await.unwrap()), ["+phone:1"]);
    login.assert();
    delete.assert();
    assert_eq!(book.account().logins(), 1);
}

// 29: version 4
#[tokio::test]
async fn a_token_logs_in_by_version_4() {
    let server = MockServer::start_async().await;
    let login = server.mock(|when, then| {
        when.method(POST)
            .path(V4)
            .body(format!(r#"{{"appkey":"{APPKEY}","pat":"dl-api-1"}}"#));
        then.status(200).body(session("S4"));
    });
    let delete = deleting(&server, "S4", 200, &answer_with("{}"));
    let book = account(&server, Credentials::pat("dl-api-1")).book();
    let missing = book.call(&objects(&["phone:1"])).await.unwrap_err();
    assert!(book.can_renew() && book.renew(&missing).await.unwrap());
    book.call(&objects(&["phone:1"])).await.unwrap();
    login.assert();
    delete.assert();
}

// 29: version 1
#[tokio::test]
async fn a_session_at_the_top_of_an_answer_is_taken_too() {
    let server = MockServer::start_async().await;
    answering(&server, V3, 200, r#"{"sessionID":"S1"}"#);
    let delete = deleting(&server, "S1", 200, &answer_with("{}"));
    let book = account(&server, password()).book();
    let missing = book.call(&objects(&["phone:1"])).await.unwrap_err();
    book.renew(&missing).await.unwrap();
    book.call(&objects(&["phone:1"])).await.unwrap();
    delete.assert();
}

// 19
#[tokio::test]
async fn a_dead_session_is_replaced_by_one_login_and_the_call_goes_on() {
    let server = MockServer::start_async().await;
    let mut login = answering(&server, V3, 200, &session("S1"));
    let book = account(&server, password()).book();
    let missing = book.call(&objects(&["phone:1"])).await.unwrap_err();
    book.renew(&missing).await.unwrap();
    login.delete();

    let dead = deleting(
        &server,
        "S1",
        401,
        &failure_with(401, r#"[{"code":9,"title":"Unauthorized"}]"#),
    );
    let alive = deleting(&server, "S2", 200, &answer_with(r#"{"deleted":{"phoneIDs":[1]}}"#));
    let login = answering(&server, V3, 200, &session("S2"));
    let refused = book.call(&objects(&["phone:1"])).await.unwrap_err();
    assert_eq!(refused.kind(), CallErrorKind::Credentials);
    assert!(book.renew(&refused).await.unwrap());
    assert_eq!(said(&book.call(&objects(&["phone:1"])).await.unwrap()), ["+phone:1"]);
    dead.assert();
    alive.assert();
    login.assert();
    assert_eq!(book.account().logins(), 2);
}

// 20: stopping after the second refusal is the driver's.
#[tokio::test]
async fn a_session_refused_twice_is_refused_twice() {
    let server = MockServer::start_async().await;
    let login = answering(&server, V3, 200, &session("S1"));
    let delete = answering(&server, DELETE, 401, "");
    let book = account(&server, password()).book();
    let missing = book.call(&objects(&["phone:1"])).await.unwrap_err();
    book.renew(&missing).await.unwrap();
    let first = book.call(&objects(&["phone:1"])).await.unwrap_err();
    book.renew(&first).await.unwrap();
    let second = book.call(&objects(&["phone:1"])).await.unwrap_err();
    assert_eq!(second.kind(), CallErrorKind::Credentials);
    assert!(second.epoch() > first.epoch());
    login.assert_calls(2);
    delete.assert_calls(2);
}

#[tokio::test]
async fn two_renewals_at_once_make_one_login() {
    let server = MockServer::start_async().await;
    let login = answering(&server, V3, 200, &session("S1"));
    let account = account(&server, password());
    let (one, two) = (account.book(), account.book());
    let missing = one.call(&objects(&["phone:1"])).await.unwrap_err();
    let (first, second) = tokio::join!(one.renew(&missing), two.renew(&missing));
    assert_eq!((first.unwrap(), second.unwrap()), (true, false));
    login.assert_calls(1);
    assert_eq!(account.logins(), 1);
}

#[tokio::test]
async fn a_late_refusal_of_an_old_session_renews_nothing() {
    let server = MockServer::start_async().await;
    let login = answering(&server, V3, 200, &session("S1"));
    answering(&server, DELETE, 401, "");
    let book = account(&server, password()).book();
    let missing = book.call(&objects(&["phone:1"])).await.unwrap_err();
    assert!(book.renew(&missing).await.unwrap());
    let refused = book.call(&objects(&["phone:1"])).await.unwrap_err();
    assert!(book.renew(&refused).await.unwrap());
    assert!(!book.renew(&refused).await.unwrap());
    assert!(!book.renew(&missing).await.unwrap());
    login.assert_calls(2);
}

#[tokio::test]
async fn two_renewals_at_once_share_a_login_that_failed() {
    let server = MockServer::start_async().await;
    let login = answering(
        &server,
        V3,
        400,
        &failure_with(400, r#"[{"code":5,"title":"Wrong password"}]"#),
    );
    let book = account(&server, password()).book();
    let missing = book.call(&objects(&["phone:1"])).await.unwrap_err();
    let (first, second) = tokio::join!(book.renew(&missing), book.renew(&missing));
    for error in [first.unwrap_err(), second.unwrap_err()] {
        assert_eq!((error.kind(), error.code()), (CallErrorKind::Credentials, Some("5")));
    }
    login.assert_calls(1);
    assert_eq!(book.account().logins(), 0);
}

#[tokio::test]
async fn a_login_that_fails_for_now_keeps_its_kind_and_may_be_tried_again() {
    let server = MockServer::start_async().await;
    let mut down = answering(&server, V3, 503, "<html></html>");
    let book = account(&server, password()).book();
    let missing = book.call(&objects(&["phone:1"])).await.unwrap_err();
    assert_eq!(book.renew(&missing).await.unwrap_err().kind(), CallErrorKind::Server);
    down.delete();
    let mut busy = server.mock(|when, then| {
        when.method(POST).path(V3);
        then.status(429).header("retry-after", "3");
    });
    let error = book.renew(&missing).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry_after()),
        (CallErrorKind::RateLimited, Some(Duration::from_secs(3)))
    );
    busy.delete();
    answering(&server, V3, 200, &session("S1"));
    assert!(book.renew(&missing).await.unwrap());
}

#[tokio::test]
async fn a_session_of_the_callers_is_neither_replaced_nor_closed() {
    let server = MockServer::start_async().await;
    let auth = server.mock(|when, then| {
        when.method(POST).path_includes("/auth/");
        then.status(200).body(session("S2"));
    });
    answering(&server, DELETE, 401, "");
    let book = account(&server, Credentials::session(SESSION)).book();
    let refused = book.call(&objects(&["phone:1"])).await.unwrap_err();
    assert!(!book.can_renew());
    assert_eq!(
        book.renew(&refused).await.unwrap_err().kind(),
        CallErrorKind::Credentials
    );
    drop(book);
    auth.assert_calls(0);
}

// 32
#[tokio::test]
async fn no_secret_of_a_login_is_shown() {
    let server = MockServer::start_async().await;
    let echo = format!(r#"{{"errors":"login {LOGIN} password {PASSWORD}","appkey":"{APPKEY}"}}"#);
    let mut refusing = answering(&server, V3, 400, &echo);
    let account = account(&server, password());
    let book = account.book();
    let missing = book.call(&objects(&["phone:1"])).await.unwrap_err();
    let error = book.renew(&missing).await.unwrap_err();
    refusing.delete();
    answering(&server, V3, 200, &session("S1-of-the-login"));
    book.renew(&missing).await.unwrap();
    answering(&server, DELETE, 401, "unknown session S1-of-the-login");
    let refused = book.call(&objects(&["phone:1"])).await.unwrap_err();
    let builder = DellinAccount::builder(APPKEY, password());
    let shown = format!("{error} {error:?} {refused} {refused:?} {account:?} {book:?} {builder:?}");
    for secret in [APPKEY, LOGIN, PASSWORD, "S1-of-the-login"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(error.message().unwrap().contains("***") && refused.snippet().unwrap().contains("***"));
}

// 30
#[tokio::test]
async fn the_life_of_a_session_can_be_asked_for() {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.method(POST)
            .path("/v3/auth/session_info.json")
            .body(format!(r#"{{"appkey":"{APPKEY}","sessionID":"{SESSION}"}}"#));
        then.status(200).body(
            r#"{"metadata":{"status":200,"generated_at":"2024-06-03 14:05:00"},
                "data":{"session":{"expireTime":"2024-07-03 14:00","expired":false}}}"#,
        );
    });
    let info = account(&server, Credentials::session(SESSION))
        .session_info()
        .await
        .unwrap();
    mock.assert();
    assert_eq!(info.remaining(), Some(Duration::from_secs(30 * 86_400 - 300)));
    assert!(!info.is_expired());
}

#[tokio::test]
async fn clients_of_one_account_share_its_quota() {
    let server = MockServer::start_async().await;
    let account = DellinAccount::builder(APPKEY, password())
        .base_url(server.base_url())
        .build()
        .unwrap();
    let (one, two) = (account.book(), account.clone().book());
    assert_eq!(one.quotas().len(), 1);
    account.quota().pause(Duration::from_secs(60));
    for book in [&one, &two] {
        let slot = book.quotas()[0].acquire(1).await;
        assert!(
            matches!(slot, batchwise_core::quota::Slot::Wait { paused: true, .. }),
            "{slot:?}"
        );
    }
    assert!(account.quota().least_time(1501) >= Duration::from_secs(3600));
}

#[tokio::test]
async fn keys_are_read_by_the_client() {
    let server = MockServer::start_async().await;
    let book = account(&server, password()).book();
    assert_eq!(book.parse_key("phone:1").unwrap().to_string(), "phone:1");
    assert!(book.parse_key("1").is_err());
}

#[test]
fn settings_that_cannot_work_are_refused_before_anything_is_sent() {
    let build = |appkey: &str, credentials, url: &str| {
        DellinAccount::builder(appkey, credentials)
            .base_url(url)
            .build()
            .map(|_| ())
    };
    let local = "http://127.0.0.1:9";
    assert!(build("key", Credentials::session("s"), local).is_ok());
    assert!(build(" ", Credentials::session("s"), local).is_err());
    assert!(build("key", Credentials::session(""), local).is_err());
    assert!(build("key", Credentials::password("login", ""), local).is_err());
    assert!(build("key", Credentials::session("s"), "http://dellin.example").is_err());
    let builder = DellinAccount::builder("key", Credentials::session("s")).base_url(local);
    assert!(builder.xml_content_type("text/\nxml").build().is_err());
}
