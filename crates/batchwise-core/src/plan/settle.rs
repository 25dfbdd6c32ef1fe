//! What a call's end means for its records.

use std::num::NonZeroU64;
use std::time::Duration;

use super::Plan;
use super::batch::{Batch, Meta, Origin, Pending};
use super::lane::Lane;
use super::pace::backoff;
use crate::clock::Tick;
use crate::descriptor::Action;
use crate::error::{CallError, CallErrorKind};
use crate::facts::Facts;
use crate::journal::JournalError;
use crate::outcome::{Outcome, Subject, Verdict};
use crate::reason::{Reason, ReasonKind};
use crate::reconcile::{Finding, names_each_in_order, reconcile};
use crate::record::Record;
use crate::reply::{Reply, Said, Statement};

/// After so many failures, while others were answered, the records of a batch travel in ever smaller ones, so that one
/// that breaks the server does not take the others with it.
const SUSPECT_AFTER: u32 = 3;

/// The same when nothing at all was answered meanwhile, which is an outage more likely than a bad record.
const SUSPECT_AFTER_OUTAGE: u32 = 5;

/// So many batches answered with nothing but "not found": wrong campaign or account?
const NOT_FOUND_BATCHES: u64 = 3;

/// So many connections in a row on which the server did not prove who it is. One may have met the bad one of several
/// servers; a network that lies, or a certificate that has expired, does not mend by itself.
const MOST_UNTRUSTED: u32 = 3;

/// What a settled batch means for the job beside its outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settled {
    /// The server asked everyone who shares the quota to wait so long.
    pub pause: Option<Duration>,
    /// Records that go again.
    pub retried: usize,
    /// Busy records that wait for their round.
    pub deferred: usize,
}

/// What came of a batch.
#[derive(Debug)]
#[non_exhaustive]
pub enum Attempt {
    /// A readable answer.
    Reply(Reply),
    /// The call ended without one.
    Failed(CallError),
    /// No call was made, because what has to come before it failed (a login).
    NotCalled(CallError),
    /// No call was made, because the job is stopping.
    Interrupted,
    /// No call was made, because a budget of the quota is spent.
    Exhausted,
    /// No call was made, because the journal could not note that it would be.
    Unwritten(JournalError),
}

impl<R: Record> Plan<R> {
    /// Takes back a batch with what came of it. `jitter` is a fraction in `0.0..1.0`.
    pub fn settle(&mut self, batch: Batch<R>, attempt: Attempt, now: Tick, jitter: f64) -> Settled {
        self.in_flight = self.in_flight.saturating_sub(1);
        let (sent, deferred) = (batch.records.len(), self.deferred.len());
        let settled = self.outcomes.len();
        let called = matches!(attempt, Attempt::Reply(_) | Attempt::Failed(_));
        let pause = self.settle_attempt(batch, attempt, now, jitter);
        let deferred = self.deferred.len() - deferred;
        let settled = self.outcomes.len() - settled;
        Settled {
            pause,
            retried: if called {
                sent.saturating_sub(settled + deferred)
            } else {
                0
            },
            deferred,
        }
    }

    fn settle_attempt(&mut self, batch: Batch<R>, attempt: Attempt, now: Tick, jitter: f64) -> Option<Duration> {
        match attempt {
            Attempt::Reply(reply) => self.replied(batch, reply, now, jitter),
            Attempt::Failed(error) => return self.failed(batch, error, now, jitter),
            Attempt::NotCalled(error) => return self.not_called(batch, &error, now, jitter),
            Attempt::Interrupted => {
                self.requeue(batch, now);
                self.stop(Reason::new(ReasonKind::Cancelled));
            }
            Attempt::Exhausted => {
                self.requeue(batch, now);
                self.stop(Reason::new(ReasonKind::Quota));
            }
            Attempt::Unwritten(error) => {
                self.requeue(batch, now);
                self.stop(Reason::with_text(ReasonKind::Journal, error.to_string()));
            }
        }
        None
    }

    pub(super) fn lane(&mut self, group: u64) -> &mut Lane<R> {
        let descriptor = &self.descriptor;
        self.lanes.entry(group).or_insert_with(|| Lane::new(descriptor))
    }

