//! What became of entries.

use std::time::SystemTime;

use super::JournalEntries;
use crate::facts::Facts;
use crate::outcome::{Outcome, Subject, Verdict};
use crate::reason::Reason;
use crate::record::Record;

/// What became of entries: all of them came to the same end, at the same time and in the same call.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct JournalVerdict {
    /// Of which entries.
    pub entries: JournalEntries,
    /// What became of each.
    pub verdict: Verdict,
    /// It is in the wanted state.
    pub reached: bool,
    /// A call that may have acted on it ended without telling, or a part of it was acted on.
    pub maybe_sent: bool,
    /// It is so only because the job stopped before the record was settled; the next run goes on with it.
    pub cut_short: bool,
    /// Calls that carried it and could have settled it, those of earlier runs
    /// ([`Recall::Open`](super::Recall::Open)) included.
    pub attempts: u32,
    /// The number of the last call that carried it in this run, as in
    /// [`CallFinished::call`](crate::observe::CallFinished::call).
    pub call: Option<u64>,
    /// Why.
    pub reason: Option<Reason>,
    /// What the provider gave for it.
    pub facts: Facts,
    /// When it was settled.
    pub at: SystemTime,
}

impl JournalVerdict {
    /// A verdict with nothing else to say: no attempts, no reason, no facts. For journals' own tests, and for whoever
    /// moves a job from one journal to another.
    #[must_use]
    pub fn new(entries: impl Into<JournalEntries>, verdict: Verdict, at: SystemTime) -> Self {
        Self {
            entries: entries.into(),
            verdict,
            reached: false,
            maybe_sent: false,
            cut_short: false,
            attempts: 0,
            call: None,
            reason: None,
            facts: Facts::none(),
            at,
        }
    }

    /// An outcome, with room for so many that may share it.
    pub(crate) fn of<R: Record>(outcome: &Outcome<R>, others: usize) -> Self {
        Self {
            entries: match &outcome.subject {
                Subject::Record(record) => JournalEntries::of_record(record, outcome.line, others),
                Subject::Invalid(text) => JournalEntries::of_text(text, outcome.line),
            },
            verdict: outcome.verdict,
            reached: outcome.reached,
            maybe_sent: outcome.maybe_sent,
            cut_short: outcome.cut_short,
            attempts: outcome.attempts,
            call: outcome.call,
            reason: outcome.reason.clone(),
            facts: outcome.facts.clone(),
            at: outcome.at,
        }
    }

    /// Takes the record of an outcome in, if it came to the same end as one of those that this is of.
    #[inline]
    pub(crate) fn take_in<R: Record>(&mut self, last: &Outcome<R>, outcome: &Outcome<R>) -> bool {
        match (&last.subject, &outcome.subject) {
            (Subject::Record(before), Subject::Record(record)) => {
                is_same_end(last, outcome) && self.entries.take_in(before, record, outcome.line)
            }
            _ => false,
        }
    }

    /// The outcome that this verdict is for the record (or text) of one of its entries, that of this line.
    pub fn outcome<R: Record>(&self, subject: Subject<R>, line: u64) -> Outcome<R> {
        Outcome {
            subject,
            line,
            verdict: self.verdict,
            attempts: self.attempts,
            reason: self.reason.clone(),
            facts: self.facts.clone(),
            at: self.at,
            reached: self.reached,
            maybe_sent: self.maybe_sent,
            cut_short: self.cut_short,
            call: self.call,
        }
    }
}

/// True when everything but the record is the same.
#[inline]
fn is_same_end<R>(one: &Outcome<R>, other: &Outcome<R>) -> bool {
    one.call == other.call
        && one.verdict == other.verdict
        && one.at == other.at
        && one.attempts == other.attempts
        && one.reached == other.reached
        && one.maybe_sent == other.maybe_sent
        && one.cut_short == other.cut_short
        && match (&one.reason, &other.reason) {
            (None, None) => true,
            (Some(one), Some(other)) => one.is_same(other),
            _ => false,
        }
        && one.facts == other.facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entries::tests::Member;
    use crate::reason::ReasonKind;

    fn outcome(line: u64, verdict: Verdict) -> Outcome<Member> {
        let member = Member("a", line);
        let entries = JournalEntries::of_record(&member, line, 0);
        JournalVerdict::new(entries, verdict, SystemTime::UNIX_EPOCH).outcome(Subject::Record(member), line)
    }

    fn lines(outcomes: &[Outcome<Member>]) -> Vec<Vec<u64>> {
        let mut verdicts: Vec<JournalVerdict> = Vec::new();
        let mut before = None;
        for outcome in outcomes {
            let last = verdicts.last_mut().zip(before.replace(outcome));
            if !last.is_some_and(|(verdict, before)| verdict.take_in(before, outcome)) {
                verdicts.push(JournalVerdict::of(outcome, 0));
            }
        }
        verdicts
            .iter()
            .map(|verdict| verdict.entries.lines().to_vec())
            .collect()
    }

    #[test]
    fn records_that_came_to_the_same_end_one_after_the_other_share_a_verdict() {
        let said = |line, text: &str| Outcome {
            reason: Some(Reason::with_text(ReasonKind::Provider, text)),
            ..outcome(line, Verdict::Rejected)
        };
        let outcomes = [
            outcome(1, Verdict::Deleted),
            outcome(2, Verdict::Deleted),
            outcome(3, Verdict::NotFound),
            outcome(7, Verdict::Deleted),
            said(4, "locked"),
            said(5, "locked"),
            said(6, "gone"),
        ];
        assert_eq!(lines(&outcomes), [vec![1, 2], vec![3], vec![7], vec![4, 5], vec![6]]);
        assert!(lines(&[]).is_empty());
    }

    #[test]
    fn whatever_differs_keeps_two_records_apart() {
        let one = || outcome(1, Verdict::Deleted);
        type Change = fn(&mut Outcome<Member>);
        let changes: [Change; 10] = [
            |outcome| outcome.reached = true,
            |outcome| outcome.maybe_sent = true,
            |outcome| outcome.cut_short = true,
            |outcome| outcome.attempts = 2,
            |outcome| outcome.call = Some(1),
            |outcome| outcome.at = SystemTime::UNIX_EPOCH + std::time::Duration::from_nanos(1),
            |outcome| outcome.reason = Some(Reason::new(ReasonKind::Quota)),
            |outcome| outcome.facts.set("record_id", 1),
            |outcome| outcome.subject = Subject::Record(Member("b", 2)),
            |outcome| outcome.subject = Subject::Invalid("2".to_owned()),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut other = outcome(2, Verdict::Deleted);
            change(&mut other);
            assert_eq!(lines(&[one(), other]), [vec![1], vec![2]], "change {number}");
        }
    }
}
