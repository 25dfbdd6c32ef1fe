//! One batch's way to the server: quota, login where needed, call.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tracing::Instrument;

use super::StopToken;
use super::ahead::Durable;
use super::stream::SharedSummary;
use crate::clock::{SharedClock, Tick};
use crate::error::{CallError, CallErrorKind};
use crate::journal::{Journal, JournalEntry, JournalError};
use crate::method::BatchMethod;
use crate::observe::{CallFinished, CallStarted, Observer, Waiting, WaitingFor};
use crate::plan::{Attempt, Batch};
use crate::quota::{QuotaHandle, Slot, Ticket};
use crate::reply::Reply;
use crate::report::Summary;

/// What every call of a job shares.
#[derive(Debug)]
pub(super) struct CallContext<M> {
    pub(super) method: M,
    pub(super) clock: SharedClock,
    /// Numbers of the calls, from 1.
    pub(super) numbers: AtomicU64,
    /// No call begins after this moment.
    pub(super) deadline: Option<Tick>,
    /// Set when the plan stops, so that batches that still wait for their slot come back.
    pub(super) halt: StopToken,
    /// Whoever holds it asks the job to stop; the plan hears of it later than a call may.
    pub(super) stop: StopToken,
    pub(super) observer: Option<Arc<dyn Observer>>,
    pub(super) journal: Option<JournalSide>,
    pub(super) summary: SharedSummary,
}

/// The journal as calls see it.
#[derive(Debug)]
pub(super) struct JournalSide {
    pub(super) journal: Arc<dyn Journal>,
    pub(super) durable: Durable,
    /// Batches that left at once, since all of it was durable.
    pub(super) noted_in_time: AtomicU64,
    /// Batches that had to wait for the journal.
    pub(super) waited_for: AtomicU64,
}

