//! The stream of outcomes.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::StreamExt;
use tracing::Instrument;

use super::driver::Driver;
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
    summary: SharedSummary,
}

/// The sums that driver and stream share.
pub(super) type SharedSummary = Arc<Mutex<Summary>>;

pub(super) fn outcomes<M: BatchMethod>(driver: Driver<M>) -> OutcomeStream<M::Record> {
    let summary = driver.summary();
    let span = driver.span();
    let inner = futures_util::stream::unfold(driver, move |mut driver| {
        let span = span.clone();
        async move {
            let outcome = driver.next().await?;
            Some((outcome, driver))
        }
        .instrument(span)
    });
    OutcomeStream {
        // Polled again after its end it stays ended.
        inner: Box::pin(inner.fuse()),
        summary,
    }
}

impl<R: Send + 'static> OutcomeStream<R> {
    /// The sums so far; final once the stream has ended.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
            summary: self.summary,
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
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}
