//! The plan without the network.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use batchwise::quota::QuotaHandle;
use batchwise::{
    BatchMethod, CallError, Descriptor, InputError, ReasonKind, Reply, RunOptions, Said, Statement, Summary, Verdict,
    plan::Entry, run_entries,
};
use futures_core::Stream;
use futures_util::StreamExt;

use crate::failure::{Exit, Failure};
use crate::progress::span;
use crate::target::Target;

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

impl Rehearsed {
    /// Says what the job would do; `journal` is one that is there, and whose job this may go on with.
    pub(crate) fn tell(&self, target: &Target, per_request: usize, journal: Option<&Path>) -> Result<Exit, Failure> {
        let summary = &self.summary;
        if let Some(stop) = summary.stop.as_ref().filter(|stop| stop.kind() == ReasonKind::Input) {
            return Err(Failure::usage(
                stop.text().unwrap_or("the input cannot be read").to_owned(),
            ));
        }
        let count = |verdict| summary.counts.of(verdict);
        let sent = count(Verdict::Deleted) + count(Verdict::Updated);
        let mut text = format!(
            "dry run: nothing was sent\nprovider    {} ({})\n",
            target.provider, target.host
        );
        if let Some(campaigns) = &target.campaigns {
            text.push_str(&format!("campaign    {campaigns}\n"));
        }
        text.push_str(&format!(
            "records     {} ({} repeated, {} not valid, {} left out by --limit)\nrequests    {}, at most {per_request} \
             records each\nleast time  {}\n",
            target.count(sent),
            summary.duplicates,
            count(Verdict::Rejected),
            count(Verdict::NotSent),
            summary.calls,
            span(self.least),
        ));
        if let Some(journal) = journal {
            text.push_str(&format!(
                "journal     {} was not looked at: what is settled there is counted too, and is not sent again\n",
                journal.display()
            ));
        }
        io::stdout()
            .write_all(text.as_bytes())
            .map_err(|error| Failure::unwritable(&error))?;
        Ok(Exit::Reached)
    }
}
