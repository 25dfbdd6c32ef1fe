//! The input of a job: lines that come when they come, and an end that may be an error.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use batchwise_core::InputError;
use batchwise_core::clock::{Clock, Sleep};
use batchwise_core::plan::Entry;
use batchwise_core::test_util::FakeClock;
use batchwise_emulator::conformance::Line;
use futures_core::Stream;

use crate::scenario::InputEnd;

/// What a job has read so far, each with its number of line.
pub(crate) type Read = Arc<Mutex<Vec<(u64, Line)>>>;

/// One step of an input.
#[derive(Debug, Clone)]
pub(crate) struct Item<R> {
    /// It comes after this time.
    pub(crate) pause: Duration,
    pub(crate) entry: Entry<R>,
    /// What it counts as; nothing for the end of a stage.
    pub(crate) line: Option<(u64, Line)>,
}

/// A stream of entries.
pub(crate) struct Input<R> {
    items: VecDeque<Item<R>>,
    end: InputEnd,
    clock: FakeClock,
    sleep: Option<Sleep>,
    read: Read,
    over: bool,
}

impl<R> Input<R> {
    pub(crate) fn new(items: VecDeque<Item<R>>, end: InputEnd, clock: FakeClock, read: Read) -> Self {
        Self {
            items,
            end,
            clock,
            sleep: None,
            read,
            over: false,
        }
    }
}

impl<R: Unpin> Stream for Input<R> {
    type Item = Result<Entry<R>, InputError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        assert!(!self.over, "the input is polled after its end");
        if let Some(item) = self.items.front_mut() {
            let pause = std::mem::take(&mut item.pause);
            if !pause.is_zero() {
                let until = self.clock.now() + pause;
                self.sleep = Some(self.clock.sleep_until(until));
            }
        }
        if let Some(sleep) = &mut self.sleep {
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.sleep = None;
        }
        match (self.items.pop_front(), self.end) {
            (Some(item), _) => {
                if let Some(line) = item.line {
                    self.read.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                }
                Poll::Ready(Some(Ok(item.entry)))
            }
            (None, InputEnd::StaysOpen) => Poll::Pending,
            (None, InputEnd::Fails) => {
                self.over = true;
                Poll::Ready(Some(Err(InputError::new("the next line cannot be read"))))
            }
            (None, InputEnd::Ends) => {
                self.over = true;
                Poll::Ready(None)
            }
        }
    }
}
