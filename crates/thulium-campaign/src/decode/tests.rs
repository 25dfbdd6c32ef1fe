use super::*;
use crate::record::{CampaignCustomer, CampaignPhone};
use batchwise_core::{Fact, Identity, Record, Said, Secret, Secrets, Statement};
use http::StatusCode;
use proptest::prelude::*;

fn members<M: Member>(texts: &[&str]) -> Vec<M> {
    let campaign = "00042".parse().unwrap();
    texts.iter().map(|text| M::parse(campaign, text).unwrap()).collect()
}

/// What an answer of this status says of these members; `None` where it does not name them.
fn read<M: Member>(status: u16, body: &str, sent: &[&str]) -> Result<Vec<Option<Statement>>, CallError> {
    let sent = members::<M>(sent);
    let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body.to_owned());
    let Reply::Named(statements) = reply(&answer, &sent)? else {
        panic!("named statements expected");
    };
    let of = |member: &M| {
        let mut own = statements.iter().filter(|(name, _)| *name == member.identity());
        let statement = own.next().map(|(_, statement)| statement.clone());
        assert!(own.next().is_none(), "two statements about {member:?}");
        statement
    };
    Ok(sent.iter().map(of).collect())
}

fn said<M: Member>(body: &str, sent: &[&str]) -> Vec<Option<Said>> {
    let statements = read::<M>(200, body, sent).unwrap();
    statements
        .into_iter()
        .map(|statement| statement.map(|statement| statement.said))
        .collect()
}

