//! One question's way to its answer: quota, login where needed, call, and again.

use std::time::Duration;

use tracing::Instrument;

use super::{ListError, ListErrorKind, ListMethod, ListOptions};
use crate::error::{CallError, CallErrorKind};
use crate::gate::{Gate, NoSlot};
use crate::observe::{CallFinished, CallStarted, WaitingFor};
use crate::plan::pace::{RetryBudget, Throttle, backoff};

/// So often one question meets an answer that came whole and says nothing, or a server that does not prove who it is:
/// asked more often they say the same.
const MOST_HOPELESS: u32 = 3;

/// So often a call may find no session although one was just brought: others renew it at the same time.
const MOST_WITHOUT_SESSION: u32 = 5;

/// Asks questions until they are answered, within what a list may cost.
#[derive(Debug)]
pub(super) struct Reader {
    gate: Gate,
    throttle: Throttle,
    budget: RetryBudget,
    max_attempts: u32,
    calls: u64,
}

impl From<NoSlot> for ListError {
    fn from(no_slot: NoSlot) -> Self {
        Self::new(match no_slot {
            NoSlot::Halted => ListErrorKind::Stopped,
            NoSlot::Exhausted => ListErrorKind::QuotaSpent,
        })
    }
}

/// What a question met so far.
#[derive(Debug, Default)]
struct Trouble {
    failures: u32,
    hopeless: u32,
    refusals: u32,
    without_session: u32,
}

impl Reader {
    pub(super) fn new(options: ListOptions) -> Self {
        Self {
            gate: Gate {
                clock: options.clock,
                deadline: None,
                halt: options.stop.clone(),
                stop: options.stop,
                observer: options.observer,
            },
            throttle: Throttle::default(),
            budget: RetryBudget::new(options.retry_budget),
            max_attempts: options.max_attempts,
            calls: 0,
        }
    }

    /// Calls made, logins not counted.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    /// The answer to the method's question.
    pub(super) async fn answer<M: ListMethod>(&mut self, method: &M) -> Result<M::Answer, ListError> {
        let mut trouble = Trouble::default();
        let mut renewal = (method.can_renew() && method.needs_renewal()).then(CallError::no_session);
        loop {
            let left = self.gate.clock.now();
            let error = if let Some(refused) = renewal.take() {
                match self.gate.renewed(method.quotas(), method.renew(&refused)).await? {
                    Ok(_) => continue,
                    // A login that is refused is refused again.
                    Err(error) if error.kind() == CallErrorKind::Credentials => {
                        return Err(ListError::of_call(ListErrorKind::Call, error));
                    }
                    Err(error) => {
                        renewal = Some(refused);
                        error
                    }
                }
            } else {
                match self.called(method).await? {
                    Ok(answer) => {
                        self.throttle.success();
                        self.budget.answered();
                        return Ok(answer);
                    }
                    Err(error) => error,
                }
            };
            let renewable = method.can_renew() && renewal.is_none();
            match error.kind() {
                CallErrorKind::Credentials if renewable && trouble.refusals == 0 => {
                    trouble.refusals += 1;
                    renewal = Some(error);
                }
                CallErrorKind::NoSession if renewable && trouble.without_session < MOST_WITHOUT_SESSION => {
                    trouble.without_session += 1;
                    renewal = Some(error);
                }
                CallErrorKind::RateLimited => {
                    let (now, jitter) = (self.gate.clock.now(), self.gate.clock.jitter());
                    let Some(wait) = self.throttle.refused(error.retry_after(), left, now, jitter) else {
                        return Err(ListError::of_call(ListErrorKind::QuotaSpent, error));
                    };
                    for quota in method.quotas() {
                        quota.pause(wait);
                    }
                    self.pause(WaitingFor::Server, wait).await?;
                }
                _ => self.again_after(error, &mut trouble).await?,
            }
        }
    }

    /// Waits before the question is asked again, or says why it is not.
    async fn again_after(&mut self, error: CallError, trouble: &mut Trouble) -> Result<(), ListError> {
        let untrusted = error.kind() == CallErrorKind::Untrusted;
        if !error.is_transient() && !untrusted {
            return Err(ListError::of_call(ListErrorKind::Call, error));
        }
        trouble.failures += 1;
        if untrusted || (error.kind() == CallErrorKind::Unreadable && error.came_whole()) {
            trouble.hopeless += 1;
        }
        if trouble.failures >= self.max_attempts || trouble.hopeless >= MOST_HOPELESS {
            return Err(ListError::of_call(ListErrorKind::Call, error));
        }
        if self.budget.is_spent() {
            return Err(ListError::of_call(ListErrorKind::RetriesSpent, error));
        }
        self.budget.charge();
        if let Some(observer) = &self.gate.observer {
            observer.retry(0);
        }
        let own = backoff(trouble.failures, self.gate.clock.jitter());
        let wait = error.retry_after().map_or(own, |asked| asked.max(own));
        self.pause(WaitingFor::Pause, wait).await
    }

    async fn pause(&self, on: WaitingFor, wait: Duration) -> Result<(), ListError> {
        self.gate.observe_wait(on, wait);
        if self.gate.sleep(wait).await {
            Ok(())
        } else {
            Err(ListError::new(ListErrorKind::Stopped))
        }
    }

    /// One call.
    async fn called<M: ListMethod>(&mut self, method: &M) -> Result<Result<M::Answer, CallError>, ListError> {
        let asked = self.gate.clock.now();
        let tickets = self.gate.slot(method.quotas(), 1).await?;
        self.calls += 1;
        let call = self.calls;
        if let Some(observer) = &self.gate.observer {
            observer.call_started(&CallStarted { call, records: 0 });
        }
        let (started, wall) = (self.gate.clock.now(), self.gate.clock.wall());
        let span = tracing::debug_span!(target: "batchwise", "batchwise.call", call, records = 0);
        let result = method.ask().instrument(span.clone());
        let result = self.gate.called(method.quotas(), &tickets, result).await;
        let error = result.as_ref().err();
        if error.is_some_and(|error| error.kind() == CallErrorKind::NoSession) {
            // No request was made: the client has to log in first.
            self.calls -= 1;
        }
        let duration = self.gate.clock.now().saturating_sub(started);
        span.in_scope(|| match error {
            None => tracing::debug!(target: "batchwise", duration_ms = duration.as_millis(), "answered"),
            Some(error) => {
                // The provider's text stays out: it may repeat a contact.
                let (kind, sent) = (error.kind(), error.sent());
                tracing::warn!(target: "batchwise", duration_ms = duration.as_millis(), ?kind, ?sent, "no reply");
            }
        });
        if let Some(observer) = &self.gate.observer {
            observer.call_finished(&CallFinished {
                call,
                records: 0,
                started: wall,
                waited: started.saturating_sub(asked),
                duration,
                error: error.map(CallError::kind),
                sent: error.map(CallError::sent),
                status: error.and_then(CallError::status),
            });
        }
        Ok(result)
    }
}
