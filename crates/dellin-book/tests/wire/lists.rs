//! What the two lists say.

use batchwise_core::{BatchMethod, CallErrorKind, Sent};
use httpmock::{Method::POST, MockServer};

use crate::support::{APPKEY, DELETE, SESSION, answer_with, book, call, objects, said};

// 31
#[tokio::test]
async fn the_request_has_the_documented_keys_in_the_documented_order() {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.method(POST)
            .path(DELETE)
            .header("content-type", "application/json")
            .header("user-agent", concat!("batchwise/", env!("CARGO_PKG_VERSION")))
            .header_missing("authorization")
            .body(format!(
                r#"{{"appkey":"{APPKEY}","sessionID":"{SESSION}","counteragentIDs":[70011],"addressIDs":[810022,810023],"phoneIDs":[920031],"contactIDs":[930041,930042]}}"#
            ));
        then.status(200).body(answer_with("{}"));
    });
    let keys = [
        "counteragent:70011",
        "address:810022",
        "address:810023",
        "phone:920031",
        "contact:930041",
        "contact:930042",
    ];
    book(&server).call(&objects(&keys)).await.unwrap();
    mock.assert();
}

// 1
#[tokio::test]
async fn all_deleted_without_the_other_list() {
    let body = answer_with(r#"{"deleted":{"phoneIDs":[920031],"contactIDs":[930041]}}"#);
    let reply = call(&["phone:920031", "contact:930041"], 200, &body).await.unwrap();
    assert_eq!(said(&reply), ["+contact:930041", "+phone:920031"]);
}

// 2
#[tokio::test]
async fn all_absent_without_the_list_of_deleted() {
    let body = answer_with(r#"{"notDeleted":{"addressIDs":[810022,810023]}}"#);
    let reply = call(&["address:810022", "address:810023"], 200, &body).await.unwrap();
    assert_eq!(said(&reply), ["-address:810022", "-address:810023"]);
}

// 3
#[tokio::test]
async fn all_eight_lists_are_read_by_name() {
    let body = answer_with(
        r#"{"deleted":{"counteragentIDs":[1],"addressIDs":[2],"contactIDs":[3],"phoneIDs":[4]},
            "notDeleted":{"phoneIDs":[8],"contactIDs":[7],"addressIDs":[6],"counteragentIDs":[5]},"more":1}"#,
    );
    let reply = call(&["phone:4"], 200, &body).await.unwrap();
    assert_eq!(
        said(&reply),
        [
            "+address:2",
            "+contact:3",
            "+counteragent:1",
            "+phone:4",
            "-address:6",
            "-contact:7",
            "-counteragent:5",
            "-phone:8"
        ]
    );
}

// 4
#[tokio::test]
async fn a_status_in_quotes_is_a_status() {
    let body = r#"{"metadata":{"status":"200"},"data":{"deleted":{"phoneIDs":[4]}}}"#;
    assert_eq!(said(&call(&["phone:4"], 200, body).await.unwrap()), ["+phone:4"]);
}

// 5
#[tokio::test]
async fn ids_in_quotes_are_ids() {
    let body = answer_with(r#"{"deleted":{"phoneIDs":["4"],"contactIDs":"5"},"notDeleted":{"phoneIDs":6}}"#);
    let reply = call(&["phone:4"], 200, &body).await.unwrap();
    assert_eq!(said(&reply), ["+contact:5", "+phone:4", "-phone:6"]);
}

// 6
#[tokio::test]
async fn null_lists_are_empty() {
    let body = answer_with(r#"{"deleted":{"phoneIDs":null,"contactIDs":[3]},"notDeleted":null}"#);
    assert_eq!(said(&call(&["contact:3"], 200, &body).await.unwrap()), ["+contact:3"]);
}

// 7
#[tokio::test]
async fn an_empty_object_may_come_as_an_empty_array() {
    let body = answer_with(r#"{"deleted":[],"notDeleted":{"phoneIDs":[4]}}"#);
    assert_eq!(said(&call(&["phone:4"], 200, &body).await.unwrap()), ["-phone:4"]);
}

// 8
#[tokio::test]
async fn an_id_in_both_lists_is_said_twice() {
    let body = answer_with(r#"{"deleted":{"counteragentIDs":[123]},"notDeleted":{"counteragentIDs":[123]}}"#);
    let reply = call(&["counteragent:123"], 200, &body).await.unwrap();
    assert_eq!(said(&reply), ["+counteragent:123", "-counteragent:123"]);
}

// 9
#[tokio::test]
async fn an_id_in_neither_list_is_not_spoken_of() {
    let body = answer_with(r#"{"deleted":{"phoneIDs":[4]},"notDeleted":{}}"#);
    assert_eq!(
        said(&call(&["phone:4", "phone:5"], 200, &body).await.unwrap()),
        ["+phone:4"]
    );
}

// 10
#[tokio::test]
async fn an_id_that_was_not_sent_is_passed_on() {
    let body = answer_with(r#"{"deleted":{"phoneIDs":[4,99]}}"#);
    assert_eq!(
        said(&call(&["phone:4"], 200, &body).await.unwrap()),
        ["+phone:4", "+phone:99"]
    );
}

#[tokio::test]
async fn the_same_id_of_another_kind_is_another_object() {
    let body = answer_with(r#"{"deleted":{"phoneIDs":[1]},"notDeleted":{"contactIDs":[1]}}"#);
    let reply = call(&["phone:1", "contact:1"], 200, &body).await.unwrap();
    assert_eq!(said(&reply), ["+phone:1", "-contact:1"]);
}

// 11: the split itself is the driver's.
#[tokio::test]
async fn forty_objects_pass_and_forty_one_are_refused_without_a_request() {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.method(POST).path(DELETE);
        then.status(200).body(answer_with("{}"));
    });
    let keys: Vec<String> = (1..=41).map(|id| format!("phone:{id}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let book = book(&server);
    assert_eq!(book.descriptor().max_records.get(), 40);
    book.call(&objects(&keys[..40])).await.unwrap();
    let error = book.call(&objects(&keys)).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Local, Sent::No));
    mock.assert_calls(1);
}

// 13
#[tokio::test]
async fn no_objects_are_refused_without_a_request() {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.method(POST);
        then.status(200);
    });
    let error = book(&server).call(&[]).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (CallErrorKind::Local, Sent::No));
    mock.assert_calls(0);
}

#[tokio::test]
async fn the_documented_example_reads_as_it_stands() {
    let body = r#"{"metadata":{"status":200,"generated_at":"2015-06-18 12:37:28"},
        "data":{"deleted":{"counteragentIDs":[123],"addressIDs":[3,2,1],"contactIDs":[1,2,3],"phoneIDs":[1,2]},
        "notDeleted":{"counteragentIDs":[123],"addressIDs":[6,5,4],"contactIDs":[4,5,6],"phoneIDs":[3,4]}}}"#;
    let reply = call(&["counteragent:123", "counteragent:345"], 200, body)
        .await
        .unwrap();
    let said = said(&reply);
    assert_eq!(said.len(), 18);
    assert!(said.contains(&"+counteragent:123".to_owned()) && said.contains(&"-counteragent:123".to_owned()));
    assert!(!said.iter().any(|text| text.contains("345")));
}
