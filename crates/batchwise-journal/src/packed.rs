//! What the writer is given, packed by those who give it: their records are at hand there, and one by one they would be fetched
//! from another processor's cache.

use batchwise_core::Verdict;
use batchwise_core::journal::{JournalEntry, JournalVerdict};

use crate::reasons::ReasonRow;
use crate::{sheaf, words};

/// Records of a batch, more or less.
const USUAL: usize = 100;

/// Entries that a call is about to carry.
pub(crate) enum Intents {
    /// They can be a sheaf, whose keys these are.
    Sheaf {
        scope: String,
        lines: Vec<i64>,
        keys: String,
    },
    Rows(Vec<JournalEntry>),
}

impl Intents {
    /// All of these, each batch for itself.
    pub(crate) fn pack(batches: &[Vec<JournalEntry>]) -> Vec<Self> {
        let mut packed = Vec::with_capacity(batches.len());
        for batch in batches {
            for part in sheaf::parts(batch, line_of, |one, other| one.scope == other.scope) {
                // Line and key are all of it, and any tool reads that key out of a sheaf.
                let fits = |entry: &JournalEntry| entry.content.is_none() && !entry.key.contains('\0');
                packed.push(if sheaf::is_worth(part.len()) && part.iter().all(fits) {
                    Self::Sheaf {
                        scope: part.first().map(scope_of).unwrap_or_default().to_owned(),
                        lines: part.iter().map(line_of).collect(),
                        keys: sheaf::written(part.iter().map(|entry| (line_of(entry), entry.key.as_str()))),
                    }
                } else {
                    Self::Rows(part.to_vec())
                });
            }
        }
        packed
    }
}

/// Entries that have an outcome now.
pub(crate) enum Settled {
    One(Box<JournalVerdict>),
    /// Several that came to the same end.
    Alike(Box<Alike>),
}

/// Entries that came to the same end in the same call; their lines rise.
pub(crate) struct Alike {
    /// The first of them.
    first: JournalVerdict,
    pub(crate) lines: Vec<i64>,
    /// Their keys, one behind the other, and where each ends.
    keys: String,
    ends: Vec<usize>,
}

impl Alike {
    pub(crate) fn scope(&self) -> &str {
        scope_of(&self.first.entry)
    }

    pub(crate) fn verdict(&self) -> &JournalVerdict {
        &self.first
    }
}

/// One entry that has an outcome now.
#[derive(Clone, Copy)]
pub(crate) struct One<'a> {
    pub(crate) line: i64,
    pub(crate) key: &'a str,
    /// Everything else.
    pub(crate) verdict: &'a JournalVerdict,
}

impl One<'_> {
    pub(crate) fn scope(&self) -> &str {
        scope_of(&self.verdict.entry)
    }
}

impl Settled {
    pub(crate) fn pack(verdicts: Vec<JournalVerdict>) -> Vec<Self> {
        let mut packed: Vec<Self> = Vec::new();
        for verdict in verdicts {
            let line = line_of(&verdict.entry);
            match packed.last_mut() {
                Some(Self::Alike(alike)) if alike.takes(line, &verdict) => alike.push(line, &verdict.entry.key),
                _ if is_shared(&verdict) => packed.push(Self::Alike(Box::new(Alike::of(line, verdict)))),
                _ => packed.push(Self::One(Box::new(verdict))),
            }
        }
        packed
    }

    /// Each entry.
    pub(crate) fn each(&self) -> Vec<One<'_>> {
        let alike = match self {
            Self::One(verdict) => {
                return vec![One {
                    line: line_of(&verdict.entry),
                    key: &verdict.entry.key,
                    verdict,
                }];
            }
            Self::Alike(alike) => alike,
        };
        let starts = std::iter::once(&0).chain(&alike.ends);
        let keys = starts.zip(&alike.ends).map(|(start, end)| alike.keys.get(*start..*end));
        let of = |(line, key): (&i64, Option<_>)| One {
            line: *line,
            key: key.unwrap_or_default(),
            verdict: &alike.first,
        };
        alike.lines.iter().zip(keys).map(of).collect()
    }
}

impl Alike {
    fn of(line: i64, first: JournalVerdict) -> Self {
        Self {
            lines: vec![line],
            keys: first.entry.key.clone(),
            ends: vec![first.entry.key.len()],
            first,
        }
    }

    fn takes(&self, line: i64, verdict: &JournalVerdict) -> bool {
        self.lines.last().is_some_and(|last| *last < line)
            && verdict.entry.scope == self.first.entry.scope
            && are_alike(&self.first, verdict)
    }

