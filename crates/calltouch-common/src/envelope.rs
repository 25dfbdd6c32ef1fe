//! What an answer is, decided by its content before its status.

use std::collections::HashSet;

use batchwise_core::transport::Answer;
use batchwise_core::{CallError, CallErrorKind, Violation};
use serde_json::Value;

use crate::scalar::{error_text, quote, text_of};
use crate::violation_path::violation_path;

/// The shapes of a Calltouch answer, success or not.
///
/// Success and error share the envelope `{"meta": ..., "data": {...}}` and are told apart by what is inside `data`; bad
/// credentials come as a bare `{"message": ...}`. Unknown members are ignored, `meta` is never looked at.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Envelope {
    /// The list of results that the method answers with, whatever the status.
    Results(Vec<Value>),
    /// `data.validationErrorData.violations` as they came; those of an import deletion may be results.
    Violations(Vec<Value>),
    /// `data.apiErrorData`.
    ApiError {
        /// `errorCode`, a number or a text.
        code: Option<String>,
        /// `errorMessage`.
        message: Option<String>,
        /// `errorDescription`, whose shape is not documented.
        description: Option<String>,
    },
    /// A `message` beside neither `meta` nor `data`: the documented answer to bad credentials.
    Bare(String),
    /// A `message` inside `data`: a required member of the request is missing.
    MissingField(String),
    /// None of these: not JSON, empty, or JSON of another shape.
    Unreadable,
}

impl Envelope {
    /// Reads the bytes of an answer; `list` is the member of `data` that holds the method's results.
    ///
    /// An empty list beside a `type` is no result: the error that the `type` announces is.
    #[must_use]
    pub fn of(body: &[u8], list: &str) -> Self {
        let Ok(Value::Object(mut top)) = serde_json::from_slice(body) else {
            return Self::Unreadable;
        };
        let mut data = match top.remove("data") {
            Some(Value::Object(data)) => data,
            None | Some(Value::Null) => {
                return match top.remove("message") {
                    Some(Value::String(message)) => Self::Bare(message),
                    _ => Self::Unreadable,
                };
            }
            Some(_) => return Self::Unreadable,
        };
        let typed = data.get("type").is_some_and(Value::is_string);
        let results = match data.remove(list) {
            Some(Value::Array(results)) if !typed || !results.is_empty() => return Self::Results(results),
            Some(Value::Array(results)) => Some(results),
            _ => None,
        };
        if let Some(Value::Array(violations)) = data
            .get_mut("validationErrorData")
            .and_then(|data| data.get_mut("violations"))
            .map(Value::take)
        {
            return Self::Violations(violations);
        }
        if let Some(Value::Object(error)) = data.get("apiErrorData") {
            return Self::ApiError {
                code: error.get("errorCode").and_then(text_of),
                message: error.get("errorMessage").and_then(error_text),
                description: error.get("errorDescription").and_then(error_text),
            };
        }
        if let Some(Value::String(message)) = data.get("message") {
            return Self::MissingField(message.clone());
        }
        results.map_or(Self::Unreadable, Self::Results)
    }

    /// The error that this envelope stands for, of a request with `sent` records in its member `list`.
    ///
    /// - Violations refuse the request; those whose path is an index within it name their records.
    /// - An API error and a missing member refuse the request, unless the status says credentials, address, size or server.
    /// - A bare message means credentials, since that shape is documented for nothing else and its status is not; a status
    ///   that means an address, a size, a rate or the server is believed, for a proxy may use the same shape.
    /// - For the rest the status alone decides.
    #[must_use]
    pub fn to_error(&self, answer: &Answer, list: &str, sent: usize) -> CallError {
        let by_status = CallError::of_status(answer);
        match self {
            Self::Results(_) | Self::Unreadable => by_status,
            Self::Violations(elements) => refused(answer, elements, list, sent),
            Self::ApiError {
                code,
                message,
                description,
            } => {
                let mut error = refused_unless_said(&by_status, answer);
                let texts: Vec<&str> = [message, description]
                    .into_iter()
                    .flatten()
                    .map(String::as_str)
                    .collect();
                if !texts.is_empty() {
                    error = error.with_message(quote(answer, &texts.join("; ")));
                }
                match code {
                    Some(code) => error.with_code(quote(answer, code)),
                    None => error,
                }
            }
            Self::MissingField(message) => refused_unless_said(&by_status, answer).with_message(quote(answer, message)),
            Self::Bare(message) => {
                let kind = match by_status.kind() {
                    CallErrorKind::Unreadable | CallErrorKind::Refused => CallErrorKind::Credentials,
                    kind => kind,
                };
                let error = CallError::answered(kind, answer).with_message(quote(answer, message));
                // With a 2xx it may as well be a success nobody documented: the job stops, and claims nothing of this call.
                if answer.status().is_success() {
                    error.with_doubt()
                } else {
                    error
                }
            }
        }
    }
}

