//! The loop that keeps a job going.

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_core::Stream;
use futures_util::stream::FuturesUnordered;

use super::ahead::Ahead;
use super::call::{CallContext, Ended, JournalSide};
use super::event::{Event, yield_now};
use super::ledger::Ledger;
use super::sums::{Sums, Tally};
use super::{InputError, RunOptions, StopToken};
use crate::clock::{SharedClock, Tick};
use crate::descriptor::Action;
use crate::gate::Gate;
use crate::journal::JournalError;
use crate::method::BatchMethod;
use crate::observe::WaitingFor;
use crate::outcome::{Outcome, Verdict};
use crate::plan::{Entry, Plan, Step};
use crate::reason::{Reason, ReasonKind};

type Input<R> = Pin<Box<dyn Stream<Item = Result<Entry<R>, InputError>> + Send>>;
type Call<R> = Pin<Box<dyn Future<Output = Ended<R>> + Send>>;

/// How long before its slot a batch leaves for the journal, so that the slot does not wait for the disk.
const LEAD: Duration = Duration::from_millis(25);

/// Calls in flight when the number is left to us and no quota holds calls back: enough that a server has work while an answer
/// is on its way, and few enough that whoever lifts a quota does not meet a server with all that a quota would have spread.
const WITHOUT_QUOTA: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);

/// Calls in flight when the number is left to us.
fn auto_concurrency(method: &impl BatchMethod) -> NonZeroUsize {
    let calls = method.descriptor().auto_concurrency;
    // The least time of very many calls is nothing only where there is no limit.
    let is_paced = method
        .quotas()
        .iter()
        .any(|quota| !quota.least_time(u64::MAX).is_zero());
    if is_paced { calls } else { calls.min(WITHOUT_QUOTA) }
}

/// Outcomes handed out one after the other before calls are looked at.
const TURN: usize = 64;

/// A job under way.
pub(super) struct Driver<M: BatchMethod> {
    pub(super) context: Arc<CallContext<M>>,
    pub(super) plan: Plan<M::Record>,
    tally: Tally,
    /// Outcomes that wait until the journal has them.
    pub(super) ledger: Option<Ledger<M::Record>>,
    /// What the journal is told before its batch leaves.
    pub(super) ahead: Option<Ahead>,
    pub(super) input: Option<Input<M::Record>>,
    pub(super) in_flight: FuturesUnordered<Call<M::Record>>,
    pub(super) stop: StopToken,
    deadline: Option<Tick>,
    linger: Duration,
    /// When the input gave something last, or the job began to stop.
    pub(super) quiet_since: Tick,
    /// How long a stopped job reads on to give what comes its outcome; until the input ends when `None`.
    drain: Option<Duration>,
    pub(super) drain_until: Option<Tick>,
    #[cfg(feature = "test-util")]
    probe: Option<crate::test_util::Probe>,
    /// Until when the server asked everyone to wait.
    refused_until: Tick,
    /// Since when a batch that is ready is held for a slot of the quota.
    held_since: Option<Tick>,
    /// Outcomes handed out since calls were looked at.
    handed_out: usize,
}

impl<M: BatchMethod> Driver<M> {
    pub(super) fn new(method: M, input: Input<M::Record>, options: RunOptions) -> Self {
        let mut plan = options.plan;
        if options.auto_concurrency {
            plan.concurrency = auto_concurrency(&method);
        }
        let linger = plan.linger;
        let now = options.clock.now();
        let deadline = options.deadline.map(|after| now.saturating_add(after));
        let ahead = options.journal.clone().map(Ahead::new);
        let side = options.journal.clone().zip(ahead.as_ref());
        let sums = Arc::new(Sums::default());
        Self {
            tally: Tally::shown_in(&sums),
            plan: Plan::new(method.descriptor().clone(), plan),
            context: Arc::new(CallContext {
                method,
                numbers: AtomicU64::new(0),
                gate: Gate {
                    clock: options.clock,
                    deadline,
                    halt: StopToken::new(),
                    stop: options.stop.clone(),
                    observer: options.observer,
                },
                journal: side.map(|(journal, ahead)| JournalSide::new(journal, ahead.durable())),
                sums: Arc::clone(&sums),
            }),
            ledger: options.journal.map(Ledger::new),
            ahead,
            input: Some(input),
            in_flight: FuturesUnordered::new(),
            stop: options.stop,
            deadline,
            linger,
            quiet_since: now,
            drain: options.drain,
            drain_until: None,
            #[cfg(feature = "test-util")]
            probe: options.probe,
            refused_until: Tick::ZERO,
            held_since: None,
            handed_out: 0,
        }
    }