    fn push(&mut self, line: i64, key: &str) {
        if self.lines.len() == 1 {
            // Two are rarely alone.
            self.lines.reserve(USUAL);
            self.ends.reserve(USUAL);
            self.keys.reserve(USUAL * (key.len() + 1));
        }
        self.lines.push(line);
        self.keys.push_str(key);
        self.ends.push(self.keys.len());
    }
}

fn line_of(entry: &JournalEntry) -> i64 {
    words::signed(entry.line)
}

pub(crate) fn scope_of(entry: &JournalEntry) -> &str {
    entry.scope.as_deref().unwrap_or_default()
}

/// True for an outcome that no later run opens again and that tells nothing of its record alone.
pub(crate) fn is_shared(verdict: &JournalVerdict) -> bool {
    let is_final = !matches!(
        verdict.verdict,
        Verdict::NotSent | Verdict::Rejected | Verdict::Busy | Verdict::Unknown
    );
    is_final && !verdict.cut_short && verdict.entry.content.is_none() && verdict.facts.is_empty()
}

/// True when two records came to the same end in the same call.
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
    use std::time::SystemTime;

    use batchwise_core::{Reason, ReasonKind};

    use super::*;

    fn entry(line: u64) -> JournalEntry {
        JournalEntry {
            line,
            scope: None,
            key: format!("k{line}"),
            content: None,
        }
    }

    fn verdict(line: u64, verdict: Verdict) -> JournalVerdict {
        JournalVerdict::new(entry(line), verdict, SystemTime::UNIX_EPOCH)
    }

    fn told(packed: &[Settled]) -> Vec<Vec<(i64, String, Verdict)>> {
        let one = |one: One<'_>| (one.line, one.key.to_owned(), one.verdict.verdict);
        packed
            .iter()
            .map(|part| part.each().into_iter().map(one).collect())
            .collect()
    }

    #[test]
    fn verdicts_that_are_alike_are_packed_and_told_one_by_one_as_they_came() {
        let mut other_call = verdict(9, Verdict::Deleted);
        other_call.call = Some(7);
        let mut cut_short = verdict(10, Verdict::NotFound);
        cut_short.cut_short = true;
        let mut with_reason = verdict(11, Verdict::NotFound);
        with_reason.reason = Some(Reason::new(ReasonKind::Provider));
        let mut same_reason = verdict(12, Verdict::NotFound);
        same_reason.reason = Some(Reason::new(ReasonKind::Provider));
        let verdicts = vec![
            verdict(1, Verdict::Deleted),
            verdict(2, Verdict::Deleted),
            verdict(5, Verdict::Rejected),
            verdict(6, Verdict::Rejected),
            verdict(7, Verdict::Deleted),
            verdict(3, Verdict::Deleted),
            other_call,
            cut_short,
            with_reason,
            same_reason,
        ];
        let expected = [
            vec![(1, Verdict::Deleted), (2, Verdict::Deleted)],
            vec![(5, Verdict::Rejected)],
            vec![(6, Verdict::Rejected)],
            vec![(7, Verdict::Deleted)],
            vec![(3, Verdict::Deleted)],
            vec![(9, Verdict::Deleted)],
            vec![(10, Verdict::NotFound)],
            vec![(11, Verdict::NotFound), (12, Verdict::NotFound)],
        ];
        let expected = expected.map(|part| {
            let one = |(line, verdict)| (line, format!("k{line}"), verdict);
            part.into_iter().map(one).collect::<Vec<_>>()
        });
        assert_eq!(told(&Settled::pack(verdicts)), expected);
    }

    #[test]
    fn verdicts_of_two_campaigns_are_not_alike() {
        let mut other = verdict(2, Verdict::Deleted);
        other.entry.scope = Some("00042".to_owned());
        assert_eq!(Settled::pack(vec![verdict(1, Verdict::Deleted), other]).len(), 2);
    }

    #[test]
    fn what_line_and_key_do_not_tell_is_a_row() {
        let pack = |batch: Vec<JournalEntry>| {
            let packed = Intents::pack(&[batch]);
            packed
                .into_iter()
                .map(|part| match part {
                    Intents::Sheaf { lines, .. } => (true, lines.len()),
                    Intents::Rows(entries) => (false, entries.len()),
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(pack((1..=9).map(entry).collect()), [(true, 9)]);
        assert_eq!(pack((1..=3).map(entry).collect()), [(false, 3)]);
        let mut batch: Vec<_> = (1..=9).map(entry).collect();
        batch[4].content = Some(1);
        assert_eq!(pack(batch.clone()), [(false, 9)]);
        batch[4] = JournalEntry {
            key: "a\0b".to_owned(),
            ..entry(5)
        };
        assert_eq!(pack(batch), [(false, 9)]);
    }
}