/// A readable refusal: a 2xx status takes nothing back, every other one may say more than "refused".
fn refused_unless_said(by_status: &CallError, answer: &Answer) -> CallError {
    let kind = match by_status.kind() {
        CallErrorKind::Unreadable => CallErrorKind::Refused,
        kind => kind,
    };
    CallError::answered(kind, answer)
}

/// A refusal with the records that it names, each once: the first violation of a record stands for it, however many
/// follow. The message tells of all of them.
fn refused(answer: &Answer, elements: &[Value], list: &str, sent: usize) -> CallError {
    let mut seen = HashSet::new();
    let mut named = Vec::new();
    let mut texts = Vec::new();
    for element in elements {
        let (path, message) = violation_of(element);
        texts.push(match path.is_empty() {
            true => message.clone(),
            false => format!("{path}: {message}"),
        });
        let index = violation_path(&path, list).map(|(index, _)| index);
        if let Some(index) = index.filter(|index| *index < sent && seen.insert(*index)) {
            named.push(Violation {
                index,
                path: quote(answer, &path),
                message: quote(answer, &message),
            });
        }
    }
    let error = CallError::answered(CallErrorKind::Refused, answer).with_violations(named);
    match texts.is_empty() {
        true => error,
        false => error.with_message(quote(answer, &texts.join("; "))),
    }
}