impl JournalSide {
    pub(super) fn new(journal: Arc<dyn Journal>, durable: Durable) -> Self {
        Self {
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

/// A slot that was granted by one quota.
struct Granted {
    ticket: Ticket,
    /// The call waited for it.
    waited: bool,
    /// The call waited since for another.
    outdated: bool,
}

impl Granted {
    /// Slots that were granted before this one was waited for.
    fn outdate(&self, earlier: &mut [Self]) {
        for slot in earlier {
            slot.outdated |= self.waited;
        }
    }
}

/// Why no slot was had.
enum NoSlot {
    Halted,
    Exhausted,
}

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
        let told = batch.noted();
        let entries: Vec<JournalEntry> = batch
            .intend()
            .map(|(record, line)| JournalEntry::of_record(record, line))
            .collect();
        if entries.is_empty() && told <= round {
            journal.noted_in_time.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        journal.waited_for.fetch_add(1, Ordering::Relaxed);
        if !entries.is_empty() {
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

    /// One login, under the quota like any call.
    async fn renew(&self, refused: &CallError) -> Result<(), Attempt> {
        let tickets = self.slot(1).await?;
        let renewed = self.method.renew(refused).await;
        self.finished(
            &tickets,
            match &renewed {
                Ok(made) => *made,
                Err(error) => error.came_whole(),
            },
        );
        match renewed {
            Ok(false) => Ok(()),
            Ok(true) => {
                self.count(|summary| summary.logins += 1);
                tracing::debug!(target: "batchwise", "session renewed");
                if let Some(observer) = &self.observer {
                    observer.session_renewed();
                }
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
        let asked = self.clock.now();
        let tickets = self.slot(self.method.cost(records)).await?;
        let call = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        self.count(|summary| summary.calls += 1);
        if let Some(observer) = &self.observer {
            observer.call_started(&CallStarted {
                call,
                records: records.len(),
            });
        }
        let (started, wall) = (self.clock.now(), self.clock.wall());
        let span = tracing::debug_span!(target: "batchwise", "batchwise.call", call, records = records.len());
        let result = self.method.call(records).instrument(span.clone()).await;
        self.finished(&tickets, result.as_ref().err().is_none_or(CallError::came_whole));
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
        let duration = self.clock.now().saturating_sub(started);
        span.in_scope(|| match error {
            None => tracing::debug!(target: "batchwise", duration_ms = duration.as_millis(), "answered"),
            Some(error) => {
                let (kind, sent) = (error.kind(), error.sent());
                // The provider's text stays out, and what poses as a code or an id: they may repeat a contact.
                let (code, request_id) = (token(error.code()), token(error.request_id()));
                tracing::warn!(
                    target: "batchwise",
                    duration_ms = duration.as_millis(),
                    ?kind,
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
        if let Some(observer) = &self.observer {
            observer.call_finished(&finished);
        }
        if let Some(side) = &self.journal {
            side.journal.called(&finished);
        }
        Ok(result)
    }

    /// Waits for a slot in every quota, the slowest first, unless the job halts.
    async fn slot(&self, cost: u32) -> Result<Vec<Ticket>, NoSlot> {
        let quotas = self.method.quotas();
        let mut slots: Vec<Granted> = Vec::with_capacity(quotas.len());
        for quota in quotas {
            let granted = self.granted(quota, cost).await?;
            granted.outdate(&mut slots);
            slots.push(granted);
        }
        // A slot is for a call made at once: where one quota made the call wait, those of the others count from now.
        while let Some(at) = slots.iter().position(|slot| slot.outdated) {
            let (Some(quota), Some(slot)) = (quotas.get(at), slots.get_mut(at)) else {
                break;
            };
            slot.outdated = false;
            if !quota.leaves(slot.ticket, cost) {
                let granted = self.granted(quota, cost).await?;
                granted.outdate(&mut slots);
                if let Some(slot) = slots.get_mut(at) {
                    *slot = granted;
                }
            }
        }
        // The wait may have been longer than it was meant to be.
        if self.is_over() {
            return Err(NoSlot::Halted);
        }
        Ok(slots.into_iter().map(|slot| slot.ticket).collect())
    }

    /// Waits for a slot in one quota.
    async fn granted(&self, quota: &QuotaHandle, cost: u32) -> Result<Granted, NoSlot> {
        let mut waited = false;
        loop {
            if self.is_over() {
                return Err(NoSlot::Halted);
            }
            let Some(slot) = self.unless_halted(quota.acquire(cost)).await else {
                return Err(NoSlot::Halted);
            };
            let (wait, on) = match slot {
                Slot::Granted(ticket) => {
                    return Ok(Granted {
                        ticket,
                        waited,
                        outdated: false,
                    });
                }
                Slot::Wait { wait, paused: true } => (wait, WaitingFor::Server),
                Slot::Wait { wait, paused: false } => (wait, WaitingFor::Quota),
                Slot::Exhausted { .. } => return Err(NoSlot::Exhausted),
            };
            self.observe_wait(on, wait);
            waited = true;
            if !self.sleep(wait).await {
                return Err(NoSlot::Halted);
            }
        }
    }

    /// True when no call may begin any more.
    fn is_over(&self) -> bool {
        self.halt.is_stopped()
            || self.stop.is_stopped()
            || self.deadline.is_some_and(|deadline| self.clock.now() >= deadline)
    }

    /// Gives the tickets of a call back; only one with a whole answer leaves a connection to the next.
    fn finished(&self, tickets: &[Ticket], answered: bool) {
        for (quota, ticket) in self.method.quotas().iter().zip(tickets) {
            if answered {
                quota.finished(*ticket);
            } else {
                quota.lost(*ticket);
            }
        }
    }

    /// True when the time passed, false when the job halts first.
    async fn sleep(&self, wait: Duration) -> bool {
        let sleep = self.clock.sleep_until(self.clock.now().saturating_add(wait));
        self.unless_halted(sleep).await.is_some()
    }

    /// What a future brings, or nothing when the job halts first.
    async fn unless_halted<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let mut halted = pin!(self.halt.stopped());
        std::future::poll_fn(|cx| {
            if halted.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            future.as_mut().poll(cx).map(Some)
        })
        .await
    }

    pub(super) fn observe_wait(&self, on: WaitingFor, wait: Duration) {
        self.observe(&Waiting { on, wait, records: 0 });
    }

    /// Records that are in use wait for their next round.
    pub(super) fn observe_round(&self, records: usize, wait: Duration) {
        let on = WaitingFor::Busy;
        self.observe(&Waiting { on, wait, records });
    }

    fn observe(&self, waiting: &Waiting) {
        if let Some(observer) = &self.observer {
            observer.waiting(waiting);
        }
    }

    pub(super) fn summary(&self) -> Summary {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Summary)) {
        change(&mut self.summary.lock().unwrap_or_else(PoisonError::into_inner));
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
