//! One loop over so many records.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::ensure;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::memory;
use crate::method::Method;
use crate::peers;

/// Who does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    /// hyper's connections by hand: no client at all.
    Hyper,
    /// reqwest and serde, as a good user of both would write it.
    Reqwest,
    /// The typed stream of batchwise.
    Stream,
    /// The same through `dyn BatchDeleter`, keys as texts.
    Deleter,
}

/// What to run.
#[derive(Debug, Clone, Args)]
pub(crate) struct Job {
    /// Who does the work
    #[arg(long, value_enum)]
    pub(crate) peer: Peer,
    /// Which method
    #[arg(long, value_enum)]
    pub(crate) method: Method,
    /// The origin of the server: http://127.0.0.1:PORT
    #[arg(long)]
    pub(crate) url: String,
    /// Records, the ids following each other; for leads the lines of --input
    #[arg(long)]
    pub(crate) records: u64,
    /// Calls in flight; by default what batchwise chooses by itself, and 4 for the others
    #[arg(long)]
    pub(crate) concurrency: Option<NonZeroUsize>,
    /// Keep to the provider's quota (batchwise alone can)
    #[arg(long)]
    pub(crate) quota: bool,
    /// The file of leads
    #[arg(long)]
    pub(crate) input: Option<PathBuf>,
}

impl Job {
    /// Calls in flight of a loop that has to be told.
    pub(crate) fn calls(&self) -> usize {
        self.concurrency.map_or(4, NonZeroUsize::get)
    }
}

/// What a loop did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done {
    pub(crate) records: u64,
    /// Calls that were refused or broke; loops by hand end at the first.
    pub(crate) failed_calls: u64,
}

impl From<u64> for Done {
    fn from(records: u64) -> Self {
        Self {
            records,
            failed_calls: 0,
        }
    }
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    records: u64,
    seconds: f64,
    cpu_seconds: Option<f64>,
    failed_calls: u64,
    allocations: Option<u64>,
    peak_bytes: Option<u64>,
}

/// Runs it once.
pub(crate) async fn run(job: &Job) -> anyhow::Result<Measured> {
    let (before, cpu) = (memory::allocations(), cpu_seconds());
    let started = Instant::now();
    let done = peers::run(job).await?;
    let seconds = started.elapsed().as_secs_f64();
    let allocations = memory::allocations().zip(before).map(|(after, before)| after - before);
    ensure!(
        done.records == job.records,
        "{} of {} records were done",
        done.records,
        job.records
    );
    Ok(Measured {
        records: done.records,
        seconds,
        cpu_seconds: cpu_seconds().zip(cpu).map(|(after, before)| after - before),
        failed_calls: done.failed_calls,
        allocations,
        peak_bytes: memory::peak_bytes(),
    })
}

/// Seconds that this thread, the only one, spent on a processor, where the system tells.
fn cpu_seconds() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = told.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}