    pub(super) fn sums(&self) -> Arc<Sums> {
        Arc::clone(&self.context.sums)
    }

    pub(super) fn span(&self) -> tracing::Span {
        let descriptor = self.context.method.descriptor();
        tracing::info_span!(
            target: "batchwise",
            "batchwise.job",
            provider = descriptor.provider,
            method = descriptor.method
        )
    }

    pub(super) fn clock(&self) -> &SharedClock {
        &self.context.gate.clock
    }

    /// The next outcome, or `None` when every record has one.
    pub(super) async fn next(&mut self) -> Option<Outcome<M::Record>> {
        let mut looked = 0;
        loop {
            if let Some(outcome) = self.ready_in_turn() {
                return Some(outcome);
            }
            let now = self.clock().now();
            self.plan.set_time_of_day(self.context.gate.clock.wall());
            self.check_stop(now);
            self.check_drain(now);
            self.read_ahead(now).await;
            let step = match &self.ledger {
                // Whatever is next, the journal comes first.
                Some(ledger) if ledger.is_full() => Step::Wait(None),
                _ => self.plan.poll(now),
            };
            let until = match step {
                Step::Ready => match self.send(now) {
                    None => continue,
                    // The quota has no slot yet: records that come meanwhile can still join the batch.
                    Some(wait) => Some(now.saturating_add(wait)),
                },
                Step::Wait(until) => {
                    self.held_since = None;
                    self.observe_pause(until, now);
                    until
                }
                Step::Done => {
                    if let Some(outcome) = self.ready() {
                        return Some(outcome);
                    }
                    if self.ledger.as_ref().is_none_or(Ledger::is_empty) {
                        self.end().await;
                        return None;
                    }
                    None
                }
            };
            // Before calls are looked at: one that waits for a slot must not begin after a stop.
            self.halt_if_stopping(now);
            if self.is_turn_of_calls() {
                if looked == 0 {
                    // What leaves meanwhile is not to wait for the disk.
                    self.note_ahead();
                    yield_now().await;
                }
                looked += 1;
                // As many as there can be, so that outcomes do not wait for ever where calls end at once.
                let event = if looked <= self.in_flight.len() {
                    self.event_at_once().await
                } else {
                    None
                };
                if let Some(event) = event {
                    self.handle(event);
                } else {
                    (looked, self.handed_out) = (0, 0);
                }
                continue;
            }
            if let Some(outcome) = self.ready() {
                return Some(outcome);
            }
            #[cfg(feature = "test-util")]
            self.show(until);
            self.note_ahead();
            self.handed_out = 0;
            let event = self.event(self.wake_at(until, now)).await;
            self.handle(event);
        }
    }

    #[cfg(feature = "test-util")]
    fn show(&self, until: Option<Tick>) {
        if let Some(probe) = &self.probe {
            let (input, now) = (self.input.is_some(), self.clock().now());
            probe.note(&(
                &self.plan,
                &self.ledger,
                &self.ahead,
                input,
                now,
                until,
                self.quiet_since,
                self.drain_until,
            ));
        }
    }