    /// Back to the front, as if it had not left.
    pub(super) fn requeue(&mut self, batch: Batch<R>, at: Tick) {
        match batch.origin {
            Origin::Lane => {
                let group = batch.group;
                self.lane(group).push_due(at, batch.into_pending());
            }
            Origin::Suspect | Origin::Half | Origin::Part { .. } => self.alone.push_front((at, batch)),
        }
    }

    pub(super) fn answered(&mut self) {
        self.answered += 1;
        self.failures = 0;
        self.untrusted = 0;
        self.throttle.success();
        self.budget.answered();
    }

    fn replied(&mut self, mut batch: Batch<R>, reply: Reply, now: Tick, jitter: f64) {
        self.answered();
        self.replies += 1;
        self.fruitless = 0;
        let (group, origin) = (batch.group, batch.origin);
        batch.attempted();
        let mut again = Vec::new();
        let mut misaligned = false;
        match reply {
            // Nearly every answer, read where it lies.
            Reply::Named(mut statements) if names_each_in_order(&batch.records, &statements) => {
                let statements = statements.iter_mut().map(|(_, statement)| statement);
                for (pending, statement) in batch.into_pending().zip(statements) {
                    self.said(pending.record, pending.meta, statement, now);
                }
            }
            reply => {
                let findings = reconcile(&batch.records, reply).findings;
                // All of an answer or none.
                misaligned = findings.first() == Some(&Finding::Misaligned);
                for (pending, finding) in batch.into_pending().zip(findings) {
                    let nothing_said = match finding {
                        Finding::Said(mut statement) => {
                            self.said(pending.record, pending.meta, &mut statement, now);
                            continue;
                        }
                        Finding::Missing => ReasonKind::Silent,
                        Finding::Conflicting => ReasonKind::Conflict,
                        Finding::Misaligned => ReasonKind::Misaligned,
                    };
                    again.push(self.nothing_said(pending, nothing_said));
                }
            }
        }
        // One record may be why no position can be trusted: it is looked for like one that breaks the server.
        self.retry(again, group, origin, now, jitter, Duration::ZERO, misaligned);
        if self.only_not_found
            && !self.options.allow_missing
            && self.descriptor.action == Action::Delete
            && self.replies_of_all_runs() >= NOT_FOUND_BATCHES
        {
            self.stop(Reason::new(ReasonKind::WrongTarget));
        }
    }

    /// An answer that came says nothing that can be used of a record.
    fn nothing_said(&mut self, mut pending: Pending<R>, why: ReasonKind) -> Pending<R> {
        self.only_not_found = false;
        pending.meta.count_failure(self.answered);
        pending.meta.history().doubt = Some(Reason::new(why));
        pending
    }

    /// Takes what it needs out of the statement.
    fn said(&mut self, record: R, mut meta: Meta, statement: &mut Statement, now: Tick) {
        let said = statement.said;
        let stated = |kind| Some(Reason::stated(kind, statement));
        let (verdict, reason) = match said {
            Said::Done => (self.done(), None),
            Said::Absent if self.descriptor.action == Action::Update => {
                (Verdict::Unmatched, stated(ReasonKind::Provider))
            }
            Said::Absent if meta.is_partly_done() => (Verdict::Deleted, None),
            Said::Absent => match meta.take_doubt() {
                Some(doubt) => (Verdict::PresumedDeleted, Some(doubt)),
                None => (
                    Verdict::NotFound,
                    statement
                        .text
                        .is_some()
                        .then(|| Reason::stated(ReasonKind::Provider, statement)),
                ),
            },
            Said::Unmatched => (Verdict::Unmatched, stated(ReasonKind::Provider)),
            Said::Unchanged => match meta.take_doubt() {
                // It may have been this job that wrote the value that is now kept.
                Some(doubt) => (Verdict::Unknown, Some(doubt)),
                None => (Verdict::Unchanged, None),
            },
            Said::Refused { conclusive } => match meta.take_doubt() {
                // "Refused" may be how the provider says that it is already gone.
                Some(doubt) if !conclusive => (Verdict::Unknown, Some(doubt.with_words_of(statement))),
                _ => (Verdict::Rejected, stated(ReasonKind::Provider)),
            },
            Said::Unclear => (Verdict::Unknown, stated(ReasonKind::Unclear)),
            Said::Busy { partly } => {
                let history = meta.history();
                history.partly |= partly;
                history.facts.merge(std::mem::take(&mut statement.facts));
                self.busy(record, meta, now, statement.text.take());
                return;
            }
        };
        self.only_not_found &= verdict == Verdict::NotFound;
        let facts = meta.take_facts(std::mem::take(&mut statement.facts));
        self.settle_with(record, &meta, verdict, reason, facts);
    }

