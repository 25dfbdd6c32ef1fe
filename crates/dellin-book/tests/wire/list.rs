//! Walks through the address book, every answer as the documents have it.

use batchwise_core::CallErrorKind;
use batchwise_core::clock::SharedClock;
use batchwise_core::list::{ListError, ListErrorKind, ListOptions};
use batchwise_core::test_util::FakeClock;
use dellin_book::{Anonymous, BookEntry, BookKind, BookQuery, Credentials};
use httpmock::{Method::POST, Mock, MockServer};

use crate::support::{APPKEY, SESSION, account, answer_with, answering, failure_with};

const COUNTERAGENTS: &str = "/v2/book/counteragents.json";
const ADDRESSES: &str = "/v2/book/addresses.json";
const CONTACTS: &str = "/v2/book/contacts.json";

/// Pauses take no time.
fn options() -> ListOptions {
    let clock: SharedClock = FakeClock::new().shared();
    ListOptions::new().clock(clock)
}

async fn list(server: &MockServer, query: BookQuery) -> Result<Vec<BookEntry>, ListError> {
    let account = account(server, Credentials::session(SESSION));
    account.list(query, options()).whole().await
}

/// An answer for one parent: the body ends with it.
fn below<'a>(server: &'a MockServer, path: &str, parent: &str, data: &str) -> Mock<'a> {
    server.mock(|when, then| {
        when.method(POST)
            .path(path)
            .header("content-type", "application/json")
            .body(format!(r#"{{"appkey":"{APPKEY}","sessionID":"{SESSION}",{parent}}}"#));
        then.status(200).body(answer_with(data));
    })
}

/// Key, name, parent, last update, anonymous.
fn rows(entries: &[BookEntry]) -> Vec<String> {
    let row = |entry: &BookEntry| {
        let parent = entry.parent.map(|parent| parent.to_string()).unwrap_or_default();
        let update = entry.last_update.as_ref().map(ToString::to_string).unwrap_or_default();
        let anonymous = match entry.anonymous {
            Some(true) => "anonymous",
            Some(false) => "known",
            None => "",
        };
        format!("{}|{}|{parent}|{update}|{anonymous}", entry.object, entry.name)
    };
    entries.iter().map(row).collect()
}

const ONE_COUNTERAGENT: &str = r#"[{"id":70011,"isAnonym":false,"form":"OOO","formUID":"0x1","name":"Romashka","phone":"",
    "email":"","juridical":true,"addresses":1,"inn":"7712345678","document":{"type":"","serial":"","number":""},
    "lastUpdate":"2023-05-18 17:23:58","countryUid":"0x2","uid":"11111111-0000-0000-0000-000000000001",
    "dataForReceipt":{"phoneNumber":"","email":""}}]"#;

const ONE_ADDRESS: &str = r#"[{"address":{"id":810022,"juridical":true,"cityID":"200601","code":"7700000000000000000000000",
    "address":"Moscow,  Main street, 1","street":"Main street","house":"1","building":"","structure":"","flat":"",
    "contacts":2,"phones":1,"regionName":"","cityName":"Moscow","cityCode":"77","terminalUID":"","terminalID":""}}]"#;

const ONE_CARD: &str = r#"{"contacts":[{"id":930041,"contact":"Ivan"},{"id":930042,"contact":"Pyotr"}],
    "lastUpdate":"2019-05-18 17:23:58",
    "phones":[{"id":920031,"phoneNumber":"79002350122","phoneFormatted":"+7 (900) 235-01-22","ext":"55677"}]}"#;

