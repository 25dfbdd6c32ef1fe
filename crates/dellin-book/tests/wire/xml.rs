//! The XML wire.

use batchwise_core::{BatchMethod, CallError, CallErrorKind, Reply};
use dellin_book::{Credentials, DellinAccount, Wire};
use httpmock::{Method::POST, MockServer};

use crate::support::{APPKEY, SESSION, account, answer_with, answering, call, failure_with, objects, said};

const DELETE_XML: &str = "/v2/book/delete.xml";

async fn xml_call(keys: &[&str], status: u16, body: &str) -> Result<Reply, CallError> {
    let server = MockServer::start_async().await;
    let mock = answering(&server, DELETE_XML, status, body);
    let book = account(&server, Credentials::session(SESSION)).book_with(Wire::Xml);
    let reply = book.call(&objects(keys)).await;
    mock.assert();
    reply
}

fn lists(data: &str) -> String {
    format!(
        "<response>\n  <metadata><status>200</status><generated_at>2024-06-03 14:05:09</generated_at></metadata>\n  \
         <data>{data}</data>\n</response>\n"
    )
}

// 31
#[tokio::test]
async fn the_request_repeats_an_element_per_id_in_the_documented_order() {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.method(POST)
            .path(DELETE_XML)
            .header("content-type", "text/xml; charset=utf-8")
            .body(format!(
                "<request><appkey>{APPKEY}</appkey><sessionID>a&amp;b&lt;c</sessionID>\
                 <counteragentIDs>70011</counteragentIDs><addressIDs>810022</addressIDs><addressIDs>810023</addressIDs>\
                 <phoneIDs>920031</phoneIDs><contactIDs>930041</contactIDs></request>"
            ));
        then.status(200).body(lists(""));
    });
    let keys = [
        "contact:930041",
        "phone:920031",
        "address:810022",
        "address:810023",
        "counteragent:70011",
    ];
    let book = account(&server, Credentials::session("a&b<c")).book_with(Wire::Xml);
    assert_eq!(book.wire(), Wire::Xml);
    // Nothing but blanks under `data` leaves nothing to read, which the request does not mind.
    let _ = book.call(&objects(&keys)).await;
    mock.assert();
}

#[tokio::test]
async fn the_media_type_can_be_chosen() {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.method(POST)
            .path(DELETE_XML)
            .header("content-type", "application/xml");
        then.status(200)
            .body(lists("<deleted><phoneIDs>1</phoneIDs></deleted>"));
    });
    let account = DellinAccount::builder(APPKEY, Credentials::session(SESSION))
        .base_url(server.base_url())
        .xml_content_type("application/xml")
        .build()
        .unwrap();
    account.book_with(Wire::Xml).call(&objects(&["phone:1"])).await.unwrap();
    mock.assert();
}

// 25
#[tokio::test]
async fn one_item_many_items_and_blanks_around_digits() {
    let body = lists(
        "<deleted>\n<addressIDs> 810022\n</addressIDs>\n<contactIDs>930041</contactIDs><contactIDs>930042</contactIDs>\
         <phoneIDs/></deleted><notDeleted><addressIDs>810023</addressIDs></notDeleted>",
    );
    let reply = xml_call(&["address:810022"], 200, &body).await.unwrap();
    assert_eq!(
        said(&reply),
        [
            "+address:810022",
            "+contact:930041",
            "+contact:930042",
            "-address:810023"
        ]
    );
}

// 25
#[tokio::test]
async fn an_empty_and_an_absent_list_say_nothing() {
    let reply = xml_call(&["phone:1"], 200, &lists("<deleted/>")).await.unwrap();
    assert!(reply.is_empty());
    let reply = xml_call(&["phone:1"], 200, &lists("<notDeleted></notDeleted>"))
        .await
        .unwrap();
    assert!(reply.is_empty());
}

