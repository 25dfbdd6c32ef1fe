//! The stream of outcomes.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::StreamExt;
use tracing::Instrument;

use super::driver::Driver;
use super::sums::Sums;
use crate::method::BatchMethod;
use crate::outcome::Outcome;
use crate::record::Record;
use crate::report::{Report, Summary};

/// The outcomes of a job: one for each distinct record, in the order of completion. Its item is not a `Result`.
///
/// The job runs while the stream is polled. Dropping it is the hard stop: no new call is made, and a call in flight is
/// abandoned, so its records may have been acted upon. To stop gracefully use a [`StopToken`](super::StopToken).
#[must_use = "the job runs only while the stream is polled"]
pub struct OutcomeStream<R> {
    inner: Pin<Box<dyn Stream<Item = Outcome<R>> + Send>>,
    sums: Arc<Sums>,
}

pub(super) fn outcomes<M: BatchMethod>(driver: Driver<M>) -> OutcomeStream<M::Record> {
    let sums = driver.sums();
    let span = driver.span();
    let job = Job {
        span,
        state: State::Resting(Box::new(driver)),
    };
    OutcomeStream {
        inner: Box::pin(job),
        sums,
    }
}

/// A driver that hands its outcomes out one by one and goes on when it has none left.
struct Job<M: BatchMethod> {
    span: tracing::Span,
    state: State<M>,
}

enum State<M: BatchMethod> {
    /// It may have outcomes left.
    Resting(Box<Driver<M>>),
    /// It goes on until it has one more.
    Working(Work<M>),
    /// Every record has its outcome.
    Ended,
}

type Worked<M> = Option<(Outcome<<M as BatchMethod>::Record>, Box<Driver<M>>)>;
type Work<M> = Pin<Box<dyn Future<Output = Worked<M>> + Send>>;

impl<M: BatchMethod> Stream for Job<M> {
    type Item = Outcome<M::Record>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match &mut this.state {
                State::Resting(driver) => {
                    if let Some(outcome) = driver.ready_in_turn() {
                        return Poll::Ready(Some(outcome));
                    }
                    let State::Resting(mut driver) = std::mem::replace(&mut this.state, State::Ended) else {
                        continue;
                    };
                    let work = async move {
                        let outcome = driver.next().await?;
                        Some((outcome, driver))
                    };
                    this.state = State::Working(Box::pin(work.instrument(this.span.clone())));
                }
                State::Working(work) => {
                    let Poll::Ready(worked) = work.as_mut().poll(cx) else {
                        return Poll::Pending;
                    };
                    let Some((outcome, driver)) = worked else {
                        this.state = State::Ended;
                        return Poll::Ready(None);
                    };
                    this.state = State::Resting(driver);
                    return Poll::Ready(Some(outcome));
                }
                // Polled again after its end it stays ended.
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl<R: Send + 'static> OutcomeStream<R> {
    /// The sums so far; final once the stream has ended.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.sums.summary()
    }

    /// Runs the job to its end and keeps every outcome.
    pub async fn into_report(mut self) -> Report<R> {
        let mut outcomes = Vec::new();
        while let Some(outcome) = self.next().await {
            outcomes.push(outcome);
        }
        Report {
            summary: self.summary(),
            outcomes,
        }
    }

    /// The same outcomes about records in another form, for adapters.
    pub fn map_records<S: Record>(self, form: impl Fn(R) -> S + Send + Sync + 'static) -> OutcomeStream<S> {
        OutcomeStream {
            inner: Box::pin(self.inner.map(move |outcome| outcome.map(&form))),
            sums: self.sums,
        }
    }
}

impl<R> Stream for OutcomeStream<R> {
    type Item = Outcome<R>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.as_mut().poll_next(cx)
    }
}

impl<R> fmt::Debug for OutcomeStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutcomeStream")
            .field("sums", &self.sums)
            .finish_non_exhaustive()
    }
}
