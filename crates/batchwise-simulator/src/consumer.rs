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
use batchwise_emulator::conformance::{Dice, SharedSight};
use futures_core::Stream;

use crate::play::calls;
use crate::scenario::{Halt, When};

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
        }
    }
}

/// The consumer of one job.
pub(crate) struct Consumer<R> {
    /// Makes the stream when the time has come.
    pub(crate) begin: Option<Box<dyn FnOnce() -> OutcomeStream<R>>>,
    pub(crate) starts: Duration,
    pub(crate) stream: Option<OutcomeStream<R>>,
    pub(crate) halt: Halt,
    pub(crate) token: StopToken,
    pub(crate) rest: Option<Duration>,
    pub(crate) clock: FakeClock,
    pub(crate) sight: SharedSight,
    pub(crate) dice: Dice,
    pub(crate) sleep: Option<Sleep>,
    /// Ends when the time has come to drop the stream.
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
            if let Halt::Drop(When::Time(after)) = self.halt {
                self.alarm = Some(self.clock.sleep_until(self.clock.now() + after));
            }
        }
        Poll::Ready(())
    }

    /// True when the moment of a halt has come.
    fn is_now(&mut self, cx: &mut Context<'_>) -> bool {
        let (Halt::Stop(when) | Halt::Drop(when)) = self.halt else {
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

    /// Does what is due now; true when the job is over by it.
    fn halt(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.is_now(cx) {
            return false;
        }
        let mut got = self.got.borrow_mut();
        got.calls_at_halt.get_or_insert_with(|| calls(&self.sight));
        match self.halt {
            Halt::Drop(_) => {
                if let Some(stream) = self.stream.take() {
                    got.summary = stream.summary();
                }
                got.dropped = true;
                true
            }
            Halt::Never | Halt::Stop(_) => {
                self.token.stop();
                false
            }
        }
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
            match std::task::ready!(Pin::new(&mut *stream).poll_next(cx)) {
                Some(outcome) => {
                    self.got.borrow_mut().outcomes.push(outcome);
                    self.rest();
                }
                None => {
                    let summary = stream.summary();
                    let revived = !matches!(Pin::new(stream).poll_next(cx), Poll::Ready(None));
                    let mut got = self.got.borrow_mut();
                    (got.summary, got.revived) = (summary, revived);
                    return Poll::Ready(());
                }
            }
        }
    }
}