#[tokio::test]
async fn a_whole_book_is_walked_from_counteragents_down_to_phones() {
    let server = MockServer::start_async().await;
    let asked = [
        below(&server, COUNTERAGENTS, r#""withAnonym":"true""#, ONE_COUNTERAGENT),
        below(&server, ADDRESSES, r#""counteragentID":70011"#, ONE_ADDRESS),
        below(&server, CONTACTS, r#""addressID":810022"#, ONE_CARD),
    ];
    let entries = list(&server, BookQuery::new()).await.unwrap();
    assert_eq!(
        rows(&entries),
        [
            "counteragent:70011|Romashka||2023-05-18 17:23:58|known",
            "address:810022|Moscow, Main street, 1|counteragent:70011|2019-05-18 17:23:58|known",
            "phone:920031|+7 (900) 235-01-22|address:810022|2019-05-18 17:23:58|known",
            "contact:930041|Ivan|address:810022|2019-05-18 17:23:58|known",
            "contact:930042|Pyotr|address:810022|2019-05-18 17:23:58|known",
        ]
    );
    for mock in asked {
        mock.assert();
    }
}

#[tokio::test]
async fn only_what_the_wanted_kinds_need_is_asked_for() {
    let server = MockServer::start_async().await;
    let counteragents = below(&server, COUNTERAGENTS, r#""withAnonym":"true""#, ONE_COUNTERAGENT);
    let addresses = below(&server, ADDRESSES, r#""counteragentID":70011"#, ONE_ADDRESS);
    let cards = below(&server, CONTACTS, r#""addressID":810022"#, ONE_CARD);
    let kinds = |kinds: &[BookKind]| BookQuery::new().kinds(kinds.iter().copied());
    let entries = list(&server, kinds(&[BookKind::Counteragent])).await.unwrap();
    assert_eq!(
        rows(&entries),
        ["counteragent:70011|Romashka||2023-05-18 17:23:58|known"]
    );
    addresses.assert_calls(0);
    let entries = list(&server, kinds(&[BookKind::Address])).await.unwrap();
    assert_eq!(
        rows(&entries),
        ["address:810022|Moscow, Main street, 1|counteragent:70011||known"]
    );
    cards.assert_calls(0);
    let entries = list(&server, kinds(&[BookKind::Phone])).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].kind(), BookKind::Phone);
    counteragents.assert_calls(3);
}

#[tokio::test]
async fn addresses_have_their_dates_where_they_are_wanted() {
    let server = MockServer::start_async().await;
    below(&server, COUNTERAGENTS, r#""withAnonym":"true""#, ONE_COUNTERAGENT);
    below(&server, ADDRESSES, r#""counteragentID":70011"#, ONE_ADDRESS);
    below(&server, CONTACTS, r#""addressID":810022"#, ONE_CARD);
    let query = BookQuery::new().kinds([BookKind::Address]).dated_addresses(true);
    let entries = list(&server, query).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].last_update.as_ref().unwrap().day(), Some("2019-05-18"));
}

#[tokio::test]
async fn anonymous_receivers_are_asked_for_in_so_many_words() {
    for (anonymous, flag) in [
        (Anonymous::Only, r#","isAnonym":"true""#),
        (Anonymous::LeftOut, ""),
        (Anonymous::Included, r#","withAnonym":"true""#),
    ] {
        let server = MockServer::start_async().await;
        let mock = server.mock(|when, then| {
            when.method(POST)
                .path(COUNTERAGENTS)
                .body(format!(r#"{{"appkey":"{APPKEY}","sessionID":"{SESSION}"{flag}}}"#));
            then.status(200).body(answer_with(r#"[{"id":"7","isAnonym":"true"}]"#));
        });
        let query = BookQuery::new().kinds([BookKind::Counteragent]).anonymous(anonymous);
        let entries = list(&server, query).await.unwrap();
        assert_eq!(rows(&entries), ["counteragent:7||||anonymous"]);
        mock.assert();
    }
}

#[tokio::test]
async fn a_filter_that_the_service_did_not_heed_is_an_error() {
    for entry in [r#"{"id":7,"isAnonym":false}"#, r#"{"id":7}"#] {
        let server = MockServer::start_async().await;
        answering(&server, COUNTERAGENTS, 200, &answer_with(&format!("[{entry}]")));
        let error = list(&server, BookQuery::new().anonymous(Anonymous::Only))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ListErrorKind::Odd, "{entry}");
        assert!(
            error.to_string().contains("counteragent:7 is not said to be one"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_empty_book_is_a_whole_list_of_nothing() {
    let server = MockServer::start_async().await;
    answering(&server, COUNTERAGENTS, 200, &answer_with("[]"));
    assert_eq!(list(&server, BookQuery::new()).await.unwrap(), []);
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_an_error_and_no_empty_list() {
    for data in ["null", "{}", "\"\"", "0", r#"{"counteragents":[]}"#] {
        let server = MockServer::start_async().await;
        answering(&server, COUNTERAGENTS, 200, &answer_with(data));
        let error = list(&server, BookQuery::new()).await.unwrap_err();
        assert_eq!(error.call().unwrap().kind(), CallErrorKind::Unreadable, "{data}");
    }
    let server = MockServer::start_async().await;
    answering(&server, COUNTERAGENTS, 200, r#"{"metadata":{"status":200}}"#);
    assert!(list(&server, BookQuery::new()).await.is_err());
}

#[tokio::test]
async fn an_entry_without_an_id_is_an_error_and_not_left_out() {
    for entry in [
        "{}",
        "null",
        r#"{"id":0}"#,
        r#"{"id":-1}"#,
        r#"{"id":"x"}"#,
        r#"{"uid":"7"}"#,
        "7",
    ] {
        let server = MockServer::start_async().await;
        answering(
            &server,
            COUNTERAGENTS,
            200,
            &answer_with(&format!(r#"[{{"id":1}},{entry}]"#)),
        );
        let error = list(&server, BookQuery::new()).await.unwrap_err();
        assert!(
            error.to_string().contains("counteragent 2 of the list has no id"),
            "{entry}: {error}"
        );
    }
}

#[tokio::test]
async fn an_object_that_is_listed_twice_is_an_error() {
    let server = MockServer::start_async().await;
    answering(&server, COUNTERAGENTS, 200, &answer_with(r#"[{"id":1},{"id":1}]"#));
    let error = list(&server, BookQuery::new()).await.unwrap_err();
    assert_eq!(error.kind(), ListErrorKind::Odd);
    assert!(error.to_string().contains("counteragent:1 is listed twice"), "{error}");
}

/// A book of one address that says so much of its own, and has this card.
async fn card(counts: &str, card: &str) -> Result<Vec<BookEntry>, ListError> {
    let server = MockServer::start_async().await;
    answering(&server, COUNTERAGENTS, 200, &answer_with(r#"[{"id":1}]"#));
    answering(
        &server,
        ADDRESSES,
        200,
        &answer_with(&format!(r#"[{{"address":{{"id":2{counts}}}}}]"#)),
    );
    answering(&server, CONTACTS, 200, &answer_with(card));
    list(&server, BookQuery::new()).await
}

#[tokio::test]
async fn contact_details_with_fewer_entries_than_the_address_counts_are_an_error() {
    let two = r#","contacts":2,"phones":0"#;
    let error = card(two, r#"{"contacts":[{"id":3}],"phones":[]}"#).await.unwrap_err();
    assert_eq!(error.kind(), ListErrorKind::Changed);
    assert!(
        error.to_string().contains("address:2 counts 2 of kind contact"),
        "{error}"
    );
    let error = card(two, r#"{"phones":[]}"#).await.unwrap_err();
    assert_eq!(error.kind(), ListErrorKind::Odd);
}

#[tokio::test]
async fn fewer_addresses_than_the_counteragent_counts_are_an_error() {
    let server = MockServer::start_async().await;
    answering(&server, COUNTERAGENTS, 200, &answer_with(r#"[{"id":1,"addresses":2}]"#));
    answering(&server, ADDRESSES, 200, &answer_with(r#"[{"address":{"id":2}}]"#));
    let error = list(&server, BookQuery::new()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("counteragent:1 counts 2 addresses, and 1 are listed"),
        "{error}"
    );
}

#[tokio::test]
async fn contact_details_without_a_list_are_empty_only_where_the_address_counts_none() {
    let none = r#","contacts":0,"phones":"0""#;
    for empty in ["[]", "{}", r#"{"contacts":null,"phones":[]}"#] {
        assert_eq!(card(none, empty).await.unwrap().len(), 2, "{empty}");
        assert!(card("", empty).await.is_err(), "{empty}");
    }
    assert_eq!(card("", r#"{"contacts":[],"phones":[]}"#).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_failed_answer_in_the_middle_ends_the_walk_with_the_providers_words() {
    let server = MockServer::start_async().await;
    answering(&server, COUNTERAGENTS, 200, &answer_with(r#"[{"id":1}]"#));
    let refusal = failure_with(
        400,
        r#"[{"code":110003,"title":"T","detail":"D","fields":["counteragentID"]}]"#,
    );
    let mock = answering(&server, ADDRESSES, 400, &refusal);
    let error = list(&server, BookQuery::new()).await.unwrap_err();
    assert_eq!(error.call().unwrap().code(), Some("110003"));
    assert!(
        error
            .to_string()
            .starts_with("the list is not whole: a call failed: the request was refused (HTTP 400)")
    );
    mock.assert_calls(1);
}

#[tokio::test]
async fn a_page_of_a_gateway_is_asked_for_again_and_never_an_empty_list() {
    let server = MockServer::start_async().await;
    let mock = answering(&server, COUNTERAGENTS, 502, "<html>Bad gateway</html>");
    let error = list(&server, BookQuery::new()).await.unwrap_err();
    assert_eq!(error.call().unwrap().kind(), CallErrorKind::Server);
    mock.assert_calls(8);
}

#[tokio::test]
async fn a_session_is_made_first_and_made_anew_when_it_dies() {
    let server = MockServer::start_async().await;
    let login = answering(
        &server,
        "/v4/auth/login.json",
        200,
        &answer_with(r#"{"sessionID":"S1"}"#),
    );
    let mut dead = answering(&server, COUNTERAGENTS, 401, &failure_with(401, r#""Unauthorized""#));
    let account = account(&server, Credentials::pat("dl-api-1"));
    let error = account.list(BookQuery::new(), options()).whole().await.unwrap_err();
    assert_eq!(error.call().unwrap().kind(), CallErrorKind::Credentials);
    // One login before the first call, one after its refusal.
    login.assert_calls(2);
    dead.assert_calls(2);
    dead.delete();
    answering(&server, COUNTERAGENTS, 200, &answer_with("[]"));
    assert_eq!(account.list(BookQuery::new(), options()).whole().await.unwrap(), []);
    login.assert_calls(2);
}

#[tokio::test]
async fn a_dead_session_of_the_callers_ends_the_walk() {
    let server = MockServer::start_async().await;
    answering(
        &server,
        COUNTERAGENTS,
        200,
        r#"{"metadata":{"status":401},"errors":"Unauthorized"}"#,
    );
    let error = list(&server, BookQuery::new()).await.unwrap_err();
    assert_eq!(error.call().unwrap().kind(), CallErrorKind::Credentials);
}

#[tokio::test]
async fn key_and_session_are_in_no_error() {
    let server = MockServer::start_async().await;
    let echo = format!("no such key {APPKEY}, session {SESSION}");
    answering(&server, COUNTERAGENTS, 400, &failure_with(400, &format!("{echo:?}")));
    let error = list(&server, BookQuery::new()).await.unwrap_err();
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(APPKEY) && !text.contains(SESSION), "{text}");
    }
}

#[tokio::test]
async fn a_list_beyond_the_bound_is_an_error() {
    let server = MockServer::start_async().await;
    let many = vec![r#"{"id":1}"#; 200_001].join(",");
    answering(&server, COUNTERAGENTS, 200, &answer_with(&format!("[{many}]")));
    let error = list(&server, BookQuery::new()).await.unwrap_err();
    assert_eq!(error.call().unwrap().kind(), CallErrorKind::Unreadable);
}

#[tokio::test]
async fn raw_line_breaks_within_texts_are_read_over() {
    let server = MockServer::start_async().await;
    answering(
        &server,
        COUNTERAGENTS,
        200,
        &answer_with("[{\"id\":1,\"name\":\"one\ntwo\"}]"),
    );
    let entries = list(&server, BookQuery::new().kinds([BookKind::Counteragent]))
        .await
        .unwrap();
    assert_eq!(entries[0].name, "one two");
}
