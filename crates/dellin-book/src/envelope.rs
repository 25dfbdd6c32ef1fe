//! The frame that every answer of this provider has: `metadata`, then `data` or `errors`.

use batchwise_core::transport::{Answer, MAX_ANSWER_VALUES};
use batchwise_core::{CallError, CallErrorKind};
use serde_json::{Map, Value};

/// Most errors of one answer that are quoted.
const MOST_FAILURES: usize = 20;

/// Most bytes of quoted error text.
const MOST_TEXT: usize = 1000;

/// A readable answer, whatever it says.
#[derive(Debug)]
pub(crate) struct Envelope {
    root: Map<String, Value>,
    failures: Vec<Failure>,
}

/// One error that an answer gives.
#[derive(Debug, Default, PartialEq)]
struct Failure {
    code: Option<String>,
    text: String,
}

impl Envelope {
    /// Reads a JSON or XML answer by its first byte that is not blank; `None` when it is neither or has another frame.
    pub(crate) fn read(answer: &Answer) -> Option<Self> {
        Self::read_within(answer, MAX_ANSWER_VALUES)
    }

    /// The same for an answer with at most so many values.
    pub(crate) fn read_within(answer: &Answer, most_values: usize) -> Option<Self> {
        let Value::Object(root) = tree(answer, most_values)? else {
            return None;
        };
        let known = ["metadata", "data", "errors", "error", "sessionID"];
        if !known.iter().any(|name| root.contains_key(*name)) {
            return None;
        }
        let mut failures = Vec::new();
        for name in ["errors", "error"] {
            failures.extend(root.get(name).map(failures_of).unwrap_or_default());
        }
        Some(Self { root, failures })
    }

    /// What stands under `data`.
    pub(crate) fn data(&self) -> Option<&Value> {
        self.root.get("data")
    }

    /// What stands under a name at the top, as the retired version 1 answers.
    pub(crate) fn top(&self, name: &str) -> Option<&Value> {
        self.root.get(name)
    }

    /// A text of the metadata.
    pub(crate) fn metadata(&self, name: &str) -> Option<&str> {
        self.root.get("metadata")?.get(name)?.as_str()
    }

    /// `metadata.status`: a number in all examples, called a string on one page.
    fn stated(&self) -> Option<u16> {
        let status = number(self.root.get("metadata")?.get("status")?)?;
        u16::try_from(status).ok().filter(|status| (200..=599).contains(status))
    }

    /// The status that counts: HTTP's unless that is a success, else the one in the metadata. Refused credentials and
    /// faults of the server count wherever they are said.
    fn effective(&self, answer: &Answer) -> u16 {
        let http = answer.status().as_u16();
        match self.stated() {
            Some(stated) if answer.status().is_success() || matches!(stated, 401 | 403 | 500..) => stated,
            _ => http,
        }
    }

    /// True when neither status speaks of a failure.
    pub(crate) fn is_success_by_status(&self, answer: &Answer) -> bool {
        (200..300).contains(&self.effective(answer))
    }

    /// The kind of failure that the answer reports; `None` for a success.
    pub(crate) fn failure(&self, answer: &Answer) -> Option<CallErrorKind> {
        let kind = match self.effective(answer) {
            200..=299 if self.failures.is_empty() => return None,
            // An error beside a good status is still the answer of a service that did nothing.
            200..=299 => CallErrorKind::Refused,
            300..=399 | 404 | 405 | 410 => CallErrorKind::Target,
            401 | 403 | 407 => CallErrorKind::Credentials,
            408 => CallErrorKind::Server,
            413 | 414 | 431 => CallErrorKind::TooLarge,
            429 => CallErrorKind::RateLimited,
            400..=499 => CallErrorKind::Refused,
            _ => CallErrorKind::Server,
        };
        Some(kind)
    }

    /// The error with the provider's own words and code, masked. Codes are an open set and decide nothing.
    pub(crate) fn error(&self, kind: CallErrorKind, answer: &Answer) -> CallError {
        let mut error = CallError::answered(kind, answer);
        if let Some(code) = self.failures.iter().find_map(|failure| failure.code.as_ref()) {
            error = error.with_code(answer.mask(code));
        }
        let mut text = String::new();
        for failure in self.failures.iter().take(MOST_FAILURES) {
            if failure.text.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push_str("; ");
                // The first one's code is the error's own.
                if let Some(code) = &failure.code {
                    text.push_str(&format!("[{code}] "));
                }
            }
            text.push_str(&failure.text);
        }
        if text.is_empty() {
            text.push_str(self.metadata("detail").unwrap_or_default());
        }
        let mut text = answer.mask(text.trim());
        if text.is_empty() {
            return error;
        }
        let mut end = text.len().min(MOST_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        error.with_message(text)
    }
}

