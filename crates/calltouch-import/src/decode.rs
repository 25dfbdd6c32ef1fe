//! What an answer says about the ids of its request.

use batchwise_core::transport::Answer;
use batchwise_core::{CallError, Documented, Identity, Record, Reply, Said, Statement};
use calltouch_common::{Envelope, error_text, quote, u64_of, violation_path};
use serde_json::Value;

use crate::ImportLogId;
use crate::wire::IDS;

/// The documented text for an id that is not in the account.
///
/// There is no code for it, so this one text is the only way to tell "not there" from any other error of an id; a text
/// that differs in anything but the white space around it is a refusal.
pub const NOT_FOUND: &str = "Указанный идентификатор импорта не найден.";

/// The member of `data` that holds the results.
const RESULTS: &str = "importLogs";

/// Reads an answer to a deletion of `sent`; content decides before status.
///
/// The results are in `data.importLogs` or, when an id is unknown, in the violations of a `validationError`, where the
/// documents show ids that *were* deleted beside one that was not found.
///
/// # Errors
/// [`CallError`] for an answer that holds no results: real violations (with the positions that they name), an API error, a
/// missing member, bad credentials, and whatever its status says for the rest.
pub fn reply(answer: &Answer, sent: &[ImportLogId]) -> Result<Reply, CallError> {
    match all_deleted(answer.trimmed_body(), sent) {
        Some(reply) => Ok(reply),
        None => interpreted(answer, sent),
    }
}

/// The answer that nearly always comes, read in place: every id, in the order of the request, was deleted. `None` for any
/// other.
fn all_deleted(body: &[u8], sent: &[ImportLogId]) -> Option<Reply> {
    let mut expected = sent.iter();
    let mut statements = Vec::with_capacity(sent.len());
    let mut json = Documented::new(body);
    json.object(&["meta", "data"], |name, json| match name {
        "meta" => json.nothing(),
        _ => json.object(&[RESULTS], |_, json| {
            json.list(|json| {
                let id = expected.next()?;
                deleted(json, *id)?;
                statements.push((id.identity(), Statement::new(Said::Done)));
                Some(())
            })
        }),
    })?;
    json.end()?;
    expected.next().is_none().then_some(Reply::Named(statements))
}

