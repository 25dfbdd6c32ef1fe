//! The one driver: connects plan, quota, method, clock and observer.
//!
//! Everything that sends batches goes through [`run_entries`]: the typed stream, [`BatchDeleter`](crate::BatchDeleter),
//! the command, the demo and the tests. The driver runs inside the stream it returns: nothing is spawned, nothing goes on
//! behind the consumer's back, and no more than the calls in flight is ahead of what the consumer has taken.

mod ahead;
mod call;
mod driver;
mod event;
mod intake;
mod ledger;
mod options;
mod stop;
mod stream;
mod sums;

pub use options::RunOptions;
pub use stop::StopToken;
pub use stream::OutcomeStream;

use std::fmt;

use futures_core::Stream;
use futures_util::StreamExt;

use crate::method::BatchMethod;
use crate::plan::Entry;
use crate::report::Report;

/// Why an input cannot be read on; the records before it are sent and settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError(String);

impl InputError {
    /// An error in words: what, where (line), and what was expected.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InputError {}

/// Sends a stream of records and gives a stream of outcomes: one for each distinct record, in the order of completion.
///
/// An outcome's line is the record's position in the stream, from 1.
pub fn run<M: BatchMethod>(
    method: M,
    records: impl Stream<Item = M::Record> + Send + 'static,
    options: RunOptions,
) -> OutcomeStream<M::Record> {
    let entries = records.enumerate().map(|(at, record)| {
        let line = u64::try_from(at).unwrap_or(u64::MAX).saturating_add(1);
        Ok(Entry::Record { line, record })
    });
    run_entries(method, entries, options)
}

/// Sends a stream of entries (records with their lines, lines that are no records) and gives a stream of outcomes.
///
/// An error of the input ends it: the records before it are sent and settled, then the job has stopped.
pub fn run_entries<M: BatchMethod>(
    method: M,
    entries: impl Stream<Item = Result<Entry<M::Record>, InputError>> + Send + 'static,
    options: RunOptions,
) -> OutcomeStream<M::Record> {
    stream::outcomes(driver::Driver::new(method, Box::pin(entries), options))
}

/// Sends records and waits for all outcomes.
pub async fn run_all<M: BatchMethod>(
    method: M,
    records: impl IntoIterator<Item = M::Record, IntoIter: Send + 'static>,
    options: RunOptions,
) -> Report<M::Record> {
    run(method, futures_util::stream::iter(records), options)
        .into_report()
        .await
}
