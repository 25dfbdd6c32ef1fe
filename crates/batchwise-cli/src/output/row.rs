//! An outcome as it is written.

use batchwise::{Fact, Outcome, Record};
use batchwise_journal::Verified;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// An outcome's fields, formatted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutcomeRow {
    pub(crate) record: String,
    pub(crate) campaign: Option<String>,
    pub(crate) outcome: &'static str,
    pub(crate) attempts: u32,
    pub(crate) detail: Option<String>,
    pub(crate) line: u64,
    pub(crate) at: String,
    pub(crate) provider: Option<Value>,
    /// What a look at the provider after the job showed.
    pub(crate) verified: Option<Verified>,
}

impl OutcomeRow {
    /// Formats an outcome. Keys of records that are no key by themselves are led by their line: `3:900100`.
    pub(crate) fn of<R: Record>(outcome: &Outcome<R>, led_by_line: bool) -> Self {
        let mut facts: Map<String, Value> = outcome
            .facts
            .iter()
            .map(|(name, fact)| (name.to_owned(), value_of(fact)))
            .collect();
        let request_id = outcome
            .reason
            .as_ref()
            .and_then(|reason| reason.error())
            .and_then(|error| error.request_id());
        if let Some(id) = request_id {
            facts.insert("error_request_id".to_owned(), Value::from(id));
        }
        let key = outcome.key();
        Self {
            record: if led_by_line && outcome.record().is_some() {
                format!("{}:{key}", outcome.line)
            } else {
                key
            },
            campaign: outcome.scope(),
            outcome: outcome.verdict.as_str(),
            attempts: outcome.attempts,
            detail: outcome.detail(),
            line: outcome.line,
            at: time(outcome.at),
            provider: (!facts.is_empty()).then_some(Value::Object(facts)),
            verified: None,
        }
    }

    /// As one line of JSON, members in the documented order.
    pub(crate) fn ndjson(&self, with_campaign: bool) -> String {
        let text = |text: &str| Value::from(text).to_string();
        let campaign = match (&self.campaign, with_campaign) {
            (Some(campaign), _) => format!("\"campaign\":{},", text(campaign)),
            (None, true) => "\"campaign\":null,".to_owned(),
            (None, false) => String::new(),
        };
        let detail = self.detail.as_deref().map_or_else(|| "null".to_owned(), text);
        let provider = self
            .provider
            .as_ref()
            .map_or_else(|| "null".to_owned(), Value::to_string);
        let verified = self
            .verified
            .map_or_else(String::new, |verified| format!(",\"verified\":\"{verified}\""));
        format!(
            "{{\"record\":{},{campaign}\"outcome\":\"{}\",\"attempts\":{},\"detail\":{detail},\"line\":{},\"at\":\"{}\",\
             \"provider\":{provider}{verified}}}",
            text(&self.record),
            self.outcome,
            self.attempts,
            self.line,
            self.at,
        )
    }

    /// As a line that people read.
    pub(crate) fn human(&self) -> String {
        let record = match &self.campaign {
            Some(campaign) => format!("{campaign}:{}", self.record),
            None => self.record.clone(),
        };
        let mut line = format!("{:<16}  {}", self.outcome, one_line(&record));
        if let Some(detail) = &self.detail {
            line.push_str(&format!("  ({})", one_line(detail)));
        }
        if let Some(verified) = self.verified {
            line.push_str(&format!("  [verified: {verified}]"));
        }
        line
    }
}

/// The text with control characters escaped: a line stays a line, and nothing from outside steers a terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let escaped = character.is_control().then(|| character.escape_default());
            let plain = escaped.is_none().then_some(character);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

fn value_of(fact: &Fact) -> Value {
    match fact {
        Fact::Number(number) => Value::from(*number),
        Fact::Numbers(numbers) => Value::from(numbers.clone()),
        other => Value::from(other.to_string()),
    }
}

/// `2026-11-22T08:00:00Z`.
pub(crate) fn time(at: std::time::SystemTime) -> String {
    Timestamp::try_from(at).map_or_else(|_| String::new(), |at| format!("{at:.0}"))
}
