//! The runs of a job, one after the other.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use batchwise_core::clock::{Clock, Sleep};
use batchwise_core::test_util::FakeClock;

use crate::consumer::Consumer;

/// A job from its first run to its last.
pub(crate) struct Runs<R> {
    /// Begins its nth run, from 0.
    next: Box<dyn FnMut(usize) -> Consumer<R>>,
    run: usize,
    /// How long nothing happens after each but the last.
    downs: VecDeque<Duration>,
    clock: FakeClock,
    consumer: Option<Consumer<R>>,
    pause: Option<Sleep>,
}

impl<R> Runs<R> {
    pub(crate) fn new(
        downs: impl IntoIterator<Item = Duration>,
        clock: FakeClock,
        next: impl FnMut(usize) -> Consumer<R> + 'static,
    ) -> Self {
        Self {
            next: Box::new(next),
            run: 0,
            downs: downs.into_iter().collect(),
            clock,
            consumer: None,
            pause: None,
        }
    }
}

impl<R: Send + Unpin + 'static> Future for Runs<R> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some(pause) = &mut self.pause {
                std::task::ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            let run = self.run;
            if self.consumer.is_none() {
                self.consumer = Some((self.next)(run));
            }
            if let Some(consumer) = &mut self.consumer {
                std::task::ready!(Pin::new(consumer).poll(cx));
            }
            self.consumer = None;
            let Some(down) = self.downs.pop_front() else {
                return Poll::Ready(());
            };
            self.run += 1;
            if !down.is_zero() {
                self.pause = Some(self.clock.sleep_until(self.clock.now() + down));
            }
        }
    }
}
