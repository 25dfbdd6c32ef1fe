//! What an answer says about the leads of its request.

use batchwise_core::transport::Answer;
use batchwise_core::{CallError, Documented, Fact, Facts, Reply, Said, Statement};
use calltouch_common::{Envelope, error_text, is_blank, quote, text_of, u64_of};
use serde_json::Value;

use crate::LeadUpdate;
use crate::wire::{LEADS, MAX_RECORDS};

/// What is told of a lead, in the order of an answer.
const NAMES: [&str; 6] = [
    "matched_type",
    "call_id",
    "call_reference_id",
    "sip_call_id",
    "request_id",
    "request_number",
];

/// Reads an answer about `sent`; content decides before status.
///
/// An answer names no lead, so its elements are statements by position, worth something only if there are as many as were
/// sent; that is judged by whoever reconciles them.
///
/// # Errors
/// [`CallError`] for an answer that holds no results: violations (with the positions that they name; nothing was written
/// then), an API error, a missing member, bad credentials, and whatever its status says for the rest.
pub fn reply(answer: &Answer, sent: &[LeadUpdate]) -> Result<Reply, CallError> {
    match all_written(answer) {
        Some(reply) => Ok(reply),
        None => interpreted(answer, sent),
    }
}

/// The answer that nearly always comes, read in place: every lead was written to. `None` for any other.
fn all_written(answer: &Answer) -> Option<Reply> {
    let mut statements = Vec::with_capacity(MAX_RECORDS);
    let mut json = Documented::new(answer.trimmed_body());
    json.object(&["meta", "data"], |name, json| match name {
        "meta" => json.nothing(),
        _ => json.object(&[LEADS], |_, json| {
            json.list(|json| {
                let facts = written(answer, json)?;
                statements.push(Statement::new(Said::Done).with_facts(facts));
                Some(())
            })
        }),
    })?;
    json.end()?;
    Some(Reply::Positional(statements))
}

