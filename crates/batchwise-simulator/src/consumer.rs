//! Whoever takes the outcomes of a job: at its own pace, and perhaps not to the end.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use batchwise_core::clock::{Clock, Sleep};
use batchwise_core::test_util::FakeClock;
use batchwise_core::{Outcome, OutcomeStream, StopToken, Summary};
use batchwise_emulator::conformance::{Breach, Dice, SharedSight};
use futures_core::Stream;

use crate::journal::ModelJournal;
use crate::play::calls;
use crate::scenario::{Halt, RunEnd, When};

/// An outcome is told when it is durable, not before.
const DURABLE: &str = "an outcome is durable before it is told";

/// What a consumer got.
#[derive(Debug)]
pub(crate) struct Got<R> {
    pub(crate) outcomes: Vec<Outcome<R>>,
    pub(crate) summary: Summary,
    pub(crate) dropped: bool,
    /// When its job began.
    pub(crate) began: Duration,
    pub(crate) polls: u64,
    /// Rests that it took.
    pub(crate) rests: u64,
    /// Calls begun when it stopped or dropped the job.
    pub(crate) calls_at_halt: Option<usize>,
    /// The stream gave something after its end.
    pub(crate) revived: bool,
    /// The same for a stop from within a call.
    pub(crate) stopped_by_send: Option<Arc<Mutex<Option<usize>>>>,
    /// What was told too early.
    pub(crate) breaches: Vec<Breach>,
}

impl<R> Got<R> {
    /// Calls begun when the job was stopped or dropped.
    pub(crate) fn calls_at_halt(&self) -> Option<usize> {
        let by_send = self.stopped_by_send.as_ref();
        let by_send = by_send.and_then(|noted| *noted.lock().unwrap_or_else(PoisonError::into_inner));
        self.calls_at_halt.or(by_send)
    }
}

impl<R> Default for Got<R> {
    fn default() -> Self {
        Self {
            outcomes: Vec::new(),
            summary: Summary::default(),
            dropped: false,
            began: Duration::ZERO,
            polls: 0,
            rests: 0,
            calls_at_halt: None,
            revived: false,
            stopped_by_send: None,
            breaches: Vec::new(),
        }
    }
}

/// The consumer of one run of a job.
pub(crate) struct Consumer<R> {
    /// Makes the stream when the time has come.
    pub(crate) begin: Option<Box<dyn FnOnce() -> OutcomeStream<R>>>,
    pub(crate) starts: Duration,
    pub(crate) stream: Option<OutcomeStream<R>>,
    pub(crate) end: RunEnd,
    pub(crate) journal: Option<ModelJournal>,
    pub(crate) token: StopToken,
    pub(crate) rest: Option<Duration>,
    pub(crate) clock: FakeClock,
    pub(crate) sight: SharedSight,
    pub(crate) dice: Dice,
    pub(crate) sleep: Option<Sleep>,
    /// Ends when the time has come to stop the job, or to drop its stream.
    pub(crate) alarm: Option<Sleep>,
    pub(crate) got: Rc<RefCell<Got<R>>>,
}

impl<R: Send + Unpin + 'static> Consumer<R> {
    fn begin(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.begin.is_some() && !self.starts.is_zero() {
            let starts = self.starts;
            let sleep = self.sleep.get_or_insert_with(|| self.clock.sleep_until(starts));
            std::task::ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        if let Some(begin) = self.begin.take() {
            self.stream = Some(begin());
            self.got.borrow_mut().began = self.clock.now();
            if let Some(When::Time(after)) = self.moment() {
                self.alarm = Some(self.clock.sleep_until(self.clock.now() + after));
            }
        }
        Poll::Ready(())
    }

    /// When someone ends the run.
    fn moment(&self) -> Option<When> {
        match self.end {
            RunEnd::Halt(Halt::Stop(when) | Halt::Drop(when)) | RunEnd::Crash(when) => Some(when),
            _ => None,
        }
    }

    /// True when that moment has come.
    fn is_now(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(when) = self.moment() else {
            return false;
        };
        match when {
            When::Outcomes(count) => self.got.borrow().outcomes.len() >= count,
            When::Poll(poll) => self.got.borrow().polls >= poll,
            When::Time(_) => self
                .alarm
                .as_mut()
                .is_some_and(|alarm| alarm.as_mut().poll(cx).is_ready()),
            // The net knows.
            When::Send(_) => false,
        }
    }

    /// Does what is due now; true when the run is over by it.
    fn halt(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.is_now(cx) {
            return false;
        }
        self.got
            .borrow_mut()
            .calls_at_halt
            .get_or_insert_with(|| calls(&self.sight));
        if matches!(self.end, RunEnd::Halt(Halt::Stop(_))) {
            self.token.stop();
            return false;
        }
        self.leave();
        true
    }

    /// The run is over, whatever was under way.
    fn leave(&mut self) {
        if let Some(journal) = &self.journal {
            journal.crash();
        }
        let mut got = self.got.borrow_mut();
        if let Some(stream) = self.stream.take() {
            got.summary = stream.summary();
        }
        got.dropped = true;
    }

    /// True when the process has ended meanwhile.
    fn has_crashed(&self, cx: &Context<'_>) -> bool {
        let journal = self.journal.as_ref();
        journal.is_some_and(|journal| journal.has_crashed(cx.waker()))
    }

    fn take(&mut self, outcome: Outcome<R>) {
        let journal = self.journal.as_ref();
        if journal.is_some_and(|journal| !journal.has(outcome.line, outcome.verdict)) {
            let what = format!("line {}: {}", outcome.line, outcome.verdict);
            self.got.borrow_mut().breaches.push(Breach::new(DURABLE, what));
        }
        self.got.borrow_mut().outcomes.push(outcome);
        self.rest();
    }

    fn end(&mut self, cx: &mut Context<'_>) {
        let Some(stream) = &mut self.stream else { return };
        let mut got = self.got.borrow_mut();
        got.summary = stream.summary();
        got.revived = !matches!(Pin::new(stream).poll_next(cx), Poll::Ready(None));
    }

    fn rest(&mut self) {
        let Some(most) = self.rest.filter(|_| self.dice.percent(30)) else {
            return;
        };
        self.got.borrow_mut().rests += 1;
        let millis = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        let rest = Duration::from_millis(self.dice.below(millis) + 1);
        self.sleep = Some(self.clock.sleep_until(self.clock.now() + rest));
    }
}

impl<R: Send + Unpin + 'static> Future for Consumer<R> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        std::task::ready!(self.begin(cx));
        loop {
            self.got.borrow_mut().polls += 1;
            if self.has_crashed(cx) {
                self.leave();
                return Poll::Ready(());
            }
            if self.halt(cx) {
                return Poll::Ready(());
            }
            if let Some(sleep) = &mut self.sleep {
                std::task::ready!(sleep.as_mut().poll(cx));
                self.sleep = None;
            }
            let Some(stream) = &mut self.stream else {
                return Poll::Ready(());
            };
            let next = Pin::new(&mut *stream).poll_next(cx);
            if self.has_crashed(cx) {
                // Whatever it was about to say.
                self.leave();
                return Poll::Ready(());
            }
            match std::task::ready!(next) {
                Some(outcome) => self.take(outcome),
                None => {
                    self.end(cx);
                    return Poll::Ready(());
                }
            }
        }
    }
}