/// Path and text of one violation; both may be empty.
fn violation_of(element: &Value) -> (String, String) {
    let member = |name: &str| element.get(name).and_then(text_of).unwrap_or_default();
    let message = match element {
        Value::Object(_) => element.get("message").and_then(error_text),
        other => error_text(other),
    };
    (member("fieldPath"), message.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::json;

    use super::*;

    fn error(status: u16, body: &str) -> CallError {
        let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body.to_owned());
        Envelope::of(answer.trimmed_body(), "leads").to_error(&answer, "leads", 3)
    }

    #[test]
    fn a_result_list_is_a_result_with_or_without_meta() {
        for meta in [r#""meta":[],"#, r#""meta":{},"#, r#""meta":null,"#, ""] {
            let body = format!(r#"{{{meta}"data":{{"leads":[1]}}}}"#);
            assert_eq!(
                Envelope::of(body.as_bytes(), "leads"),
                Envelope::Results(vec![json!(1)])
            );
        }
    }

    #[test]
    fn an_empty_list_beside_an_announced_error_gives_way_to_it() {
        let body = r#"{"data":{"leads":[],"type":"validationError","validationErrorData":{"violations":[1]}}}"#;
        assert_eq!(
            Envelope::of(body.as_bytes(), "leads"),
            Envelope::Violations(vec![json!(1)])
        );
        let body = r#"{"data":{"leads":[],"type":"odd"}}"#;
        assert_eq!(Envelope::of(body.as_bytes(), "leads"), Envelope::Results(vec![]));
    }

    #[test]
    fn a_list_gives_way_to_violations_only_when_it_is_empty_and_an_error_is_announced() {
        let violations = r#""validationErrorData":{"violations":[2]}"#;
        let body = format!(r#"{{"data":{{"leads":[1],"type":"validationError",{violations}}}}}"#);
        assert_eq!(
            Envelope::of(body.as_bytes(), "leads"),
            Envelope::Results(vec![json!(1)])
        );
        let body = format!(r#"{{"data":{{"leads":[],{violations}}}}}"#);
        assert_eq!(Envelope::of(body.as_bytes(), "leads"), Envelope::Results(vec![]));
    }

    #[test]
    fn anything_else_is_unreadable() {
        for body in [
            "",
            "null",
            "[]",
            "<html>",
            "{}",
            r#"{"data":[]}"#,
            r#"{"data":{}}"#,
            r#"{"data":{"leads":{}}}"#,
            r#"{"message":1}"#,
            r#"{"data":{"type":"apiError","apiErrorData":null}}"#,
            r#"{"data":{"leads":[1]}"#,
        ] {
            assert_eq!(Envelope::of(body.as_bytes(), "leads"), Envelope::Unreadable, "{body}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(Envelope::of(deep.as_bytes(), "leads"), Envelope::Unreadable);
    }

    #[test]
    fn a_bare_message_means_credentials_unless_the_status_speaks_of_something_else() {
        let kind = |status| error(status, r#"{"message": "Access token не найден"}"#).kind();
        for status in [200, 400, 401, 403, 406, 422, 498] {
            assert_eq!(kind(status), CallErrorKind::Credentials, "{status}");
        }
        assert_eq!(kind(404), CallErrorKind::Target);
        assert_eq!(kind(405), CallErrorKind::Target);
        assert_eq!(kind(408), CallErrorKind::Server);
        assert_eq!(kind(413), CallErrorKind::TooLarge);
        assert_eq!(kind(414), CallErrorKind::TooLarge);
        assert_eq!(kind(429), CallErrorKind::RateLimited);
        assert_eq!(kind(500), CallErrorKind::Server);
        assert_eq!(kind(503), CallErrorKind::Server);
    }

    #[test]
    fn an_api_error_keeps_code_and_text() {
        let body = r#"{"meta": [], "data": {"type": "apiError", "apiErrorData": {"errorCode": "1",
            "errorMessage": "syntax", "errorDescription": {"at": 3}}, "validationErrorData": null}}"#;
        let refused = error(200, body);
        assert_eq!(refused.kind(), CallErrorKind::Refused);
        assert_eq!(refused.code(), Some("1"));
        assert_eq!(refused.message(), Some(r#"syntax; {"at":3}"#));
        assert_eq!(error(500, body).kind(), CallErrorKind::Server);
        assert_eq!(error(403, body).kind(), CallErrorKind::Credentials);
        assert_eq!(error(404, body).kind(), CallErrorKind::Target);
    }

    #[test]
    fn an_api_error_may_have_a_text_alone() {
        let body = r#"{"data":{"type":"apiError","apiErrorData":{"errorMessage":"syntax"}}}"#;
        let refused = error(200, body);
        assert_eq!((refused.code(), refused.message()), (None, Some("syntax")));
    }

    #[test]
    fn only_violations_within_the_request_name_records() {
        let body = r#"{"data":{"type":"validationError","validationErrorData":{"violations":[
            {"fieldPath":"leads[1].matching","message":"a"},
            {"fieldPath":"leads[3]","message":"b"},
            {"fieldPath":null,"message":"c"},
            "d"]}}}"#;
        let refused = error(422, body);
        assert_eq!(refused.kind(), CallErrorKind::Refused);
        assert_eq!(refused.violations().len(), 1);
        assert_eq!(refused.violations()[0].index, 1);
        assert_eq!(refused.message(), Some("leads[1].matching: a; leads[3]: b; c; d"));
    }

    #[test]
    fn a_record_that_is_named_again_and_again_is_named_once() {
        let violation = |n: usize| format!(r#"{{"fieldPath":"leads[{}]","message":"m{n}"}}"#, n % 2);
        let of = |count: usize| {
            let violations: Vec<String> = (0..count).map(violation).collect();
            let body = format!(
                r#"{{"data":{{"type":"validationError","validationErrorData":{{"violations":[{}]}}}}}}"#,
                violations.join(",")
            );
            error(422, &body)
        };
        for count in [10, 10_000] {
            let refused = of(count);
            let named: Vec<(usize, &str)> = refused
                .violations()
                .iter()
                .map(|violation| (violation.index, violation.message.as_str()))
                .collect();
            assert_eq!(named, [(0, "m0"), (1, "m1")], "{count}");
        }
        assert!(of(3).message().unwrap().contains("leads[0]: m2"));
    }
}
