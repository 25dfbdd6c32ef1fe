//! Values as a journal writes them, and back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use batchwise_core::{Fact, Facts, Sent, Verdict};
use serde_json::{Map, Value};

/// Milliseconds since 1970; before it 0.
pub(crate) fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

pub(crate) fn time(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// A count or a line as SQLite's signed number. What does not fit is held at the end of the range.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(crate) fn verdict(word: &str) -> Option<Verdict> {
    Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == word)
}

/// How far a call came, in one word.
pub(crate) const fn sent(sent: Option<Sent>) -> &'static str {
    match sent {
        Some(Sent::No) => "no",
        Some(Sent::Maybe) => "maybe",
        Some(Sent::Answered(_)) | None => "answered",
    }
}

/// Facts as a JSON object, if there are any.
pub(crate) fn facts(facts: &Facts) -> Option<String> {
    if facts.is_empty() {
        return None;
    }
    let members = facts.iter().map(|(name, fact)| (name.to_owned(), value(fact)));
    Some(Value::Object(members.collect::<Map<_, _>>()).to_string())
}

fn value(fact: &Fact) -> Value {
    match fact {
        Fact::Number(number) => Value::from(*number),
        Fact::Numbers(numbers) => Value::from(numbers.clone()),
        other => Value::from(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_is_read_back() {
        for known in Verdict::ALL {
            assert_eq!(verdict(known.as_str()), Some(known));
        }
        assert_eq!(verdict("gone"), None);
    }

    #[test]
    fn facts_are_a_json_object() {
        let of = |name, fact: Fact| facts(&Facts::none().with(name, fact));
        assert_eq!(of("record_id", Fact::Number(7)).as_deref(), Some(r#"{"record_id":7}"#));
        assert_eq!(
            of("note", Fact::Text("a \"b\"".into())).as_deref(),
            Some(r#"{"note":"a \"b\""}"#)
        );
        assert_eq!(
            of("ids", Fact::Numbers(vec![1, 2])).as_deref(),
            Some(r#"{"ids":[1,2]}"#)
        );
        assert_eq!(facts(&Facts::none()), None);
    }

    #[test]
    fn times_keep_their_milliseconds() {
        let at = UNIX_EPOCH + Duration::from_millis(1_764_000_000_123);
        assert_eq!(time(millis(at)), at);
    }
}