/// The answer as a tree; `None` for what is neither JSON nor XML of this provider.
fn tree(answer: &Answer, most_values: usize) -> Option<Value> {
    let body = answer.trimmed_body();
    match body.first()? {
        b'{' | b'[' => {
            let body = answer.json_body_of(most_values);
            serde_json::from_slice(body).ok().or_else(|| {
                // Raw line breaks within texts have been seen. Outside of texts they mean no more than a blank.
                let text = String::from_utf8_lossy(body);
                serde_json::from_str(&text.replace(|c: char| c.is_ascii_control(), " ")).ok()
            })
        }
        #[cfg(feature = "xml")]
        b'<' => crate::xml::response(&String::from_utf8_lossy(body)),
        _ => None,
    }
}

/// A whole number or digits in a text.
pub(crate) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => {
            let text = text.trim();
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten()
        }
        _ => None,
    }
}

/// One or many: an array's items, nothing for null, else the value alone.
pub(crate) fn each(value: &Value) -> &[Value] {
    match value {
        Value::Null => &[],
        Value::Array(values) => values,
        only => std::slice::from_ref(only),
    }
}

/// Everything that `errors` or `error` may hold: objects, one object, a wrapper, texts by field, a text.
fn failures_of(errors: &Value) -> Vec<Failure> {
    let mut failures = Vec::new();
    for error in each(errors) {
        match error {
            Value::Object(members) if is_failure(members) => failures.push(Failure::of_object(members)),
            Value::Object(members) => {
                for (name, value) in members {
                    for value in each(value) {
                        failures.extend(match value {
                            Value::Object(wrapped) => Some(Failure::of_object(wrapped)),
                            value => Failure::of_field(name, value),
                        });
                    }
                }
            }
            value => failures.extend(words(value).map(Failure::of_text)),
        }
    }
    failures
}

/// An error object has at least one of the documented members; a map from fields to texts has none.
fn is_failure(members: &Map<String, Value>) -> bool {
    let known = ["code", "title", "detail", "link", "description", "message"];
    known.iter().any(|name| members.contains_key(*name))
}

impl Failure {
    fn of_text(text: String) -> Self {
        Self { code: None, text }
    }

    fn of_field(name: &str, value: &Value) -> Option<Self> {
        // Neither word of a wrapper names a field.
        let wrapper = matches!(name, "error" | "errors");
        words(value).map(|text| Self::of_text(if wrapper { text } else { format!("{name}: {text}") }))
    }

    fn of_object(members: &Map<String, Value>) -> Self {
        let mut text: Vec<String> = Vec::new();
        for name in ["title", "detail", "description", "message"] {
            if let Some(words) = members.get(name).and_then(words) {
                if !text.contains(&words) {
                    text.push(words);
                }
            }
        }
        let mut text = text.join(": ");
        for (name, label) in [("fields", "fields"), ("badValues", "refused values")] {
            let listed = members.get(name).map(listed).unwrap_or_default();
            if !listed.is_empty() {
                text.push_str(&format!(" ({label}: {})", listed.join(", ")));
            }
        }
        Self {
            code: members.get("code").and_then(number).map(|code| code.to_string()),
            text: text.trim().to_owned(),
        }
    }
}

/// A text or number as words; `None` for what says nothing (null, false, zero, blanks) and for what is no plain value.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) if number.as_f64() != Some(0.0) => Some(number.to_string()),
        Value::Bool(true) => Some("true".to_owned()),
        _ => None,
    }
}