fn customer(entry: &str) -> Statement {
    let body = format!(r#"{{"7001": {entry}}}"#);
    let mut statements = read::<CampaignCustomer>(200, &body, &["7001"]).unwrap();
    statements.remove(0).unwrap()
}

fn phone(entries: &str) -> Option<Statement> {
    let body = format!(r#"{{"600700801": {entries}}}"#);
    read::<CampaignPhone>(200, &body, &["600700801"]).unwrap().remove(0)
}

fn error(status: u16, body: &str) -> CallError {
    read::<CampaignCustomer>(status, body, &["7001"]).unwrap_err()
}

fn extras<M: Member>(body: &str, sent: &[&str]) -> Vec<Identity> {
    let sent = members::<M>(sent);
    let Ok(Reply::Named(statements)) = reply(&Answer::of(StatusCode::OK, body.to_owned()), &sent) else {
        panic!("named statements expected");
    };
    let names = statements.into_iter().map(|(name, _)| name);
    names
        .filter(|name| !sent.iter().any(|member| member.identity() == *name))
        .collect()
}

// Which words decide.

#[test]
fn an_entry_that_begins_as_one_of_a_removal_is_none_unless_it_ends_so() {
    let said = |status: &str| {
        let body = format!(r#"{{"7001":{{"http_status":200,"record_id":3101,"status":"{status}"}}}}"#);
        said::<CampaignCustomer>(&body, &["7001"])
    };
    assert_eq!(said("REMOVED"), [Some(Said::Done)]);
    assert_eq!(said("NOT_EXIST"), [Some(Said::Absent)]);
    assert_eq!(said("CALL_IN_PROGRESS"), [Some(Said::Busy { partly: false })]);
    assert_eq!(said("UNABLE_TO_REMOVE"), [Some(Said::Unclear)]);
}

#[test]
fn only_the_documented_words_decide() {
    assert_eq!(customer(r#"{"status":"REMOVED"}"#).said, Said::Done);
    assert_eq!(customer(r#"{"status":"NOT_EXIST"}"#).said, Said::Absent);
    assert_eq!(
        customer(r#"{"status":"CALL_IN_PROGRESS"}"#).said,
        Said::Busy { partly: false }
    );
}

#[test]
fn case_and_white_space_of_the_words_do_not_matter() {
    assert_eq!(customer(r#"{"status":" removed "}"#).said, Said::Done);
    assert_eq!(customer(r#"{"status":"Not_Exist\n"}"#).said, Said::Absent);
}

#[test]
fn look_alikes_and_other_words_are_unclear_and_kept() {
    for word in [
        "NOT_EXISTS",
        "NOT_FOUND",
        "ARCHIVED",
        "FAILED",
        "ADDED",
        "ALREADY_EXISTS",
        "REMOVAL_QUEUED",
        "IN_PROGRESS",
        "REMOVED!",
    ] {
        let statement = customer(&format!(r#"{{"http_status":200,"status":"{word}"}}"#));
        assert_eq!((statement.said, statement.text.as_deref()), (Said::Unclear, Some(word)));
    }
}

#[test]
fn the_number_never_decides() {
    for number in ["400", "409", "423", "500", "\"400\"", "null", "\"?\"", "[]"] {
        let busy = customer(&format!(r#"{{"http_status":{number},"status":"CALL_IN_PROGRESS"}}"#));
        assert_eq!(busy.said, Said::Busy { partly: false }, "{number}");
        let removed = customer(&format!(r#"{{"http_status":{number},"status":"REMOVED"}}"#));
        assert_eq!(removed.said, Said::Done, "{number}");
    }
}

#[test]
fn an_entry_without_a_status_is_unclear_whatever_its_number() {
    for entry in [
        r#"{"http_status":204}"#,
        r#"{"http_status":200,"record_id":1}"#,
        r#"{"status":null}"#,
        "{}",
    ] {
        assert_eq!(customer(entry).said, Said::Unclear, "{entry}");
    }
    assert_eq!(
        customer(r#"{"http_status":204}"#).text.as_deref(),
        Some(r#"{"http_status":204}"#)
    );
}

#[test]
fn an_entry_that_is_no_object_is_unclear() {
    for entry in [
        "null",
        "true",
        "200",
        r#""REMOVED""#,
        "[[]]",
        r#"[{"status":"REMOVED"},null]"#,
    ] {
        assert_eq!(customer(entry).said, Said::Unclear, "{entry}");
    }
}

#[test]
fn a_message_stands_behind_its_status() {
    let statement = customer(r#"{"http_status":400,"status":"FAILED","message":"Nie można usunąć."}"#);
    assert_eq!(statement.text.as_deref(), Some("FAILED: Nie można usunąć."));
}

// Record ids.

#[test]
fn a_record_id_is_a_number_or_a_text_of_one() {
    for id in ["90311", "\"90311\""] {
        let statement = customer(&format!(r#"{{"status":"REMOVED","record_id":{id}}}"#));
        assert_eq!(statement.facts.get("record_id"), Some(&Fact::Number(90311)), "{id}");
    }
}

#[test]
fn a_record_id_that_is_no_number_is_left_out() {
    for id in ["null", "\"\"", "-1", "1.5", "\"abc\"", "{}"] {
        let statement = customer(&format!(r#"{{"status":"REMOVED","record_id":{id}}}"#));
        assert!(statement.facts.is_empty() && statement.said == Said::Done, "{id}");
    }
}

// Names.

#[test]
fn members_that_the_answer_leaves_out_are_left_out() {
    let body = r#"{"7001":{"status":"REMOVED"}}"#;
    assert_eq!(
        said::<CampaignCustomer>(body, &["7001", "7002"]),
        [Some(Said::Done), None]
    );
}

#[test]
fn an_empty_list_is_an_empty_object() {
    assert_eq!(said::<CampaignCustomer>("[]", &["7001"]), [None]);
    assert_eq!(said::<CampaignCustomer>("{}", &["7001"]), [None]);
}

#[test]
fn a_member_with_no_entries_is_not_named() {
    assert_eq!(said::<CampaignCustomer>(r#"{"7001":[]}"#, &["7001"]), [None]);
    assert_eq!(phone("[]"), None);
}

#[test]
fn names_that_were_not_sent_are_passed_on() {
    let body = r#"{"7001":{"status":"REMOVED"},"7999":{"status":"REMOVED"},"total":1,"07001":{"status":"NOT_EXIST"}}"#;
    let space = "00042".parse::<crate::CampaignId>().unwrap().packed();
    let text = |text: &str| Identity::Text {
        space,
        text: text.to_owned(),
    };
    let extras = extras::<CampaignCustomer>(body, &["7001"]);
    assert_eq!(extras.len(), 3);
    for extra in [Identity::Number { space, id: 7999 }, text("total"), text("07001")] {
        assert!(extras.contains(&extra), "{extra:?}");
    }
}

#[test]
fn a_name_given_twice_makes_the_answer_unreadable() {
    let twice = error(200, r#"{"7001":{"status":"REMOVED"},"7001":{"status":"NOT_EXIST"}}"#);
    assert_eq!(twice.kind(), CallErrorKind::Unreadable);
}

#[test]
fn a_byte_order_mark_and_white_space_are_skipped() {
    let body = "\u{feff} \n{\"7001\":{\"status\":\"REMOVED\"}}\n";
    assert_eq!(said::<CampaignCustomer>(body, &["7001"]), [Some(Said::Done)]);
}

#[test]
fn a_list_is_taken_only_when_each_entry_names_its_member() {
    let named = r#"[{"customer_id":"7002","status":"REMOVED"},{"customer_id":7001,"status":"NOT_EXIST"}]"#;
    assert_eq!(
        said::<CampaignCustomer>(named, &["7001", "7002"]),
        [Some(Said::Absent), Some(Said::Done)]
    );
    for unnamed in [
        r#"[{"status":"REMOVED"}]"#,
        r#"[{"id":"7001","status":"REMOVED"}]"#,
        r#"[{"customer_id":7001,"status":"REMOVED"},{"status":"REMOVED"}]"#,
        "[null]",
        "[7001]",
    ] {
        assert_eq!(error(200, unnamed).kind(), CallErrorKind::Unreadable, "{unnamed}");
    }
}

#[test]
fn a_list_that_names_a_number_twice_tells_of_two_records() {
    let body = r#"[{"phone_number":"600","status":"REMOVED","record_id":1},{"phone_number":"600","status":"REMOVED","record_id":2}]"#;
    let statement = read::<CampaignPhone>(200, body, &["600"]).unwrap().remove(0).unwrap();
    assert_eq!(statement.facts.get("record_ids"), Some(&Fact::Numbers(vec![1, 2])));
}

// Several records of one phone number.

#[test]
fn all_records_of_a_number_removed_is_removed() {
    let statement = phone(r#"[{"record_id":3101,"status":"REMOVED"},{"record_id":3144,"status":"REMOVED"}]"#).unwrap();
    assert_eq!(statement.said, Said::Done);
    assert_eq!(statement.text, None);
    assert_eq!(
        statement.facts.get("record_ids"),
        Some(&Fact::Numbers(vec![3101, 3144]))
    );
}

#[test]
fn one_busy_record_makes_the_number_busy() {
    let partly = phone(r#"[{"record_id":1,"status":"REMOVED"},{"record_id":2,"status":"CALL_IN_PROGRESS"}]"#).unwrap();
    assert_eq!(partly.said, Said::Busy { partly: true });
    assert_eq!(partly.facts.get("record_id"), Some(&Fact::Number(1)));
    assert_eq!(partly.text.as_deref(), Some("REMOVED, CALL_IN_PROGRESS"));
    let wholly = phone(r#"[{"status":"CALL_IN_PROGRESS"},{"status":"NOT_EXIST"}]"#).unwrap();
    assert_eq!(wholly.said, Said::Busy { partly: false });
}

#[test]
fn one_unclear_record_makes_the_number_unclear() {
    let statement = phone(r#"[{"status":"REMOVED"},{"status":"CALL_IN_PROGRESS"},{"status":"ARCHIVED"}]"#).unwrap();
    assert_eq!(statement.said, Said::Unclear);
}

#[test]
fn a_number_is_absent_only_when_every_entry_says_so() {
    assert_eq!(phone(r#"[{"status":"NOT_EXIST"}]"#).unwrap().said, Said::Absent);
    let mixed = phone(r#"[{"status":"NOT_EXIST"},{"status":"REMOVED"}]"#).unwrap();
    assert_eq!(mixed.said, Said::Done);
}

#[test]
fn a_number_takes_an_object_and_a_customer_a_list() {
    assert_eq!(phone(r#"{"status":"REMOVED"}"#).unwrap().said, Said::Done);
    assert_eq!(customer(r#"[{"status":"REMOVED"}]"#).said, Said::Done);
}

#[test]
fn a_number_that_the_answer_spells_otherwise_is_found_by_its_digits() {
    let body = r#"{"48600700801":[{"status":"REMOVED"}]}"#;
    assert_eq!(said::<CampaignPhone>(body, &["+48 600 700 801"]), [Some(Said::Done)]);
    assert_eq!(said::<CampaignPhone>(body, &["600700801"]), [None]);
    assert_eq!(
        said::<CampaignPhone>(body, &["+48600700801", "0048600700801"]),
        [Some(Said::Done), None]
    );
    assert_eq!(
        said::<CampaignPhone>(body, &["+48600700801", "48 600700801"]),
        [None, None]
    );
}

// Refusals.

const REFUSED: &str = r#"{"request_id":"6a1b2c3d4e5f6","errors":[{"message":"No.","code":123456}]}"#;

#[test]
fn an_error_body_in_a_2xx_is_a_refusal() {
    let error = error(200, REFUSED);
    assert_eq!(error.kind(), CallErrorKind::Refused);
    assert_eq!(
        (error.message(), error.code(), error.request_id()),
        (Some("No."), Some("123456"), Some("6a1b2c3d4e5f6"))
    );
}

#[test]
fn errors_beside_results_do_not_hide_them() {
    let body = r#"{"7001":{"status":"REMOVED"},"errors":[{"message":"m"}],"request_id":"x1"}"#;
    assert_eq!(said::<CampaignCustomer>(body, &["7001"]), [Some(Said::Done)]);
    assert!(extras::<CampaignCustomer>(body, &["7001"]).is_empty());
}

#[test]
fn names_that_look_like_no_id_are_no_results_beside_errors() {
    for name in ["detail", "field_1", "-", ""] {
        let error = error(200, &format!(r#"{{"{name}":"x","errors":[{{"message":"m"}}]}}"#));
        assert_eq!(
            (error.kind(), error.message()),
            (CallErrorKind::Refused, Some("m")),
            "{name}"
        );
    }
}

#[test]
fn a_number_that_was_sent_is_found_by_its_name_even_when_a_secret_is_within_it() {
    let sent = members::<CampaignPhone>(&["600700801"]);
    let secrets = Secrets::new([&Secret::new("600700801")]);
    let response = http::Response::new(bytes::Bytes::from_static(br#"{"600700801":[{"status":"NOT_EXIST"}]}"#));
    let Ok(Reply::Named(statements)) = reply(&Answer::new(response, secrets), &sent) else {
        panic!("named statements expected");
    };
    let said: Vec<(&Identity, Said)> = statements.iter().map(|(name, one)| (name, one.said)).collect();
    assert_eq!(said, [(&sent[0].identity(), Said::Absent)]);
}

#[test]
fn an_empty_list_of_errors_says_nothing() {
    assert_eq!(
        said::<CampaignCustomer>(r#"{"request_id":"x1","errors":[]}"#, &["7001"]),
        [None]
    );
}

#[test]
fn the_status_of_a_refusal_decides_its_kind_and_the_body_explains_it() {
    for (status, kind) in [
        (400, CallErrorKind::Refused),
        (401, CallErrorKind::Credentials),
        (403, CallErrorKind::Credentials),
        (404, CallErrorKind::Target),
        (405, CallErrorKind::Target),
        (408, CallErrorKind::Server),
        (413, CallErrorKind::TooLarge),
        (414, CallErrorKind::TooLarge),
        (422, CallErrorKind::Refused),
        (500, CallErrorKind::Server),
        (502, CallErrorKind::Server),
        (503, CallErrorKind::Server),
        (504, CallErrorKind::Server),
    ] {
        let readable = error(status, REFUSED);
        assert_eq!((readable.kind(), readable.message()), (kind, Some("No.")), "{status}");
        let html = error(status, "<html>nginx</html>");
        assert_eq!(
            (html.kind(), html.snippet()),
            (kind, Some("<html>nginx</html>")),
            "{status}"
        );
        assert_eq!(error(status, "").kind(), kind, "{status}");
    }
}

#[test]
fn codes_are_numbers_texts_or_missing() {
    for (code, read) in [("7", Some("7")), ("\"E7\"", Some("E7")), ("null", None), ("\"\"", None)] {
        let error = error(400, &format!(r#"{{"errors":[{{"message":"m","code":{code}}}]}}"#));
        assert_eq!(error.code(), read);
    }
}

#[test]
fn several_errors_are_all_told_and_a_field_is_named() {
    let error = error(
        400,
        r#"{"errors":[{"message":"a","field":"id"},{"message":"b","code":2},"c",{}]}"#,
    );
    assert_eq!((error.message(), error.code()), (Some("a (id); b; c"), Some("2")));
}

#[test]
fn a_long_message_is_cut_at_a_character() {
    let error = error(400, &format!(r#"{{"errors":[{{"message":"x{}"}}]}}"#, "ż".repeat(400)));
    assert_eq!(error.message().map(str::len), Some(511));
}

#[test]
fn a_2xx_without_results_is_unreadable() {
    for body in [
        "",
        " ",
        "OK",
        "<html></html>",
        "null",
        "true",
        "7001",
        "\"REMOVED\"",
        "{\"7001\":{\"status\":\"REM",
        "{}{}",
    ] {
        for status in [200, 204, 207] {
            assert_eq!(error(status, body).kind(), CallErrorKind::Unreadable, "{status} {body}");
        }
    }
}

#[test]
fn results_in_a_4xx_are_believed_over_its_status() {
    let body = r#"{"7001":{"http_status":404,"status":"NOT_EXIST"}}"#;
    for status in [400, 404, 409] {
        let statement = read::<CampaignCustomer>(status, body, &["7001"])
            .unwrap()
            .remove(0)
            .unwrap();
        assert_eq!(statement.said, Said::Absent, "{status}");
    }
    assert_eq!(error(401, body).kind(), CallErrorKind::Credentials);
    assert_eq!(error(500, body).kind(), CallErrorKind::Server);
    assert_eq!(
        error(404, r#"{"7999":{"status":"NOT_EXIST"}}"#).kind(),
        CallErrorKind::Target
    );
    assert_eq!(
        error(404, r#"{"7001":{"http_status":404}}"#).kind(),
        CallErrorKind::Target
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_decoder_panic(status in 200u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body);
        let _ = reply(&answer, &members::<CampaignCustomer>(&["7001"]));
        let _ = reply(&answer, &members::<CampaignPhone>(&["600700801"]));
    }

    #[test]
    fn no_shape_without_the_word_says_removed(
        status in 200u16..600,
        body in r#"(\{"(7001|600700801|errors)":)?[\[\]{}:,"]{0,6}(status|http_status|200|204|"status":"(DONE|OK)")?[\[\]{}:,"]{0,6}\}?"#,
    ) {
        let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body);
        if let Ok(Reply::Named(statements)) = reply(&answer, &members::<CampaignCustomer>(&["7001"])) {
            prop_assert!(statements.iter().all(|(_, statement)| statement.said != Said::Done));
        }
    }
}

#[test]
fn a_flood_of_different_texts_is_quoted_as_far_as_it_is_shown() {
    // Each of them compared with all before it would be a hundred million comparisons.
    let entries: Vec<String> = (0..15_000)
        .map(|n| format!(r#"{{"status":"FAILED","message":"m{n}"}}"#))
        .collect();
    let statement = phone(&format!("[{}]", entries.join(","))).unwrap();
    assert_eq!(statement.said, Said::Unclear);
    let text = statement.text.unwrap();
    assert!(text.starts_with("FAILED: m0, FAILED: m1, "), "{text}");
    assert_eq!(text.len(), QUOTE_BYTES);
}

// The answer that is read in place.

proptest! {
    /// Pieces of the documented answer, some of them replaced: whatever is read in place is what interpreting it gives.
    #[test]
    fn what_is_read_in_place_is_what_the_tree_says(
        replaced in prop::collection::vec((0_usize..24, "[{}:,\"0-9]|null|\"REMOVED\"|\"7001\"|\"7002\"|\"status\"|\"message\"|200|404|REMOVED|[\\[\\]]| "), 0..3),
    ) {
        let mut pieces = vec![
            "{", "\"7001\"", ":", "{", "\"http_status\"", ":", "200", ",", "\"record_id\"", ":", "9", ",", "\"status\"", ":",
            "\"REMOVED\"", "}", ",", "\"7002\"", ":", "{\"http_status\":200,\"record_id\":8,", "\"status\"", ":", "\"REMOVED\"}", "}",
        ];
        for (at, text) in &replaced {
            pieces[*at] = text;
        }
        let answer = Answer::of(StatusCode::OK, pieces.concat());
        let sent: Vec<CampaignCustomer> = ["00042:7001", "00042:7002"].iter().map(|key| key.parse().unwrap()).collect();
        if let Some(read) = all_removed::read(&answer, &sent) {
            // A number of its own order: the tree sorts names.
            let Ok(Reply::Named(mut tree)) = interpreted(&answer, &sent) else { panic!("no reply") };
            tree.sort_by(|left, right| left.0.cmp(&right.0));
            prop_assert_eq!(read, Reply::Named(tree));
        } else {
            prop_assert!(!replaced.is_empty());
        }
    }
}

#[test]
fn an_answer_in_another_order_is_interpreted() {
    let body = r#"{"7002":{"http_status":200,"record_id":8,"status":"REMOVED"},"7001":{"http_status":200,"record_id":9,"status":"REMOVED"}}"#;
    let sent: Vec<CampaignCustomer> = ["00042:7001", "00042:7002"]
        .iter()
        .map(|key| key.parse().unwrap())
        .collect();
    let answer = Answer::of(StatusCode::OK, body);
    assert_eq!(all_removed::read(&answer, &sent), None);
    assert_eq!(reply(&answer, &sent).unwrap().len(), 2);
}
