//! The body of a refused request: `{"request_id": "...", "errors": [{"message": "...", "code": 1}]}`.

use batchwise_core::CallError;
use batchwise_core::transport::Answer;
use serde_json::Value;

use super::{quote, text_of};

const ERRORS: &str = "errors";
const REQUEST_ID: &str = "request_id";

/// True for a member of an error body, which never is the name of a result.
pub(super) fn is_part(name: &str) -> bool {
    name == ERRORS || name == REQUEST_ID
}

/// What an error body tells; nothing at all for any other body.
#[derive(Debug, Default)]
pub(super) struct ErrorBody {
    errors: usize,
    messages: Vec<String>,
    code: Option<String>,
    request_id: Option<String>,
}

impl ErrorBody {
    /// Reads what is there: codes are numbers or texts, `field` may be added, everything may be missing.
    pub(super) fn read(value: &Value) -> Self {
        let errors = value
            .get(ERRORS)
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let text = |entry: &Value, name: &str| entry.get(name).and_then(text_of).filter(|text| !text.trim().is_empty());
        let message = |error: &Value| {
            let message = text(error, "message").or_else(|| error.as_str().map(str::to_owned))?;
            Some(match text(error, "field") {
                Some(field) => format!("{message} ({field})"),
                None => message,
            })
        };
        Self {
            errors: errors.len(),
            messages: errors.iter().filter_map(message).collect(),
            code: errors.iter().find_map(|error| text(error, "code")),
            request_id: text(value, REQUEST_ID),
        }
    }

    /// True when the body tells of no error.
    pub(super) fn is_empty(&self) -> bool {
        self.errors == 0
    }

    /// The error with what the body tells, secrets masked. The body's request id goes before the header's.
    pub(super) fn explain(&self, answer: &Answer, mut error: CallError) -> CallError {
        if !self.messages.is_empty() {
            error = error.with_message(quote(answer, &self.messages.join("; ")));
        }
        if let Some(code) = &self.code {
            error = error.with_code(quote(answer, code));
        }
        if let Some(id) = &self.request_id {
            error = error.with_request_id(quote(answer, id));
        }
        error
    }
}