    fn busy(&mut self, record: R, mut meta: Meta, now: Tick, text: Option<String>) {
        self.only_not_found = false;
        if meta.rounds() >= self.options.busy_rounds {
            let (verdict, reason) = match meta.take_doubt() {
                // A call before that ended without telling may still act, once the record is free.
                Some(doubt) => (Verdict::Unknown, doubt),
                None => {
                    let text = text.unwrap_or_else(|| "still in use".to_owned());
                    (Verdict::Busy, Reason::with_text(ReasonKind::Provider, text))
                }
            };
            self.settle_as(record, meta, verdict, Some(reason));
            return;
        }
        meta.history().rounds += 1;
        let due = now.saturating_add(self.options.busy_wait);
        let place = self
            .deferred
            .iter()
            .rposition(|(other, _)| *other <= due)
            .map_or(0, |at| at + 1);
        self.deferred.insert(place, (due, Pending { record, meta }));
    }

    fn failed(&mut self, mut batch: Batch<R>, error: CallError, now: Tick, jitter: f64) -> Option<Duration> {
        if error.may_have_acted() {
            // Whatever it says: a refusal that came with a 5xx, or that nobody could read, may have followed an act.
            batch.doubt(&Reason::from_error(ReasonKind::Ambiguous, error.clone()));
        }
        match error.kind() {
            CallErrorKind::Connect
            | CallErrorKind::Untrusted
            | CallErrorKind::RateLimited
            | CallErrorKind::Credentials
            | CallErrorKind::NoSession => {
                return self.not_called(batch, &error, now, jitter);
            }
            CallErrorKind::Target => {
                self.requeue(batch, now);
                self.stop(Reason::from_error(ReasonKind::Target, error));
            }
            CallErrorKind::Local => self.reject_all(batch, &error),
            CallErrorKind::TooLarge => self.too_large(batch, &error, now),
            CallErrorKind::Refused => self.refused(batch, &error, now),
            CallErrorKind::Closed | CallErrorKind::Timeout | CallErrorKind::Unreadable | CallErrorKind::Server => {
                self.lost(batch, &error, now, jitter);
            }
        }
        None
    }

    /// No call, or one that was refused as a whole before anything was done: the records are as before.
    fn not_called(&mut self, batch: Batch<R>, error: &CallError, now: Tick, jitter: f64) -> Option<Duration> {
        let left = batch.left;
        self.requeue(batch, now);
        match error.kind() {
            CallErrorKind::RateLimited => {
                let wait = self.throttle.refused(error.retry_after(), left, now, jitter);
                match wait {
                    Some(wait) => self.pause_until = self.pause_until.max(now.saturating_add(wait)),
                    None => self.stop(Reason::from_error(ReasonKind::Quota, error.clone())),
                }
                return wait;
            }
            CallErrorKind::Target => self.stop(Reason::from_error(ReasonKind::Target, error.clone())),
            CallErrorKind::Untrusted => {
                self.untrusted += 1;
                if self.untrusted >= MOST_UNTRUSTED {
                    self.stop(Reason::from_error(ReasonKind::Untrusted, error.clone()));
                } else {
                    self.pause_for(error, now, jitter);
                }
            }
            _ if error.is_transient() => self.pause_for(error, now, jitter),
            _ => self.stop(Reason::from_error(ReasonKind::Credentials, error.clone())),
        }
        None
    }

    /// The job catches its breath after a failed call.
    fn pause_for(&mut self, error: &CallError, now: Tick, jitter: f64) {
        self.failures = self.failures.saturating_add(1);
        let pause = backoff(self.failures, jitter).max(error.retry_after().unwrap_or_default());
        self.pause_until = self.pause_until.max(now.saturating_add(pause));
    }