    /// The next outcome, if there is one already that can be handed out; with a journal, when it is durable there.
    fn ready(&mut self) -> Option<Outcome<M::Record>> {
        let Some(ledger) = &mut self.ledger else {
            let outcomes = self.plan.outcomes();
            // Looked at where it lies, so that it is moved once, as a whole.
            let (verdict, reached) = outcomes.front().map(|next| (next.verdict, next.reached()))?;
            let next = outcomes.pop_front();
            self.count(verdict, reached);
            return next;
        };
        let outcomes = self.plan.outcomes();
        if !outcomes.is_empty() {
            ledger.take_in(outcomes);
        }
        if ledger.can_save() {
            // What a stop gives its outcome may be on its way into the journal as an intent: the outcome comes after it.
            let noting = self.ahead.as_ref().is_some_and(Ahead::is_noting);
            if !(noting && self.plan.is_stopping()) {
                ledger.save();
            }
        }
        let next = ledger.saved()?;
        self.count(next.verdict, next.reached());
        Some(next)
    }

    /// Counts an outcome that is handed out.
    fn count(&mut self, verdict: Verdict, reached: bool) {
        self.tally.add(verdict, reached);
        if let Some(observer) = &self.context.gate.observer {
            observer.outcome(verdict, reached);
        }
        self.handed_out += 1;
    }

    /// The same, and none when calls come first.
    pub(super) fn ready_in_turn(&mut self) -> Option<Outcome<M::Record>> {
        if self.is_turn_of_calls() { None } else { self.ready() }
    }

    /// True when so many outcomes were handed out one after the other that calls may have ended meanwhile, or may begin: a
    /// journal gives back those of many calls at once, and servers would have nothing to do until the last of them is taken.
    fn is_turn_of_calls(&self) -> bool {
        self.handed_out >= TURN
    }

    /// Sends the batch that is ready, or says how long the quota has no slot.
    fn send(&mut self, now: Tick) -> Option<Duration> {
        let quotas = self.context.method.quotas();
        let wait = quotas.iter().map(|quota| quota.ready_in(1)).max().unwrap_or_default();
        if !wait.is_zero() {
            self.held_since.get_or_insert(now);
            self.context.gate.observe_wait(WaitingFor::Quota, wait);
            let lead = self.ahead.as_mut().map_or(Duration::ZERO, |ahead| {
                ahead.rest();
                LEAD
            });
            if wait > lead {
                return Some(wait - lead);
            }
        }
        if let Some(batch) = self.plan.take(now) {
            let held = self
                .held_since
                .take()
                .map_or(Duration::ZERO, |since| now.saturating_sub(since));
            self.in_flight
                .push(Box::pin(Arc::clone(&self.context).carry(batch, held)));
        }
        None
    }

    /// Tells the journal what goes next while calls are in flight, where only the disk would make it wait.
    fn note_ahead(&mut self) {
        let (Some(ahead), Some(side)) = (&mut self.ahead, &self.context.journal) else {
            return;
        };
        for _ in 0..side.noted_in_time.swap(0, Ordering::Relaxed) {
            ahead.learn(false);
        }
        if side.waited_for.swap(0, Ordering::Relaxed) > 0 {
            ahead.learn(true);
        }
        let descriptor = self.context.method.descriptor();
        if !descriptor.absence_reached || descriptor.action != Action::Delete {
            // There a doubt that is not needed would cost an outcome: an update may read unknown, a mismatch deleted.
            return;
        }
        let Some(round) = ahead.next_round().filter(|_| !self.in_flight.is_empty()) else {
            return;
        };
        if self
            .context
            .method
            .quotas()
            .iter()
            .any(|quota| !quota.ready_in(1).is_zero())
        {
            ahead.rest();
            return;
        }
        let batches = self.plan.note_ahead(ahead.batches(), round);
        if !batches.is_empty() {
            ahead.begin(batches);
        }
    }

    fn check_stop(&mut self, now: Tick) {
        if self.plan.is_stopping() {
            return;
        }
        if self.stop.is_stopped() {
            self.plan.stop(Reason::new(ReasonKind::Cancelled));
        } else if self.deadline.is_some_and(|deadline| now >= deadline) {
            self.plan.stop(Reason::new(ReasonKind::Deadline));
        } else {
            return;
        }
        self.halt_if_stopping(now);
    }

