//! What a job waits for.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use futures_util::StreamExt;

use super::InputError;
use super::call::Ended;
use super::driver::Driver;
use crate::clock::Tick;
use crate::journal::JournalError;
use crate::method::BatchMethod;
use crate::plan::Entry;

/// What happens next in a job.
pub(super) enum Event<R> {
    Input(Option<Result<Entry<R>, InputError>>),
    Ended(Ended<R>),
    /// The journal has what it was given, or failed to take it.
    Saved(Result<(), JournalError>),
    Stop,
    Time,
}

impl<M: BatchMethod> Driver<M> {
    /// The next thing that happens, at this time if nothing else does before.
    pub(super) async fn event(&mut self, until: Option<Tick>) -> Event<M::Record> {
        let mut sleep = until.map(|until| self.clock().sleep_until(until));
        let mut stopped = pin!(self.stop.stopped());
        let stopping = self.plan.is_stopping();
        let wants_input = self.wanted() > 0;
        let (input, in_flight) = (&mut self.input, &mut self.in_flight);
        let (ahead, ledger) = (&mut self.ahead, &mut self.ledger);
        let mut says_so = in_flight.is_empty();
        std::future::poll_fn(|cx| {
            if !stopping && stopped.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Event::Stop);
            }
            // Intents before verdicts, since a record that is noted may be settled next; both before calls, so that what a
            // new call waits for is written together with them.
            if let Some(Poll::Ready(noted)) = ahead.as_mut().map(|ahead| ahead.poll_noted(cx)) {
                return Poll::Ready(Event::Saved(noted));
            }
            if let Some(ledger) = ledger {
                if let Poll::Ready(written) = ledger.poll_saved(cx) {
                    return Poll::Ready(Event::Saved(written));
                }
                // After that, which gives the journal what it is to write.
                if std::mem::take(&mut says_so) {
                    ledger.flush();
                }
            }
            if let Poll::Ready(Some(ended)) = in_flight.poll_next_unpin(cx) {
                return Poll::Ready(Event::Ended(ended));
            }
            if let Some(input) = input.as_mut().filter(|_| wants_input) {
                if let Poll::Ready(item) = input.as_mut().poll_next(cx) {
                    return Poll::Ready(Event::Input(item));
                }
            }
            if let Some(sleep) = &mut sleep {
                if sleep.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Event::Time);
                }
            }
            Poll::Pending
        })
        .await
    }

    /// What has happened already, if anything has.
    pub(super) async fn event_at_once(&mut self) -> Option<Event<M::Record>> {
        let mut event = pin!(self.event(None));
        std::future::poll_fn(|cx| match event.as_mut().poll(cx) {
            Poll::Ready(event) => Poll::Ready(Some(event)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }
}

/// Lets the runtime look at its sockets, and then whoever waits for them.
pub(super) async fn yield_now() {
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
}
