//! One batch's way to the server: quota, login where needed, call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tracing::Instrument;

use super::ahead::Durable;
use super::sums::Sums;
use crate::error::{CallError, CallErrorKind};
use crate::gate::{Gate, NoSlot};
use crate::journal::{Journal, JournalEntries, JournalError};
use crate::method::BatchMethod;
use crate::observe::{CallFinished, CallStarted};
use crate::plan::{Attempt, Batch};
use crate::reply::Reply;
use crate::report::Summary;

/// What every call of a job shares.
#[derive(Debug)]
pub(super) struct CallContext<M> {
    pub(super) method: M,
    /// Numbers of the calls, from 1.
    pub(super) numbers: AtomicU64,
    /// What stands before a call; the plan's stop halts it.
    pub(super) gate: Gate,
    pub(super) journal: Option<JournalSide>,
    pub(super) sums: Arc<Sums>,
}

/// The journal as calls see it.
#[derive(Debug)]
pub(super) struct JournalSide {
    pub(super) journal: Arc<dyn Journal>,
    /// Earlier runs may know something of an entry.
    pub(super) has_past: bool,
    pub(super) durable: Durable,
    /// Batches that left at once, since all of it was durable.
    pub(super) noted_in_time: AtomicU64,
    /// Batches that had to wait for the journal.
    pub(super) waited_for: AtomicU64,
}

impl JournalSide {
    pub(super) fn new(journal: Arc<dyn Journal>, durable: Durable) -> Self {
        Self {
            has_past: journal.has_past(),
            journal,
            durable,
            noted_in_time: AtomicU64::new(0),
            waited_for: AtomicU64::new(0),
        }
    }
}

/// So often a call may find no session although one was just brought: others renew it at the same time. More often, and
/// the renewal brings none.
const MOST_WITHOUT_SESSION: u32 = 5;

/// A batch that came back, and what came of it.
pub(super) type Ended<R> = (Batch<R>, Attempt);

impl From<NoSlot> for Attempt {
    fn from(no_slot: NoSlot) -> Self {
        match no_slot {
            NoSlot::Halted => Self::Interrupted,
            NoSlot::Exhausted => Self::Exhausted,
        }
    }
}

/// A code or an id, if it looks like one: no more than 64 letters, digits, hyphens, dots and underscores, and a letter among
/// them unless it is shorter than any phone number.
fn token(text: Option<&str>) -> Option<&str> {
    text.filter(|text| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let told = text.len() < 7 || text.bytes().any(|byte| byte.is_ascii_alphabetic());
        text.len() <= 64 && told && text.bytes().all(plain)
    })
}

impl<M: BatchMethod> CallContext<M> {
    /// Makes the calls for a batch, which was held so long for a slot of the quota until now.
    pub(super) async fn carry(self: Arc<Self>, mut batch: Batch<M::Record>, held: Duration) -> Ended<M::Record> {
        if let Err(error) = self.intend(&mut batch).await {
            return (batch, Attempt::Unwritten(error));
        }
        let mut last = None;
        let attempt = match self.attempt(&batch, held, &mut last).await {
            Ok(reply) => Attempt::Reply(reply),
            Err(attempt) => attempt,
        };
        batch.carried_by(last);
        (batch, attempt)
    }

    /// Tells the journal what is about to be sent, and waits until it is durable, with what it was told ahead. The slot of
    /// the quota is taken afterwards, so that nothing comes between it and the call.
    async fn intend(&self, batch: &mut Batch<M::Record>) -> Result<(), JournalError> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        let mut durable = journal.durable.clone();
        let round = durable.borrow().clone()?;
        let (told, told_all) = batch.noted();
        if told_all && told <= round {
            journal.noted_in_time.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        journal.waited_for.fetch_add(1, Ordering::Relaxed);
        if !told_all {
            let mut entries = Vec::new();
            JournalEntries::add(&mut entries, batch.intend());
            journal.journal.intend(entries).await?;
        }
        let reached = durable.wait_for(|durable| durable.as_ref().map_or(true, |round| *round >= told));
        match reached.await {
            Ok(round) => (*round).clone().map(|_| ()),
            Err(_) => Err(JournalError::new("the job is gone")),
        }
    }

