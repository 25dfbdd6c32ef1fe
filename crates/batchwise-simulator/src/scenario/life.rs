//! A job that outlives its processes: where each of them ends, and what its journal has of it then.

use std::time::Duration;

use super::{Halt, When};

/// A job with a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// What a write of the journal takes at most.
    pub takes: Duration,
    /// The runs before the last one, which ends as [`Job::halt`](super::Job::halt) says.
    pub earlier: Vec<Run>,
    /// `busy`, `rejected` and `unknown` records are open again in the next run.
    pub reopens: bool,
    /// What was sent is counted in the process, so that one that begins anew knows nothing of its quota. Without this the
    /// count outlives it, as where several machines share one.
    pub forgets_calls: bool,
}

/// One run of a job, and when the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// How it ends, unless the job is over before.
    pub end: RunEnd,
    /// The next run begins so long after it.
    pub down: Duration,
}

/// How a run ends before its job is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// Its process ends at this write of the journal, from 1, of which so much is durable.
    CrashAtWrite(u64, Fate),
    /// Its process ends at this moment.
    Crash(When),
    /// Someone stops it, or drops its stream.
    Halt(Halt),
    /// From this write on, from 1, the disk takes nothing; of that one so much is durable all the same.
    DiskFull(u64, Fate),
    /// The journal cannot say anything of this entry, from 1.
    Unreadable(u64),
}

/// What became of a write that nobody was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing of it is durable.
    Lost,
    /// A part of it is.
    Torn,
    /// All of it is.
    Kept,
}