    /// The call may have acted, and no readable answer came.
    fn lost(&mut self, mut batch: Batch<R>, error: &CallError, now: Tick, jitter: f64) {
        self.pause_for(error, now, jitter);
        self.only_not_found = false;
        let (group, origin) = (batch.group, batch.origin);
        let mut again = Vec::with_capacity(batch.records.len());
        batch.attempted();
        for mut pending in batch.into_pending() {
            pending.meta.count_failure(self.answered);
            again.push(pending);
        }
        self.retry(
            again,
            group,
            origin,
            now,
            jitter,
            error.retry_after().unwrap_or_default(),
            true,
        );
    }

    /// Sends records again after a pause, or gives up on those that were tried often enough.
    #[allow(clippy::too_many_arguments)] // one private place, called twice
    fn retry(
        &mut self,
        records: Vec<Pending<R>>,
        group: u64,
        origin: Origin,
        now: Tick,
        jitter: f64,
        at_least: Duration,
        call_failed: bool,
    ) {
        let (mut shared, mut suspects) = (Vec::new(), Vec::new());
        for pending in records {
            if pending.meta.failures() >= self.options.max_attempts {
                let reason = pending.meta.doubt().cloned();
                self.settle_as(pending.record, pending.meta, Verdict::Unknown, reason);
            } else if call_failed && (origin != Origin::Lane || self.is_suspect(&pending.meta)) {
                suspects.push(pending);
            } else {
                shared.push(pending);
            }
        }
        let due = |records: &[Pending<R>]| {
            let failures = records.iter().map(|one| one.meta.failures()).max().unwrap_or(0);
            // Longer than the job's own pause, so that fresh records go first and show whether it is the records or the server.
            now.saturating_add(backoff(failures + 1, jitter).max(at_least))
        };
        if !shared.is_empty() {
            let at = due(&shared);
            self.lane(group).push_due(at, shared.into_iter());
        }
        if suspects.is_empty() {
            return;
        }
        let at = due(&suspects);
        let rest = suspects.split_off(suspects.len().div_ceil(2));
        for half in [suspects, rest] {
            if !half.is_empty() {
                self.alone.push_back((at, Batch::of(half, group, Origin::Suspect)));
            }
        }
    }

    fn is_suspect(&self, meta: &Meta) -> bool {
        let failures = meta.failures();
        failures >= SUSPECT_AFTER && self.answered > meta.answered_before() || failures >= SUSPECT_AFTER_OUTAGE
    }

    /// Gives a record its outcome, with what the provider gave on the way.
    pub(super) fn settle_as(&mut self, record: R, mut meta: Meta, verdict: Verdict, reason: Option<Reason>) {
        let facts = meta.take_facts(Facts::none());
        self.settle_with(record, &meta, verdict, reason, facts);
    }

    fn settle_with(&mut self, record: R, meta: &Meta, verdict: Verdict, reason: Option<Reason>, facts: Facts) {
        for key in record.conflicts() {
            self.touched.remove(key);
        }
        let reached = match verdict {
            Verdict::Deleted | Verdict::Updated | Verdict::Unchanged | Verdict::PresumedDeleted => true,
            Verdict::NotFound => self.descriptor.absence_reached,
            Verdict::Unmatched | Verdict::Busy | Verdict::Rejected | Verdict::Unknown | Verdict::NotSent => false,
        };
        let settled = Outcome {
            attempts: meta.attempts,
            facts,
            reached,
            maybe_sent: meta.is_partly_done() || verdict == Verdict::Unknown,
            call: meta.call.map(NonZeroU64::get),
            ..self.outcome(Subject::Record(record), meta.line, verdict, reason)
        };
        self.outcomes.push_back(settled);
        self.unsettled -= 1;
        if self.unsettled == 0 && !self.held.is_empty() {
            self.open_next_stage();
        }
    }

    /// The verdict for a confirmed record.
    fn done(&self) -> Verdict {
        match self.descriptor.action {
            Action::Delete => Verdict::Deleted,
            Action::Update => Verdict::Updated,
        }
    }
}
