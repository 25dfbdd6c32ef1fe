//! What an answer says about one member: one entry, or one for each of its records in the campaign.

use batchwise_core::transport::Answer;
use batchwise_core::{Fact, Facts, Said, Statement};
use serde_json::Value;

use super::{QUOTE_BYTES, quote, text_of};

/// The entries under one name.
#[derive(Debug)]
pub(super) struct Entries<'a>(Vec<&'a Value>);

/// What the `status` of an entry says; nothing else in it decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Removed,
    NotExist,
    CallInProgress,
    Other,
}

impl Status {
    /// The documented words, in any case; look-alikes (`NOT_EXISTS`, `NOT_FOUND`) are other words.
    fn of(entry: &Value) -> Self {
        let word = entry.get("status").and_then(Value::as_str).unwrap_or_default().trim();
        let is = |documented: &str| word.eq_ignore_ascii_case(documented);
        if is("REMOVED") {
            Self::Removed
        } else if is("NOT_EXIST") {
            Self::NotExist
        } else if is("CALL_IN_PROGRESS") {
            Self::CallInProgress
        } else {
            Self::Other
        }
    }
}

impl<'a> Entries<'a> {
    /// An object is one entry, a list as many as it holds (none, for an empty object as PHP writes it).
    pub(super) fn of(value: &'a Value) -> Self {
        match value {
            Value::Array(entries) => Self(entries.iter().collect()),
            entry => Self::one(entry),
        }
    }

    /// One entry.
    pub(super) fn one(entry: &'a Value) -> Self {
        Self(vec![entry])
    }

    /// One more entry.
    pub(super) fn push(&mut self, entry: &'a Value) {
        self.0.push(entry);
    }

    /// True when one of the entries has a text as its status.
    pub(super) fn have_a_status(&self) -> bool {
        self.0
            .iter()
            .any(|entry| entry.get("status").is_some_and(Value::is_string))
    }

    /// All entries as one statement, the least settled one first; `None` without entries.
    pub(super) fn statement(&self, answer: &Answer) -> Option<Statement> {
        if self.0.is_empty() {
            return None;
        }
        let any = |status| self.0.iter().any(|entry| Status::of(entry) == status);
        let removed = any(Status::Removed);
        let said = if any(Status::Other) {
            Said::Unclear
        } else if any(Status::CallInProgress) {
            Said::Busy { partly: removed }
        } else if removed {
            Said::Done
        } else {
            Said::Absent
        };
        let facts = self.record_ids(removed);
        let statement = Statement::new(said).with_facts(facts);
        Some(match said {
            // Nothing is left to explain.
            Said::Done => statement,
            _ => statement.with_text(self.text(answer)),
        })
    }

    /// The campaign's records that were removed, or, where none was, those that the entries name.
    fn record_ids(&self, removed: bool) -> Facts {
        let told = self
            .0
            .iter()
            .filter(|entry| !removed || Status::of(entry) == Status::Removed);
        let ids: Vec<u64> = told.filter_map(|entry| number_of(entry.get("record_id")?)).collect();
        match ids.as_slice() {
            [] => Facts::none(),
            [id] => Facts::none().with("record_id", *id),
            _ => Facts::none().with("record_ids", Fact::Numbers(ids)),
        }
    }

    /// What the entries say in the provider's words, each of them once, until no more of them would be quoted.
    fn text(&self, answer: &Answer) -> String {
        let mut texts: Vec<String> = Vec::new();
        let mut bytes = 0;
        for entry in &self.0 {
            let text = text(entry, answer);
            if !texts.contains(&text) {
                bytes += text.len();
                texts.push(text);
            }
            if bytes > QUOTE_BYTES {
                break;
            }
        }
        quote(answer, &texts.join(", "))
    }
}

/// Status and message, or the whole entry where it has no status.
fn text(entry: &Value, answer: &Answer) -> String {
    let part = |name| entry.get(name).and_then(text_of).map(|text| quote(answer, &text));
    match (part("status"), part("message")) {
        (Some(status), Some(message)) => format!("{status}: {message}"),
        (Some(status), None) => status,
        (None, _) => quote(answer, &entry.to_string()),
    }
}

/// A whole number, written as a number or as a text.
fn number_of(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64(),
    }
}
