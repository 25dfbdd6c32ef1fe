//! From the bytes of an answer to what it says about each member, or to the error it stands for. Judges nothing.

mod all_removed;
mod entries;
mod error_body;
mod repeats;
mod results;

use batchwise_core::transport::Answer;
use batchwise_core::{CallError, CallErrorKind, Reply};
use serde_json::Value;

use crate::record::Member;
use error_body::ErrorBody;
use results::Results;

/// Reads an answer to a request for these members.
///
/// # Errors
/// [`CallError`] for a refusal, for a status that stands for one, and for a 2xx whose body names no members.
pub(crate) fn reply<M: Member>(answer: &Answer, sent: &[M]) -> Result<Reply, CallError> {
    match all_removed::read(answer, sent) {
        Some(reply) => Ok(reply),
        None => interpreted(answer, sent),
    }
}

/// The answer as a tree, whatever it is.
fn interpreted<M: Member>(answer: &Answer, sent: &[M]) -> Result<Reply, CallError> {
    let body = answer.json_body();
    let of_status = || CallError::of_status(answer);
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Err(of_status());
    };
    let error = ErrorBody::read(&value);
    let refused = |refusal| Err(error.explain(answer, refusal));
    if repeats::a_name_repeats(body, &value) {
        // Which of the two is meant nobody can tell.
        return refused(of_status());
    }
    let results = Results::read::<M>(&value);
    if answer.status().is_success() {
        return match results {
            Some(results) if error.is_empty() || results.names_an_id() => Ok(results.reply(answer, sent)),
            Some(_) => refused(CallError::answered(CallErrorKind::Refused, answer)),
            None => refused(of_status().with_message("neither an object of results nor an empty list")),
        };
    }
    match of_status().kind() {
        // These kinds say that nothing was done. An answer that tells what was done knows better.
        CallErrorKind::Refused | CallErrorKind::Target => match results {
            Some(results) if results.tell_of(sent) => Ok(results.reply(answer, sent)),
            _ => refused(of_status()),
        },
        _ => refused(of_status()),
    }
}

/// The refusal that a readable answer to a question tells of beside a good status; `None` when it tells of none.
pub(crate) fn refusal(answer: &Answer, value: &Value) -> Option<CallError> {
    let error = ErrorBody::read(value);
    (!error.is_empty()).then(|| error.explain(answer, CallError::answered(CallErrorKind::Refused, answer)))
}

/// The error that a readable answer with a bad status stands for.
pub(crate) fn explained(answer: &Answer, value: &Value) -> CallError {
    ErrorBody::read(value).explain(answer, CallError::of_status(answer))
}

/// Most bytes of a provider's text that are quoted.
const QUOTE_BYTES: usize = 512;

/// A text of the answer as it may be shown: secrets masked, then cut.
fn quote(answer: &Answer, text: &str) -> String {
    let mut quoted = answer.mask(text.trim());
    let mut end = quoted.len().min(QUOTE_BYTES);
    while !quoted.is_char_boundary(end) {
        end -= 1;
    }
    quoted.truncate(end);
    quoted
}

/// A number or a text as text: the provider writes ids and codes either way.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