    /// Tells the batches that wait for a slot, once; the plan may have stopped by itself.
    fn halt_if_stopping(&mut self, now: Tick) {
        if self.plan.is_stopping() && !self.context.gate.halt.is_stopped() {
            self.quiet_since = now;
            self.drain_until = self.drain.map(|drain| now.saturating_add(drain));
            self.context.gate.halt.stop();
        }
    }

    /// When to look again: at the plan's moment, at the deadline, or when a stopped job's input stays quiet.
    fn wake_at(&self, until: Option<Tick>, now: Tick) -> Option<Tick> {
        if self.plan.is_stopping() {
            let quiet = self.in_flight.is_empty() && self.input.is_some();
            return quiet.then(|| self.quiet_since.saturating_add(self.linger).max(now));
        }
        [until, self.deadline].into_iter().flatten().min()
    }

    /// Tells of a wait that is the plan's own, and not for more input.
    fn observe_pause(&self, until: Option<Tick>, now: Tick) {
        let Some(until) = until.filter(|_| self.in_flight.is_empty() && !self.plan.is_stopping()) else {
            return;
        };
        let wait = until.saturating_sub(now);
        match self.plan.awaiting_round() {
            0 if self.plan.is_lingering(now) => {}
            0 if now < self.refused_until => self.context.gate.observe_wait(WaitingFor::Server, wait),
            0 => self.context.gate.observe_wait(WaitingFor::Pause, wait),
            records => self.context.gate.observe_round(records, wait),
        }
    }

    fn handle(&mut self, event: Event<M::Record>) {
        let now = self.clock().now();
        self.plan.set_time_of_day(self.context.gate.clock.wall());
        match event {
            Event::Input(item) => self.take_input(item, now),
            Event::Ended((batch, attempt)) => {
                // A batch that came back because the time was up says so, not that somebody stopped the job.
                self.check_stop(now);
                let jitter = self.clock().jitter();
                let settled = self.plan.settle(batch, attempt, now, jitter);
                if let Some(wait) = settled.pause {
                    self.refused_until = now.saturating_add(wait);
                    for quota in self.context.method.quotas() {
                        quota.pause(wait);
                    }
                    self.context.gate.observe_wait(WaitingFor::Server, wait);
                }
                if let Some(observer) = &self.context.gate.observer {
                    if settled.retried > 0 {
                        observer.retry(settled.retried);
                    }
                    if settled.deferred > 0 {
                        observer.deferral(settled.deferred);
                    }
                }
                self.halt_if_stopping(now);
            }
            Event::Saved(Err(error)) => {
                self.plan.stop(journal_failed(&error));
                self.halt_if_stopping(now);
            }
            // Looked at again at the top of the loop.
            Event::Saved(Ok(())) | Event::Stop => {}
            Event::Time => {
                let quiet = now.saturating_sub(self.quiet_since) >= self.linger;
                if self.plan.is_stopping() && self.in_flight.is_empty() && quiet {
                    // A stopped job does not wait for an input that stays open and says nothing.
                    self.leave_input();
                }
            }
        }
    }

    async fn end(&mut self) {
        let (stop, found_nothing) = (self.plan.stopped(), self.plan.found_nothing());
        self.context.count(|summary| {
            summary.stop = stop;
            summary.found_nothing = found_nothing;
        });
        let Some(side) = &self.context.journal else { return };
        let summary = self.context.sums.summary();
        if let Err(error) = side.journal.close(&summary).await {
            self.context.count(|summary| {
                summary.stop.get_or_insert_with(|| journal_failed(&error));
            });
        }
    }
}

pub(super) fn journal_failed(error: &JournalError) -> Reason {
    Reason::with_text(ReasonKind::Journal, error.to_string())
}
