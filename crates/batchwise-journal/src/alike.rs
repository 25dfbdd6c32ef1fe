//! Which entries can share a row.

use batchwise_core::Verdict;
use batchwise_core::journal::{JournalEntries, JournalKey, JournalVerdict};

use crate::reasons::ReasonRow;
use crate::words;

/// One entry that has an outcome now.
#[derive(Clone, Copy)]
pub(crate) struct One<'a> {
    pub(crate) line: i64,
    pub(crate) key: JournalKey<'a>,
    pub(crate) content: Option<u128>,
    /// Everything else.
    pub(crate) verdict: &'a JournalVerdict,
}

impl<'a> One<'a> {
    /// Each entry of a verdict.
    pub(crate) fn each(verdict: &'a JournalVerdict) -> impl Iterator<Item = Self> {
        let entries = &verdict.entries;
        let parts = entries.lines().iter().zip(entries.keys()).zip(entries.contents());
        parts.map(|((line, key), content)| One {
            line: words::signed(*line),
            key,
            content,
            verdict,
        })
    }

    pub(crate) fn scope(&self) -> &'a str {
        scope_of(&self.verdict.entries)
    }
}

pub(crate) fn scope_of(entries: &JournalEntries) -> &str {
    entries.scope().unwrap_or_default()
}

/// True when line and key are all there is of each of these, and any tool reads their keys out of a sheaf.
pub(crate) fn are_bare(entries: &JournalEntries) -> bool {
    !entries.has_contents() && !entries.keys_contain('\0')
}

/// True for an end that no later run opens again and that tells nothing of one record alone.
pub(crate) fn is_shared(verdict: &JournalVerdict) -> bool {
    let is_final = !matches!(
        verdict.verdict,
        Verdict::NotSent | Verdict::Rejected | Verdict::Busy | Verdict::Unknown
    );
    is_final && !verdict.cut_short && !verdict.entries.has_contents() && verdict.facts.is_empty()
}

/// True when the records of both came to the same end in the same call.
pub(crate) fn are_alike(one: &JournalVerdict, other: &JournalVerdict) -> bool {
    let said = |verdict: &JournalVerdict| {
        (
            verdict.verdict,
            verdict.reached,
            verdict.maybe_sent,
            verdict.attempts,
            verdict.call,
        )
    };
    is_shared(other)
        && said(one) == said(other)
        && (one.at == other.at || words::millis(one.at) == words::millis(other.at))
        && match (&one.reason, &other.reason) {
            (None, None) => true,
            (Some(one), Some(other)) => ReasonRow::of(one) == ReasonRow::of(other),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use batchwise_core::journal::JournalEntry;
    use batchwise_core::{Facts, Reason, ReasonKind};

    use super::*;

    fn entry(key: &str, content: Option<u128>) -> JournalEntries {
        let entry = JournalEntry {
            line: 7,
            scope: None,
            key: key.to_owned(),
            content,
        };
        JournalEntries::of([entry]).remove(0)
    }

    fn verdict(verdict: Verdict) -> JournalVerdict {
        JournalVerdict::new(entry("51", None), verdict, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn what_a_later_run_may_open_again_or_has_more_to_tell_is_not_shared() {
        for word in Verdict::ALL {
            let opened = ["not_sent", "rejected", "busy", "unknown"].contains(&word.as_str());
            assert_eq!(is_shared(&verdict(word)), !opened, "{word}");
        }
        let mut cut_short = verdict(Verdict::NotFound);
        cut_short.cut_short = true;
        let mut told = verdict(Verdict::Updated);
        told.facts = Facts::none().with("record_id", 1);
        let lead = JournalVerdict::new(entry("51", Some(1)), Verdict::Updated, SystemTime::UNIX_EPOCH);
        assert!(![cut_short, told, lead].iter().any(is_shared));
    }

    #[test]
    fn ends_are_alike_when_all_that_is_written_of_them_is() {
        let one = || verdict(Verdict::NotFound);
        assert!(are_alike(&one(), &one()));
        let mut later = one();
        later.at += Duration::from_micros(1);
        assert!(are_alike(&one(), &later), "no part of a millisecond is written");
        later.at += Duration::from_millis(1);
        assert!(!are_alike(&one(), &later));
        let said = |text: &str| {
            let mut verdict = one();
            verdict.reason = Some(Reason::with_text(ReasonKind::Provider, text));
            verdict
        };
        assert!(are_alike(&said("gone"), &said("gone")));
        assert!(!are_alike(&said("gone"), &said("lost")) && !are_alike(&said("gone"), &one()));
        let mut other_call = one();
        other_call.call = Some(7);
        assert!(!are_alike(&one(), &other_call));
    }

    #[test]
    fn what_line_and_key_do_not_tell_is_not_bare() {
        assert!(are_bare(&entry("+48 \"501\"", None)));
        assert!(!are_bare(&entry("51", Some(1))) && !are_bare(&entry("a\0b", None)));
    }
}
