//! Outcomes on their way from the plan to the consumer: with a journal they are handed out when they are durable.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::journal::{Journal, JournalError, JournalVerdict, USUAL};
use crate::outcome::{Outcome, Subject};
use crate::record::Record;

type Saving = Pin<Box<dyn Future<Output = Result<(), JournalError>> + Send>>;

/// Most outcomes under way before the job waits for them.
const MOST: usize = 16_384;

/// Outcomes that came to the same end one after the other. Thousands wait for the disk at once: what they share is kept once,
/// so that they stay in the processor's caches.
#[derive(Debug)]
struct Alike<R> {
    /// The first of them.
    next: Outcome<R>,
    /// Record and line of those that follow.
    others: VecDeque<(R, u64)>,
}

impl<R: Record> Alike<R> {
    fn of(outcome: Outcome<R>) -> Self {
        Self {
            next: outcome,
            others: VecDeque::new(),
        }
    }

    /// Takes the record out of an outcome that is the same but for that, with room for so many that may follow.
    fn take_in(&mut self, record: R, line: u64, others: usize) {
        if self.others.is_empty() {
            self.others.reserve(others.min(USUAL) + 1);
        }
        self.others.push_back((record, line));
    }

    /// Takes the first out, unless it is the last.
    fn take(&mut self) -> Option<Outcome<R>> {
        let (record, line) = self.others.pop_front()?;
        let next = &mut self.next;
        Some(Outcome {
            subject: std::mem::replace(&mut next.subject, Subject::Record(record)),
            line: std::mem::replace(&mut next.line, line),
            verdict: next.verdict,
            attempts: next.attempts,
            reason: next.reason.clone(),
            facts: next.facts.clone(),
            at: next.at,
            reached: next.reached,
            maybe_sent: next.maybe_sent,
            cut_short: next.cut_short,
            call: next.call,
        })
    }
}

/// Outcomes in their order.
type Held<R> = VecDeque<Alike<R>>;

/// The outcomes of a job with a journal that the consumer has not taken yet.
pub(super) struct Ledger<R> {
    journal: Arc<dyn Journal>,
    unsaved: Held<R>,
    /// The same as the journal is told of them, one for each of `unsaved`.
    verdicts: Vec<JournalVerdict>,
    saving: Option<(Saving, Held<R>)>,
    saved: Held<R>,
    /// Outcomes in all of these.
    held: usize,
    /// After a failure nothing more is written; outcomes are handed out as they come.
    failed: bool,
}

