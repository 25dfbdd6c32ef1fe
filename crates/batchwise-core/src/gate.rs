//! What stands between a call and the server: slots of the quotas, waits, and the ends of waiting.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::clock::{SharedClock, Tick};
use crate::error::CallError;
use crate::observe::{Observer, Waiting, WaitingFor};
use crate::quota::{QuotaHandle, Slot, Ticket};
use crate::run::StopToken;
use crate::woken::timed;

/// Lets calls through, one slot of every quota for each, until something ends that.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) clock: SharedClock,
    /// No call begins after this moment.
    pub(crate) deadline: Option<Tick>,
    /// Set when those who wait for their slot shall come back.
    pub(crate) halt: StopToken,
    /// Whoever holds it asks for a stop, which may be heard later than a call may begin.
    pub(crate) stop: StopToken,
    pub(crate) observer: Option<Arc<dyn Observer>>,
}

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
pub(crate) enum NoSlot {
    Halted,
    Exhausted,
}

impl Gate {
    /// Waits for a slot in every quota, the slowest first, unless the job halts.
    pub(crate) async fn slot(&self, quotas: &[QuotaHandle], cost: u32) -> Result<Vec<Ticket>, NoSlot> {
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
    pub(crate) fn is_over(&self) -> bool {
        self.halt.is_stopped()
            || self.stop.is_stopped()
            || self.deadline.is_some_and(|deadline| self.clock.now() >= deadline)
    }

    /// One login, under the quotas like any call: true when it was made, false when somebody else's will do.
    pub(crate) async fn renewed(
        &self,
        quotas: &[QuotaHandle],
        login: impl Future<Output = Result<bool, CallError>>,
    ) -> Result<Result<bool, CallError>, NoSlot> {
        let tickets = self.slot(quotas, 1).await?;
        let (renewed, late) = timed(&self.clock, login).await;
        let answered = match &renewed {
            Ok(made) => *made,
            Err(error) => error.came_whole(),
        };
        finished(quotas, &tickets, answered.then_some(late));
        if matches!(renewed, Ok(true)) {
            tracing::debug!(target: "batchwise", "session renewed");
            if let Some(observer) = &self.observer {
                observer.session_renewed();
            }
        }
        Ok(renewed)
    }

    /// One call in the slots that it was given, which end with it.
    pub(crate) async fn called<T>(
        &self,
        quotas: &[QuotaHandle],
        tickets: &[Ticket],
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let (result, late) = timed(&self.clock, call).await;
        let answered = result.as_ref().err().is_none_or(CallError::came_whole);
        finished(quotas, tickets, answered.then_some(late));
        result
    }

    /// True when the time passed, false when the job halts first.
    pub(crate) async fn sleep(&self, wait: Duration) -> bool {
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

    pub(crate) fn observe_wait(&self, on: WaitingFor, wait: Duration) {
        self.observe(&Waiting { on, wait, records: 0 });
    }

    /// Records that are in use wait for their next round.
    pub(crate) fn observe_round(&self, records: usize, wait: Duration) {
        let on = WaitingFor::Busy;
        self.observe(&Waiting { on, wait, records });
    }

    fn observe(&self, waiting: &Waiting) {
        if let Some(observer) = &self.observer {
            observer.waiting(waiting);
        }
    }
}

/// Gives the tickets of a call back; only one with a whole answer, seen so late, leaves a connection to the next.
fn finished(quotas: &[QuotaHandle], tickets: &[Ticket], answered: Option<Duration>) {
    for (quota, ticket) in quotas.iter().zip(tickets) {
        match answered {
            Some(late) => quota.answered(*ticket, late),
            None => quota.lost(*ticket),
        }
    }
}