#[tokio::test]
async fn the_documented_example_reads_as_it_stands() {
    let body = lists(
        "<deleted><counteragentIDs>123</counteragentIDs><addressIDs>3</addressIDs><addressIDs>2</addressIDs>\
         <phoneIDs>1</phoneIDs></deleted><notDeleted><counteragentIDs>123</counteragentIDs></notDeleted>",
    );
    let reply = xml_call(&["counteragent:123"], 200, &body).await.unwrap();
    assert_eq!(
        said(&reply),
        [
            "+address:2",
            "+address:3",
            "+counteragent:123",
            "+phone:1",
            "-counteragent:123"
        ]
    );
}

// 26
#[tokio::test]
async fn an_error_with_two_errors_elements() {
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><metadata><status>400</status><detail>bad request</detail>\
                </metadata><errors><code>110003</code><title>Empty</title><detail>Missing &amp; needed</detail>\
                <link>https://dev.dellin.ru/</link><fields>sessionID</fields><fields>appkey</fields></errors>\
                <errors><code>281017</code><title>Other</title></errors></response>";
    let error = xml_call(&["phone:1"], 400, body).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (CallErrorKind::Refused, Some("110003")));
    assert_eq!(
        error.message(),
        Some("Empty: Missing & needed (fields: sessionID, appkey); [281017] Other")
    );
}

#[tokio::test]
async fn an_error_in_a_wrapper_is_the_same_error() {
    let body = "<response><metadata><status>400</status></metadata><errors><error><code>1</code><title>One</title>\
                <fields><field>a</field><field>b</field></fields></error><error><title>Two</title></error></errors></response>";
    let error = xml_call(&["phone:1"], 200, body).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (CallErrorKind::Refused, Some("1")));
    assert_eq!(error.message(), Some("One (fields: a, b); Two"));
}

// 27
#[tokio::test]
async fn a_json_answer_under_the_xml_address_is_read_as_json() {
    let body = failure_with(401, r#"[{"code":9,"title":"Unauthorized"}]"#);
    let error = xml_call(&["phone:1"], 401, &body).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (CallErrorKind::Credentials, Some("9")));
    let reply = xml_call(&["phone:1"], 200, &answer_with(r#"{"deleted":{"phoneIDs":[1]}}"#))
        .await
        .unwrap();
    assert_eq!(said(&reply), ["+phone:1"]);
}

#[tokio::test]
async fn an_xml_answer_under_the_json_address_is_read_as_xml() {
    let reply = call(&["phone:1"], 200, &lists("<deleted><phoneIDs>1</phoneIDs></deleted>"))
        .await
        .unwrap();
    assert_eq!(said(&reply), ["+phone:1"]);
}

// 24, 22
#[tokio::test]
async fn an_empty_cut_or_foreign_answer_is_judged_by_its_status() {
    for (status, body, kind) in [
        (200, "", CallErrorKind::Unreadable),
        (
            200,
            "<response><data><deleted><phoneIDs>1</phoneIDs>",
            CallErrorKind::Unreadable,
        ),
        (
            200,
            "<response><metadata><status>200</status></metadata></response>",
            CallErrorKind::Unreadable,
        ),
        (200, "<html><body>maintenance</body></html>", CallErrorKind::Unreadable),
        (502, "<html><body>bad gateway</body></html>", CallErrorKind::Server),
    ] {
        assert_eq!(
            xml_call(&["phone:1"], status, body).await.unwrap_err().kind(),
            kind,
            "{body}"
        );
    }
}

// 32
#[tokio::test]
async fn an_echo_of_an_escaped_secret_shows_nothing() {
    let server = MockServer::start_async().await;
    answering(
        &server,
        DELETE_XML,
        401,
        "<request><sessionID>se&lt;cr&amp;et-1</sessionID></request>",
    );
    let book = account(&server, Credentials::session("se<cr&et-1")).book_with(Wire::Xml);
    let error = book.call(&objects(&["phone:1"])).await.unwrap_err();
    assert!(!format!("{error:?}").contains("et-1"), "{error:?}");
}