fn deleted(json: &mut Documented<'_>, id: ImportLogId) -> Option<()> {
    if json.spelled(r#"{"importLogId":"#).is_some() {
        let is_this = json.number()? == id.get();
        json.spelled(r#","deleteStatus":"success","error":null}"#)?;
        return is_this.then_some(());
    }
    json.object(&["importLogId", "deleteStatus", "error"], |name, json| match name {
        "importLogId" => (json.number()? == id.get()).then_some(()),
        "deleteStatus" => json.exactly("success"),
        _ => json.null(),
    })
}

/// The answer as a tree, whatever it is.
fn interpreted(answer: &Answer, sent: &[ImportLogId]) -> Result<Reply, CallError> {
    let envelope = Envelope::of(answer.json_body(), RESULTS);
    match &envelope {
        Envelope::Results(results) => Ok(named(answer, results, sent)),
        Envelope::Violations(elements) if elements.iter().any(is_result) => Ok(named(answer, elements, sent)),
        _ => Err(envelope.to_error(answer, IDS, sent.len())),
    }
}

fn is_result(element: &Value) -> bool {
    ["importLogId", "deleteStatus"]
        .into_iter()
        .any(|member| element.get(member).is_some_and(|value| !value.is_null()))
}

fn named(answer: &Answer, elements: &[Value], sent: &[ImportLogId]) -> Reply {
    let statements = elements.iter().filter_map(|element| match is_result(element) {
        true => result(answer, element),
        false => violation(answer, element, sent),
    });
    Reply::Named(statements.collect())
}

/// One result; `None` where its id cannot be read, so that the id counts as not mentioned.
fn result(answer: &Answer, element: &Value) -> Option<(Identity, Statement)> {
    let id = element.get("importLogId").and_then(u64_of)?;
    let error = element.get("error").and_then(error_text);
    let status = element.get("deleteStatus").unwrap_or(&Value::Null);
    let (said, text) = match status.as_str() {
        Some("success") => (Said::Done, error),
        Some("error") if error.as_deref() == Some(NOT_FOUND) => (Said::Absent, error),
        Some("error") => (Said::Refused { conclusive: false }, error),
        _ => (Said::Unclear, unclear_text(status, error)),
    };
    let mut statement = Statement::new(said);
    statement.text = text.map(|text| quote(answer, &text));
    Some((Identity::number(id), statement))
}

/// A status that is not documented, with the error beside it if there is one.
fn unclear_text(status: &Value, error: Option<String>) -> Option<String> {
    match (error_text(status), error) {
        (Some(status), Some(error)) => Some(format!("{status}: {error}")),
        (status, error) => status.or(error),
    }
}

/// A real violation among results: the element that it names is refused.
fn violation(answer: &Answer, element: &Value, sent: &[ImportLogId]) -> Option<(Identity, Statement)> {
    let path = element.get("fieldPath").and_then(Value::as_str)?;
    let (index, _) = violation_path(path, IDS)?;
    let record = sent.get(index)?;
    let mut statement = Statement::new(Said::Refused { conclusive: true });
    let message = element.get("message").and_then(error_text);
    statement.text = message.map(|text| quote(answer, &text));
    Some((record.identity(), statement))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;

    use super::*;

    fn said(element: &str) -> Vec<(Identity, Said, Option<String>)> {
        let body = format!(r#"{{"data":{{"importLogs":[{element}]}}}}"#);
        match reply(&Answer::of(StatusCode::OK, body), &[ImportLogId::new(7)]).unwrap() {
            Reply::Named(named) => named.into_iter().map(|(id, s)| (id, s.said, s.text)).collect(),
            Reply::Positional(_) => panic!("results are named"),
        }
    }

    fn one(element: &str) -> (Said, Option<String>) {
        let (id, said, text) = said(element).remove(0);
        assert_eq!(id, Identity::number(7));
        (said, text)
    }

    #[test]
    fn an_element_that_begins_as_one_of_success_is_none_unless_it_ends_so() {
        let said = |element: &str| {
            let body = format!(r#"{{"meta":[],"data":{{"importLogs":[{{"importLogId":7,{element}}}]}}}}"#);
            match reply(&Answer::of(StatusCode::OK, body), &[ImportLogId::new(7)]).unwrap() {
                Reply::Named(named) => named[0].1.said,
                Reply::Positional(_) => panic!("results are named"),
            }
        };
        assert_eq!(said(r#""deleteStatus":"success","error":null"#), Said::Done);
        assert_eq!(
            said(&format!(r#""deleteStatus":"error","error":"{NOT_FOUND}""#)),
            Said::Absent
        );
        assert_eq!(
            said(r#""deleteStatus":"error","error":null"#),
            Said::Refused { conclusive: false }
        );
        assert_eq!(said(r#""deleteStatus":"successful","error":null"#), Said::Unclear);
    }

    #[test]
    fn only_the_documented_text_means_absent() {
        let absent = (Said::Absent, Some(NOT_FOUND.to_owned()));
        for error in [
            format!(r#""{NOT_FOUND}""#),
            format!(r#"" {NOT_FOUND}\n""#),
            format!(r#"{{"message":"{NOT_FOUND}"}}"#),
            format!(r#"{{"errorMessage":" {NOT_FOUND} ","errorCode":4}}"#),
        ] {
            let element = format!(r#"{{"importLogId":7,"deleteStatus":"error","error":{error}}}"#);
            assert_eq!(one(&element), absent, "{error}");
        }
        for error in [
            r#""Указанный идентификатор импорта не найден""#.to_owned(),
            r#""not found""#.to_owned(),
            format!(r#""Ошибка: {NOT_FOUND}""#),
            "404".to_owned(),
        ] {
            let element = format!(r#"{{"importLogId":7,"deleteStatus":"error","error":{error}}}"#);
            assert_eq!(one(&element).0, Said::Refused { conclusive: false }, "{error}");
        }
    }

    #[test]
    fn an_error_without_a_text_is_a_refusal_without_a_text() {
        for error in ["null", "[]", "{}", r#""""#] {
            let element = format!(r#"{{"importLogId":7,"deleteStatus":"error","error":{error}}}"#);
            assert_eq!(one(&element), (Said::Refused { conclusive: false }, None), "{error}");
        }
    }

    #[test]
    fn a_status_that_is_not_documented_is_unclear_and_quoted() {
        let text = |element| {
            let (said, text) = one(element);
            assert_eq!(said, Said::Unclear, "{element}");
            text
        };
        let quoted = |text: &str| Some(text.to_owned());
        assert_eq!(text(r#"{"importLogId":7,"deleteStatus":"queued"}"#), quoted("queued"));
        assert_eq!(text(r#"{"importLogId":7,"deleteStatus":"Success"}"#), quoted("Success"));
        assert_eq!(
            text(r#"{"importLogId":7,"deleteStatus":1,"error":"x"}"#),
            quoted("1: x")
        );
        assert_eq!(text(r#"{"importLogId":7,"deleteStatus":true}"#), quoted("true"));
        assert_eq!(text(r#"{"importLogId":7}"#), None);
    }

    #[test]
    fn an_element_without_a_readable_id_says_nothing() {
        for element in [
            "null",
            "7",
            r#""success""#,
            "[]",
            "{}",
            r#"{"deleteStatus":"success"}"#,
            r#"{"importLogId":null,"deleteStatus":"success"}"#,
            r#"{"importLogId":-7,"deleteStatus":"success"}"#,
            r#"{"importLogId":7.5,"deleteStatus":"success"}"#,
        ] {
            assert_eq!(said(element), [], "{element}");
        }
    }

    const DOCUMENTED: &str = concat!(
        r#"{"meta":[],"data":{"importLogs":["#,
        r#"{"importLogId":7,"deleteStatus":"success","error":null},"#,
        r#"{"importLogId":8,"deleteStatus":"success","error":null}]}}"#
    );

    #[test]
    fn the_documented_answer_is_read_in_place() {
        let sent = [7, 8].map(ImportLogId::new);
        let answer = Answer::of(StatusCode::OK, DOCUMENTED);
        assert_eq!(
            all_deleted(DOCUMENTED.as_bytes(), &sent),
            interpreted(&answer, &sent).ok()
        );
        for odd in [
            DOCUMENTED.replace('8', "9"),
            DOCUMENTED.replace("success", "error"),
            DOCUMENTED.replace("null", "\"x\""),
            DOCUMENTED.replace("[]", "[1]"),
            DOCUMENTED.replace("\"meta\":[],", "\"data\":{\"importLogs\":[]},"),
        ] {
            assert_eq!(all_deleted(odd.as_bytes(), &sent), None, "{odd}");
        }
    }

    proptest! {
        /// A byte or two of the documented answer are others: whatever is read in place is what interpreting it gives.
        #[test]
        fn what_is_read_in_place_is_what_the_tree_says(
            changes in prop::collection::vec((0..DOCUMENTED.len(), any::<u8>()), 0..3),
            status in prop::sample::select(vec![200_u16, 207, 400, 500]),
        ) {
            let mut body = DOCUMENTED.as_bytes().to_vec();
            for (at, byte) in changes {
                body[at] = byte;
            }
            let sent = [7, 8].map(ImportLogId::new);
            let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body.clone());
            if let Some(read) = all_deleted(&body, &sent) {
                prop_assert_eq!(Some(read), interpreted(&answer, &sent).ok());
            }
        }
    }
}