    /// Calls, and renews credentials that were refused, once for each call. A call that found no session was not refused:
    /// nobody had logged in yet, or someone else is about to.
    async fn attempt(
        &self,
        batch: &Batch<M::Record>,
        mut held: Duration,
        last: &mut Option<u64>,
    ) -> Result<Reply, Attempt> {
        let (mut refusals, mut without_session) = (0, 0);
        if self.method.can_renew() && self.method.needs_renewal() {
            self.renew(&CallError::no_session()).await?;
        }
        loop {
            let error = match self.call(batch, held, last).await? {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            if error.kind() != CallErrorKind::NoSession {
                held = Duration::ZERO;
            }
            let again = match error.kind() {
                CallErrorKind::Credentials => {
                    refusals += 1;
                    refusals < 2
                }
                CallErrorKind::NoSession => {
                    without_session += 1;
                    without_session < MOST_WITHOUT_SESSION
                }
                _ => false,
            };
            if !again || !self.method.can_renew() {
                return Err(Attempt::Failed(error));
            }
            self.renew(&error).await?;
        }
    }

    /// One login, which the summary counts if it was made.
    async fn renew(&self, refused: &CallError) -> Result<(), Attempt> {
        let login = self.method.renew(refused);
        match self.gate.renewed(self.method.quotas(), login).await? {
            Ok(made) => {
                self.count(|summary| summary.logins += u64::from(made));
                Ok(())
            }
            Err(error) => Err(Attempt::NotCalled(error)),
        }
    }

    /// One call of a batch that had waited so long already; its number is left in `last`.
    async fn call(
        &self,
        batch: &Batch<M::Record>,
        held: Duration,
        last: &mut Option<u64>,
    ) -> Result<Result<Reply, CallError>, Attempt> {
        let records = batch.records();
        let asked = self.gate.clock.now();
        let tickets = self.gate.slot(self.method.quotas(), self.method.cost(records)).await?;
        let call = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        self.count(|summary| summary.calls += 1);
        if let Some(observer) = &self.gate.observer {
            observer.call_started(&CallStarted {
                call,
                records: records.len(),
            });
        }
        let (started, wall) = (self.gate.clock.now(), self.gate.clock.wall());
        let span = tracing::debug_span!(target: "batchwise", "batchwise.call", call, records = records.len());
        let result = self.method.call(records).instrument(span.clone());
        let result = self.gate.called(self.method.quotas(), &tickets, result).await;
        let error = result.as_ref().err();
        if error.is_some_and(|error| error.kind() == CallErrorKind::NoSession) {
            // No request was made: the client has to log in first.
            self.count(|summary| summary.calls -= 1);
        }
        if error.is_some_and(|error| error.kind() != CallErrorKind::NoSession) {
            self.count(|summary| summary.failed_calls += 1);
        }
        if error.is_none_or(|error| error.kind() != CallErrorKind::NoSession) {
            *last = Some(call);
        }
        let duration = self.gate.clock.now().saturating_sub(started);
        span.in_scope(|| match error {
            None => tracing::debug!(target: "batchwise", duration_ms = duration.as_millis(), "answered"),
            Some(error) => {
                let (kind, sent) = (error.kind().as_str(), error.sent());
                // The provider's text stays out, and what poses as a code or an id: they may repeat a contact.
                let (code, request_id) = (token(error.code()), token(error.request_id()));
                tracing::warn!(
                    target: "batchwise",
                    duration_ms = duration.as_millis(),
                    kind,
                    ?sent,
                    code,
                    request_id,
                    "no reply"
                );
            }
        });
        let finished = CallFinished {
            call,
            records: records.len(),
            started: wall,
            waited: held.saturating_add(started.saturating_sub(asked)),
            duration,
            error: error.map(CallError::kind),
            sent: error.map(CallError::sent),
            status: error.and_then(CallError::status),
        };
        if let Some(observer) = &self.gate.observer {
            observer.call_finished(&finished);
        }
        if let Some(side) = &self.journal {
            side.journal.called(&finished);
        }
        Ok(result)
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Summary)) {
        self.sums.change(change);
    }
}

#[cfg(test)]
mod tests {
    use super::token;

    #[test]
    fn only_what_looks_like_a_code_or_an_id_is_logged() {
        for text in ["110003", "NOT_EXIST", "8f14e45f-ceea-467f-9575-28c1d0c0b1a2", "r-7"] {
            assert_eq!(token(Some(text)), Some(text));
        }
        let long = "a".repeat(65);
        for text in ["79157771122", "+79157771122", "ann@example.com", "no such phone", &long] {
            assert_eq!(token(Some(text)), None, "{text}");
        }
        assert_eq!(token(None), None);
    }
}
