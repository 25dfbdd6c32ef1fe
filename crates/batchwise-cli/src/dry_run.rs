//! The plan without the network.

use std::time::Duration;

use batchwise::quota::QuotaHandle;
use batchwise::{
    BatchMethod, CallError, Descriptor, InputError, Reply, RunOptions, Said, Statement, Summary, plan::Entry,
    run_entries,
};
use futures_core::Stream;
use futures_util::StreamExt;

/// A method that confirms everything and sends nothing, so that the one planner shows what it would do.
#[derive(Debug, Clone)]
struct Rehearsal<M> {
    method: M,
}

impl<M: BatchMethod> BatchMethod for Rehearsal<M> {
    type Record = M::Record;

    fn descriptor(&self) -> &Descriptor {
        self.method.descriptor()
    }

    fn quotas(&self) -> &[QuotaHandle] {
        &[]
    }

    async fn call(&self, records: &[M::Record]) -> Result<Reply, CallError> {
        Ok(Reply::Positional(vec![Statement::new(Said::Done); records.len()]))
    }
}

/// What a job would do.
#[derive(Debug, Clone)]
pub(crate) struct Rehearsed {
    /// The sums of the rehearsal.
    pub(crate) summary: Summary,
    /// The least time that its calls take under the quota.
    pub(crate) least: Duration,
}

/// Runs the plan over the input without sending anything.
pub(crate) async fn rehearse<M: BatchMethod + Clone>(
    method: &M,
    entries: impl Stream<Item = Result<Entry<M::Record>, InputError>> + Send + 'static,
    options: RunOptions,
) -> Rehearsed {
    let rehearsal = Rehearsal { method: method.clone() };
    let mut stream = run_entries(rehearsal, entries, options);
    while stream.next().await.is_some() {}
    let summary = stream.summary();
    let least = method
        .quotas()
        .iter()
        .map(|quota| quota.least_time(summary.calls))
        .max()
        .unwrap_or_default();
    Rehearsed { summary, least }
}
