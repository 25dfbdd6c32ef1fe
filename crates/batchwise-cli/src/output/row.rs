//! An outcome as it is written.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use batchwise::{Fact, Outcome, Record, push_json_text};
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
    /// Shared with the other outcomes of its second.
    pub(crate) at: Arc<str>,
    pub(crate) provider: Option<Value>,
    /// What a look at the provider after the job showed.
    pub(crate) verified: Option<Verified>,
}

impl OutcomeRow {
    /// Formats an outcome. Keys of records that are no key by themselves are led by their line: `3:900100`.
    pub(crate) fn of<R: Record>(outcome: &Outcome<R>, led_by_line: bool) -> Self {
        // Of most there is nothing to tell, and no map is made to find that out.
        let has_facts = !outcome.facts.is_empty() || outcome.reason.is_some();
        let facts = has_facts.then(|| facts_of(outcome));
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
            at: stamp(outcome.at),
            provider: facts.filter(|facts| !facts.is_empty()).map(Value::Object),
            verified: None,
        }
    }

    /// Writes it as one object of JSON, members in the documented order.
    pub(crate) fn ndjson(&self, with_campaign: bool, to: &mut String) {
        // By hand: through a serializer each member costs thrice as much, and there is a line for every record.
        let mut digits = itoa::Buffer::new();
        to.push_str("{\"record\":");
        push_json_text(to, &self.record);
        if with_campaign || self.campaign.is_some() {
            to.push_str(",\"campaign\":");
            push_text_or_null(to, self.campaign.as_deref());
        }
        to.push_str(",\"outcome\":\"");
        to.push_str(self.outcome);
        to.push_str("\",\"attempts\":");
        to.push_str(digits.format(self.attempts));
        to.push_str(",\"detail\":");
        push_text_or_null(to, self.detail.as_deref());
        to.push_str(",\"line\":");
        to.push_str(digits.format(self.line));
        to.push_str(",\"at\":\"");
        to.push_str(&self.at);
        to.push_str("\",\"provider\":");
        match &self.provider {
            Some(provider) => to.push_str(&provider.to_string()),
            None => to.push_str("null"),
        }
        if let Some(verified) = self.verified {
            to.push_str(",\"verified\":\"");
            to.push_str(verified.as_str());
            to.push('"');
        }
        to.push('}');
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

fn push_text_or_null(json: &mut String, text: Option<&str>) {
    match text {
        Some(text) => push_json_text(json, text),
        None => json.push_str("null"),
    }
}

/// What else the provider gave, by name.
pub(crate) fn facts_of<R: Record>(outcome: &Outcome<R>) -> Map<String, Value> {
    let facts = outcome.facts.iter();
    let mut facts: Map<String, Value> = facts.map(|(name, fact)| (name.to_owned(), value_of(fact))).collect();
    let error = outcome.reason.as_ref().and_then(|reason| reason.error());
    if let Some(id) = error.and_then(|error| error.request_id()) {
        facts.insert("error_request_id".to_owned(), Value::from(id));
    }
    facts
}

fn value_of(fact: &Fact) -> Value {
    match fact {
        Fact::Number(number) => Value::from(*number),
        Fact::Numbers(numbers) => Value::from(numbers.clone()),
        other => Value::from(other.to_string()),
    }
}

/// `2026-11-22T08:00:00Z`.
pub(crate) fn time(at: SystemTime) -> String {
    stamp(at).to_string()
}

/// The same, one text for all that were settled in a second.
pub(crate) fn stamp(at: SystemTime) -> Arc<str> {
    thread_local! {
        /// The time that was written last: hundreds of records share theirs, or its second.
        static LAST: RefCell<Option<(SystemTime, Arc<str>)>> = const { RefCell::new(None) };
    }
    let second = |at: SystemTime| at.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
    LAST.with_borrow_mut(|last| match last {
        Some((known, text)) if *known == at => Arc::clone(text),
        Some((known, text)) if second(at).is_some() && second(*known) == second(at) => {
            *known = at;
            Arc::clone(text)
        }
        _ => {
            let text: Arc<str> = written(at).into();
            *last = Some((at, Arc::clone(&text)));
            text
        }
    })
}

fn written(at: SystemTime) -> String {
    Timestamp::try_from(at).map_or_else(|_| String::new(), |at| format!("{at:.0}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_is_its_second_however_much_of_it_is_over() {
        for (millis, text) in [
            (1_000, "1970-01-01T00:00:01Z"),
            (1_999, "1970-01-01T00:00:01Z"),
            (2_000, "1970-01-01T00:00:02Z"),
            (999, "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(time(UNIX_EPOCH + Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn a_time_before_1970_is_no_other_one() {
        let before = |seconds| time(UNIX_EPOCH - Duration::from_secs(seconds));
        assert_eq!(
            [before(1), before(60)],
            ["1969-12-31T23:59:59Z", "1969-12-31T23:59:00Z"]
        );
    }

    #[test]
    fn a_key_of_any_characters_is_one_text_of_json() {
        for key in ["51001", "№ 5", "a\"b", "a\\b", "a\nb", "\u{1f}", "\u{7f}", ""] {
            let row = OutcomeRow {
                record: key.into(),
                campaign: None,
                outcome: "rejected",
                attempts: 0,
                detail: Some("a \"reason\"".into()),
                line: 1,
                at: stamp(UNIX_EPOCH),
                provider: None,
                verified: None,
            };
            let mut line = String::new();
            row.ndjson(false, &mut line);
            let value: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(value["record"], key);
            assert_eq!(value["detail"], "a \"reason\"");
            assert_eq!(line.lines().count(), 1);
        }
    }
}
