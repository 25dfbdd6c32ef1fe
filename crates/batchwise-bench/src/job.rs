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
    /// Calls in flight
    #[arg(long, default_value = "4")]
    pub(crate) concurrency: NonZeroUsize,
    /// The file of leads
    #[arg(long)]
    pub(crate) input: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    records: u64,
    seconds: f64,
    allocations: Option<u64>,
    peak_bytes: Option<u64>,
}

/// Runs it once.
pub(crate) async fn run(job: &Job) -> anyhow::Result<Measured> {
    let before = memory::allocations();
    let started = Instant::now();
    let done = peers::run(job).await?;
    let seconds = started.elapsed().as_secs_f64();
    let allocations = memory::allocations().zip(before).map(|(after, before)| after - before);
    ensure!(done == job.records, "{done} of {} records were done", job.records);
    Ok(Measured {
        records: done,
        seconds,
        allocations,
        peak_bytes: memory::peak_bytes(),
    })
}