/// Plain values, one or many, bare or each in an element of its own.
fn listed(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for value in each(value) {
        match value {
            Value::Object(wrapped) => all.extend(wrapped.values().flat_map(each).filter_map(words)),
            value => all.extend(words(value)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    fn error(status: u16, body: &str) -> CallError {
        let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body.to_owned());
        let envelope = Envelope::read(&answer).unwrap();
        let kind = envelope.failure(&answer).unwrap();
        envelope.error(kind, &answer)
    }

    /// Entry 14 of the fixture list.
    #[test]
    fn two_errors_are_quoted_with_fields_and_the_first_code() {
        let error = error(
            400,
            r#"{"metadata":{"status":400,"detail":"bad request"},"errors":[
                {"code":110003,"title":"Short","detail":"Longer","link":"https://dev.dellin.ru/","fields":["a","b"]},
                {"code":"281017","title":"Other","fields":["c"],"validValues":[1,2],"badValues":["x",3]}]}"#,
        );
        assert_eq!(error.kind(), CallErrorKind::Refused);
        assert_eq!(error.code(), Some("110003"));
        assert_eq!(
            error.message(),
            Some("Short: Longer (fields: a, b); [281017] Other (fields: c) (refused values: x, 3)")
        );
    }

    /// Entries 15 to 18.
    #[test]
    fn every_other_shape_of_errors_gives_its_words() {
        for (body, words) in [
            (r#"{"errors":[{"code":1,"title":"T","fields":"a"}]}"#, "T (fields: a)"),
            (r#"{"errors":"no such thing"}"#, "no such thing"),
            (r#"{"errors":{"phoneIDs":"not a number"}}"#, "phoneIDs: not a number"),
            (
                r#"{"errors":{"phoneIDs":["one","two"]}}"#,
                "phoneIDs: one; phoneIDs: two",
            ),
            (r#"{"errors":{"code":1,"detail":"D"}}"#, "D"),
            (r#"{"errors":{"error":{"code":1,"title":"T"}}}"#, "T"),
            (r#"{"errors":{"phoneIDs":true}}"#, "phoneIDs: true"),
            (
                r#"{"errors":[{"title":"T","fields":[{"field":"a"},{"field":["b","c"]}]}]}"#,
                "T (fields: a, b, c)",
            ),
            (r#"{"errors":[{"code":1},{"title":"T"}]}"#, "T"),
            (r#"{"errors":["one","two"]}"#, "one; two"),
            (r#"{"error":{"description":"gateway"}}"#, "gateway"),
            (r#"{"error":"gateway"}"#, "gateway"),
            (r#"{"errors":[],"metadata":{"detail":"bad request"}}"#, "bad request"),
        ] {
            assert_eq!(error(400, body).message(), Some(words), "{body}");
        }
    }

    #[test]
    fn empty_errors_are_none() {
        for errors in ["null", "[]", "{}", "\"\"", "false", "0", "[null]"] {
            let body = format!(r#"{{"metadata":{{"status":200}},"errors":{errors},"data":{{}}}}"#);
            let answer = Answer::of(StatusCode::OK, body);
            assert_eq!(Envelope::read(&answer).unwrap().failure(&answer), None, "{errors}");
        }
    }

    #[test]
    fn http_counts_before_the_metadata_except_for_credentials_and_server_faults() {
        for (http, stated, kind) in [
            (200, "401", CallErrorKind::Credentials),
            (200, "\"403\"", CallErrorKind::Credentials),
            (200, "400", CallErrorKind::Refused),
            (200, "404", CallErrorKind::Target),
            (200, "413", CallErrorKind::TooLarge),
            (200, "429", CallErrorKind::RateLimited),
            (200, "503", CallErrorKind::Server),
            (400, "200", CallErrorKind::Refused),
            (400, "401", CallErrorKind::Credentials),
            (400, "500", CallErrorKind::Server),
            (401, "400", CallErrorKind::Credentials),
            (403, "\"x\"", CallErrorKind::Credentials),
            (500, "200", CallErrorKind::Server),
            (404, "0", CallErrorKind::Target),
            (408, "200", CallErrorKind::Server),
            (200, "408", CallErrorKind::Server),
        ] {
            let body = format!(r#"{{"metadata":{{"status":{stated}}},"errors":"x"}}"#);
            assert_eq!(error(http, &body).kind(), kind, "{http} {stated}");
        }
    }

    #[test]
    fn raw_line_breaks_in_texts_and_a_byte_order_mark_are_read_over() {
        let error = error(400, "\u{feff} \n{\"errors\":[{\"code\":1,\"title\":\"one\ntwo\"}]}");
        assert_eq!(error.message(), Some("one two"));
    }

    #[test]
    fn another_frame_is_no_envelope() {
        for body in [
            "",
            "null",
            "[]",
            "{}",
            "[1]",
            r#"{"message":"x"}"#,
            "<html></html>",
            "oops",
            "{\"data\":",
        ] {
            assert!(Envelope::read(&Answer::of(StatusCode::OK, body)).is_none(), "{body}");
        }
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        for before in ["", "x"] {
            let body = format!(r#"{{"errors":"{before}{}"}}"#, "ж".repeat(5000));
            let error = error(400, &body);
            let message = error.message().unwrap();
            assert!(message.len() <= MOST_TEXT);
            assert!(message.strip_prefix(before).unwrap().chars().all(|c| c == 'ж'));
        }
    }
}