impl<R: fmt::Debug> fmt::Debug for Ledger<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("unsaved", &self.unsaved)
            .field("saving", &self.saving.as_ref().map(|(_, held)| held))
            .field("saved", &self.saved)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl<R: Record> Ledger<R> {
    pub(super) fn new(journal: Arc<dyn Journal>) -> Self {
        Self {
            journal,
            unsaved: Held::new(),
            verdicts: Vec::new(),
            saving: None,
            saved: Held::new(),
            held: 0,
            failed: false,
        }
    }

    /// Takes outcomes in; [`save`](Self::save) follows.
    pub(super) fn take_in(&mut self, outcomes: &mut VecDeque<Outcome<R>>) {
        self.held += outcomes.len();
        if self.failed {
            self.saved.extend(outcomes.drain(..).map(Alike::of));
            return;
        }
        let mut rest = outcomes.len();
        // Taken apart where they lie: an outcome was written a moment ago, and to move it as a whole would wait for that.
        for outcome in outcomes.iter_mut() {
            rest -= 1;
            let last = self.verdicts.last_mut().zip(self.unsaved.back_mut());
            let alike = last.and_then(|(verdict, alike)| verdict.take_in(&alike.next, outcome).then_some(alike));
            let subject = std::mem::replace(&mut outcome.subject, Subject::Invalid(String::new()));
            match (alike, subject) {
                (Some(alike), Subject::Record(record)) => alike.take_in(record, outcome.line, rest),
                (_, subject) => {
                    let outcome = Outcome {
                        subject,
                        reason: outcome.reason.take(),
                        facts: std::mem::take(&mut outcome.facts),
                        ..*outcome
                    };
                    self.verdicts.push(JournalVerdict::of(&outcome, rest));
                    self.unsaved.push_back(Alike::of(outcome));
                }
            }
        }
        outcomes.clear();
    }

    /// True when outcomes came meanwhile, and nothing is being written.
    pub(super) fn can_save(&self) -> bool {
        self.saving.is_none() && !self.unsaved.is_empty()
    }

    /// Begins to write what came meanwhile, all at once.
    pub(super) fn save(&mut self) {
        let held = std::mem::take(&mut self.unsaved);
        let verdicts = std::mem::take(&mut self.verdicts);
        let journal = Arc::clone(&self.journal);
        let saving = async move { journal.settle(verdicts).await };
        self.saving = Some((Box::pin(saving), held));
    }

    /// Nothing else goes on in the job: what is being written is not to wait for company.
    pub(super) fn flush(&self) {
        if self.saving.is_some() {
            self.journal.flush();
        }
    }

    /// Ready when what was being written is durable, or failed to be: its outcomes can be taken either way.
    pub(super) fn poll_saved(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JournalError>> {
        let Some((saving, held)) = &mut self.saving else {
            return Poll::Pending;
        };
        let Poll::Ready(written) = saving.as_mut().poll(cx) else {
            return Poll::Pending;
        };
        self.saved.append(held);
        self.saving = None;
        if written.is_err() {
            self.failed = true;
            self.saved.append(&mut self.unsaved);
            self.verdicts.clear();
        }
        Poll::Ready(written)
    }

    /// The next of the durable outcomes, in their order.
    pub(super) fn saved(&mut self) -> Option<Outcome<R>> {
        let alike = self.saved.front_mut()?;
        self.held -= 1;
        if let Some(next) = alike.take() {
            return Some(next);
        }
        self.saved.pop_front().map(|alike| alike.next)
    }

    /// True when nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// True when the job has to wait until more of it is durable.
    pub(super) fn is_full(&self) -> bool {
        self.held >= MOST
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::SystemTime;

    use async_trait::async_trait;
    use futures_util::FutureExt;

    use super::*;
    use crate::journal::{JournalEntries, JournalEntry, Recall};
    use crate::outcome::Verdict;
    use crate::reason::{Reason, ReasonKind};
    use crate::record::tests::Id;
    use crate::report::Summary;

    /// Takes everything at once, or nothing.
    #[derive(Debug)]
    pub(in crate::run) struct Paper {
        pub(in crate::run) fails: bool,
    }

    #[async_trait]
    impl Journal for Paper {
        fn recall(&self, _: &JournalEntry) -> Result<Recall, JournalError> {
            Ok(Recall::New)
        }
        async fn intend(&self, _: Vec<JournalEntries>) -> Result<(), JournalError> {
            Ok(())
        }
        async fn settle(&self, _: Vec<JournalVerdict>) -> Result<(), JournalError> {
            if self.fails {
                return Err(JournalError::new("no paper"));
            }
            Ok(())
        }
        async fn close(&self, _: &Summary) -> Result<(), JournalError> {
            Ok(())
        }
    }

    fn outcome_of(subject: Subject<Id>, line: u64, verdict: Verdict) -> Outcome<Id> {
        let entry = JournalEntry::of_text("", line);
        JournalVerdict::new(entry, verdict, SystemTime::UNIX_EPOCH).outcome(subject, line)
    }

    /// An outcome of the record with this number, which is that of its line.
    fn outcome(line: u64, verdict: Verdict) -> Outcome<Id> {
        outcome_of(Subject::Record(Id(line)), line, verdict)
    }

    fn mixed() -> VecDeque<Outcome<Id>> {
        use Verdict::{Deleted, NotFound, Rejected};
        let verdicts = [
            Deleted, Deleted, Deleted, NotFound, Deleted, Rejected, Rejected, NotFound,
        ];
        let mut outcomes: VecDeque<_> = verdicts
            .into_iter()
            .zip(1..)
            .map(|(verdict, line)| outcome(line, verdict))
            .collect();
        outcomes[5].reason = Some(Reason::with_text(ReasonKind::Provider, "locked"));
        outcomes[6].reason = Some(Reason::with_text(ReasonKind::Provider, "locked"));
        outcomes.push_back(outcome_of(Subject::Invalid("x".to_owned()), 9, Rejected));
        outcomes
    }

    fn written(outcome: &Outcome<Id>) -> String {
        format!("{outcome:?}")
    }

    fn poll(ledger: &mut Ledger<Id>) -> Result<(), JournalError> {
        std::future::poll_fn(|cx| ledger.poll_saved(cx)).now_or_never().unwrap()
    }

    #[test]
    fn outcomes_come_out_as_they_went_in() {
        for fails in [false, true] {
            let mut ledger = Ledger::new(Arc::new(Paper { fails }));
            let expected: Vec<String> = mixed().iter().map(written).collect();
            ledger.take_in(&mut mixed());
            assert!(ledger.saved().is_none(), "nothing is durable yet");
            ledger.save();
            assert!(!ledger.can_save() && ledger.saved().is_none());
            // Those that come meanwhile are written next, or not at all after a failure.
            ledger.take_in(&mut mixed());
            assert_eq!(poll(&mut ledger).is_err(), fails);
            ledger.take_in(&mut mixed());
            if !fails {
                ledger.save();
                poll(&mut ledger).unwrap();
            }
            let out: Vec<String> = std::iter::from_fn(|| ledger.saved())
                .map(|outcome| written(&outcome))
                .collect();
            assert_eq!(out, [&expected[..], &expected, &expected].concat());
            assert!(ledger.is_empty() && !ledger.is_full() && !ledger.can_save());
        }
    }

    #[test]
    fn outcomes_that_wait_are_counted_one_by_one() {
        let mut ledger = Ledger::new(Arc::new(Paper { fails: false }));
        let mut outcomes: VecDeque<_> = (1..=MOST as u64).map(|line| outcome(line, Verdict::Deleted)).collect();
        let last = outcomes.pop_back();
        ledger.take_in(&mut outcomes);
        assert!(!ledger.is_full());
        ledger.take_in(&mut last.into_iter().collect());
        assert!(ledger.is_full());
        ledger.save();
        poll(&mut ledger).unwrap();
        assert!(ledger.is_full());
        assert_eq!(ledger.saved().map(|outcome| outcome.line), Some(1));
        assert!(!ledger.is_full());
    }
}