/// What is told of a lead that was written to.
fn written(answer: &Answer, json: &mut Documented<'_>) -> Option<Facts> {
    const MEMBERS: [&str; 5] = ["matchedType", "callInfo", "requestInfo", "isCustomFieldsAdded", "error"];
    const CALL: [&str; 3] = ["callId", "callReferenceId", "sipCallId"];
    const REQUEST: [&str; 2] = ["requestId", "requestNumber"];
    let mut told: [Option<Fact>; NAMES.len()] = Default::default();
    json.object(&MEMBERS, |name, json| match name {
        "isCustomFieldsAdded" => json.truth(),
        "error" => json.null(),
        "matchedType" => {
            *told.first_mut()? = given_text(answer, json)?;
            Some(())
        }
        info => {
            let (names, place): (&[&'static str], _) = match info {
                "callInfo" => (&CALL, 1),
                _ => (&REQUEST, 1 + CALL.len()),
            };
            json.optional(|json| {
                let mut places = told.iter_mut().skip(place);
                json.object(names, |name, json| {
                    // In the documented order; in another the tree will do.
                    let place = places.next()?;
                    *place = match name {
                        "callId" | "requestId" => json.optional(Documented::number)?.map(Fact::from),
                        _ => given_text(answer, json)?,
                    };
                    Some(())
                })
            })
            .map(|_| ())
        }
    })?;
    let mut facts = Facts::none();
    for (name, fact) in NAMES.into_iter().zip(told) {
        if let Some(fact) = fact {
            facts.set(name, fact);
        }
    }
    Some(facts)
}

/// A text that is not blank and has nothing around it, or null.
fn given_text(answer: &Answer, json: &mut Documented<'_>) -> Option<Option<Fact>> {
    let text = json.optional(Documented::text)?;
    if text.is_some_and(|text| text.is_empty() || text.trim() != text) {
        return None;
    }
    Some(text.map(|text| Fact::from(quote(answer, text))))
}

/// The answer as a tree, whatever it is.
fn interpreted(answer: &Answer, sent: &[LeadUpdate]) -> Result<Reply, CallError> {
    let envelope = Envelope::of(answer.json_body(), LEADS);
    match &envelope {
        Envelope::Results(results) => {
            let statements = results.iter().enumerate().map(|(index, element)| {
                // One element too many belongs to no lead; the count gives it away.
                let overwrite = sent.get(index).is_some_and(LeadUpdate::overwrite);
                statement(answer, element, overwrite)
            });
            Ok(Reply::Positional(statements.collect()))
        }
        _ => Err(envelope.to_error(answer, LEADS, sent.len())),
    }
}

fn statement(answer: &Answer, element: &Value, overwrite: bool) -> Statement {
    let error = element.get("error").and_then(error_text);
    let said = match (added(element), &error) {
        (Some(true), _) => Said::Done,
        (Some(false), _) if !is_found(element) => Said::Unmatched,
        (Some(false), None) if !overwrite => Said::Unchanged,
        // "Overwrite", yet not written and no reason: nothing that can be relied on.
        (Some(false), None) => Said::Unclear,
        // Without "overwrite" an earlier call may have written what this one was refused for.
        (Some(false), Some(_)) => Said::Refused { conclusive: overwrite },
        (None, Some(_)) => Said::Refused { conclusive: false },
        (None, None) => Said::Unclear,
    };
    let mut statement = Statement::new(said).with_facts(facts(answer, element));
    statement.text = error.map(|text| quote(answer, &text));
    statement
}

/// The flag, in the spelling of the documents' sample or else of their table.
fn added(element: &Value) -> Option<bool> {
    ["isCustomFieldsAdded", "isCustonFieldsAdded"]
        .into_iter()
        .find_map(|name| element.get(name).and_then(Value::as_bool))
}

/// True when the answer tells of a lead that was found; no text decides it.
fn is_found(element: &Value) -> bool {
    ["matchedType", "callInfo", "requestInfo"]
        .into_iter()
        .any(|name| element.get(name).is_some_and(|value| !is_blank(value)))
}

fn facts(answer: &Answer, element: &Value) -> Facts {
    let mut facts = Facts::none();
    let empty = Value::Null;
    let call = element.get("callInfo").unwrap_or(&empty);
    let request = element.get("requestInfo").unwrap_or(&empty);
    let values = [
        element.get("matchedType"),
        call.get("callId"),
        call.get("callReferenceId"),
        call.get("sipCallId"),
        request.get("requestId"),
        request.get("requestNumber"),
    ];
    for (name, value) in NAMES.into_iter().zip(values) {
        let Some(value) = value else { continue };
        // Calltouch's own ids are numbers, whichever way they come; the others are texts of someone else.
        match u64_of(value).filter(|_| matches!(name, "call_id" | "request_id")) {
            Some(number) => facts.set(name, number),
            None => {
                if let Some(text) = text_of(value) {
                    facts.set(name, quote(answer, &text));
                }
            }
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use proptest::prelude::*;

    use super::*;
    use crate::RequestParams;

    fn said(overwrite: bool, element: &str) -> Said {
        let lead = LeadUpdate::builder()
            .matching(RequestParams::by_request_id(1))
            .field("a", 1)
            .overwrite(overwrite)
            .build()
            .unwrap();
        let body = format!(r#"{{"data":{{"leads":[{element}]}}}}"#);
        match reply(&Answer::of(StatusCode::OK, body), &[lead]).unwrap() {
            Reply::Positional(statements) => statements[0].said,
            Reply::Named(_) => panic!("leads have no names"),
        }
    }

    #[test]
    fn a_flag_of_true_is_done_whatever_stands_beside_it() {
        for element in [
            r#"{"isCustomFieldsAdded":true}"#,
            r#"{"isCustonFieldsAdded":true,"error":null}"#,
            r#"{"isCustomFieldsAdded":true,"isCustonFieldsAdded":false,"error":"x"}"#,
            r#"{"isCustomFieldsAdded":null,"isCustonFieldsAdded":true}"#,
        ] {
            assert_eq!(said(false, element), Said::Done, "{element}");
        }
    }

    #[test]
    fn false_with_nothing_found_is_unmatched_in_every_spelling_of_nothing() {
        for nothing in [
            "",
            r#","matchedType":null,"callInfo":null,"requestInfo":null"#,
            r#","matchedType":"","callInfo":[],"requestInfo":{}"#,
            r#","callInfo":{"callId":null,"sipCallId":""}"#,
            r#","callInfo":[],"error":"some text""#,
        ] {
            let element = format!(r#"{{"isCustomFieldsAdded":false{nothing}}}"#);
            assert_eq!(said(false, &element), Said::Unmatched, "{element}");
            assert_eq!(said(true, &element), Said::Unmatched, "{element}");
        }
    }

    #[test]
    fn false_with_a_lead_found_depends_on_overwrite_and_error() {
        for found in [
            r#""matchedType":"call""#,
            r#""callInfo":{"callId":1}"#,
            r#""requestInfo":{"requestId":"1"}"#,
        ] {
            let silent = format!(r#"{{"isCustomFieldsAdded":false,{found}}}"#);
            assert_eq!(said(false, &silent), Said::Unchanged);
            assert_eq!(said(true, &silent), Said::Unclear);
            let loud = format!(r#"{{"isCustomFieldsAdded":false,{found},"error":"no such field"}}"#);
            assert_eq!(said(false, &loud), Said::Refused { conclusive: false });
            assert_eq!(said(true, &loud), Said::Refused { conclusive: true });
            let blank = format!(r#"{{"isCustomFieldsAdded":false,{found},"error":[]}}"#);
            assert_eq!(said(false, &blank), Said::Unchanged);
        }
    }

    #[test]
    fn no_flag_is_not_false() {
        for element in ["{}", "null", "[]", "7", r#"{"isCustomFieldsAdded":"true"}"#] {
            assert_eq!(said(true, element), Said::Unclear, "{element}");
        }
        let element = r#"{"matchedType":"call","error":"x"}"#;
        assert_eq!(said(true, element), Said::Refused { conclusive: false });
    }

    // The answer that is read in place.

    const ELEMENT: [&str; 19] = [
        "{\"matchedType\":",
        "\"request\"",
        ",",
        "\"callInfo\":",
        "null",
        ",",
        "\"requestInfo\":",
        "{",
        "\"requestId\":",
        "7",
        ",",
        "\"requestNumber\":",
        "\"R-7\"",
        "}",
        ",",
        "\"isCustomFieldsAdded\":",
        "true",
        ",\"error\":",
        "null",
    ];

    fn answer(pieces: &[&str]) -> Answer {
        let body = format!(r#"{{"meta":[],"data":{{"leads":[{}}}]}}}}"#, pieces.concat());
        Answer::of(StatusCode::OK, body)
    }

    fn lead() -> LeadUpdate {
        let row = RequestParams::by_request_id(1);
        LeadUpdate::builder().matching(row).field("a", 1).build().unwrap()
    }

    proptest! {
        /// Pieces of the documented answer, some of them replaced: whatever is read in place is what interpreting it gives.
        #[test]
        fn what_is_read_in_place_is_what_the_tree_says(
            replaced in prop::collection::vec((0_usize..19, "[{}:,\"0-9]|null|true|false|\"7\"|\" a\"|\"\"|7|\"requestId\":|\"requestNumber\":|\"callInfo\":|\"requestInfo\":|[{]\"callId\":1,\"callReferenceId\":\"c\",\"sipCallId\":null[}]| "), 0..4),
        ) {
            let mut pieces = ELEMENT;
            for (at, text) in &replaced {
                pieces[*at] = text;
            }
            let answer = answer(&pieces);
            match all_written(&answer) {
                Some(read) => prop_assert_eq!(Some(read), interpreted(&answer, &[lead()]).ok()),
                None => prop_assert!(!replaced.is_empty()),
            }
        }
    }

    #[test]
    fn what_a_call_is_told_by_is_read_in_place_as_well() {
        let mut pieces = ELEMENT;
        pieces[1] = r#""call""#;
        pieces[4] = r#"{"callId":1,"callReferenceId":"c-1","sipCallId":null}"#;
        pieces[7..14].copy_from_slice(&["null", "", "", "", "", "", ""]);
        let answer = answer(&pieces);
        let read = all_written(&answer).unwrap();
        assert_eq!(read, interpreted(&answer, &[lead()]).unwrap());
        let Reply::Positional(statements) = read else {
            panic!("leads have no names")
        };
        assert_eq!(
            statements[0].facts.get("call_reference_id"),
            Some(&Fact::Text("c-1".to_owned()))
        );
    }
}
