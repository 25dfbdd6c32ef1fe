//! Settings of a run.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use super::StopToken;
use crate::clock::{SharedClock, SystemClock};
use crate::journal::Journal;
use crate::observe::Observer;
use crate::plan::PlanOptions;

/// Settings of a run; each default is the command's.
#[derive(Debug, Clone)]
#[must_use]
pub struct RunOptions {
    pub(super) plan: PlanOptions,
    pub(super) auto_concurrency: bool,
    pub(super) clock: SharedClock,
    pub(super) stop: StopToken,
    pub(super) deadline: Option<Duration>,
    pub(super) drain: Option<Duration>,
    pub(super) observer: Option<Arc<dyn Observer>>,
    pub(super) journal: Option<Arc<dyn Journal>>,
    #[cfg(feature = "test-util")]
    pub(super) probe: Option<crate::test_util::Probe>,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            plan: PlanOptions::default(),
            auto_concurrency: true,
            clock: SystemClock::shared(),
            stop: StopToken::new(),
            deadline: None,
            drain: None,
            observer: None,
            journal: None,
            #[cfg(feature = "test-util")]
            probe: None,
        }
    }
}

impl RunOptions {
    /// The defaults: as many calls in flight as the method says, no deadline, no limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls in flight at most. As long as the last word of the server is a 429 it is one.
    pub fn concurrency(mut self, calls: NonZeroUsize) -> Self {
        self.plan.concurrency = calls;
        self.auto_concurrency = false;
        self
    }

    /// As many calls in flight as the method says ([`Descriptor::auto_concurrency`](crate::Descriptor::auto_concurrency));
    /// the default. Where no quota holds calls back, at most 4.
    pub fn auto_concurrency(mut self) -> Self {
        self.auto_concurrency = true;
        self
    }

    /// Failed calls that a record is carried by before it is `unknown`; default 8.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.plan.max_attempts = attempts.max(1);
        self
    }

    /// How long busy records are left alone between rounds; default 30 s.
    pub fn busy_wait(mut self, wait: Duration) -> Self {
        self.plan.busy_wait = wait;
        self
    }

    /// How often busy records are asked again; default 5.
    pub fn busy_rounds(mut self, rounds: u32) -> Self {
        self.plan.busy_rounds = rounds;
        self
    }

    /// A partly filled batch leaves after this time without input; default 1 s.
    pub fn linger(mut self, linger: Duration) -> Self {
        self.plan.linger = linger;
        self
    }

    /// Goes on when nothing but "not found" comes; by default the job stops after three such batches.
    pub fn allow_missing(mut self, allow: bool) -> Self {
        self.plan.allow_missing = allow;
        self
    }

    /// Only so many distinct records; the rest is `not_sent`.
    pub fn limit(mut self, records: Option<u64>) -> Self {
        self.plan.limit = records;
        self
    }

    /// Retries that the job may make before it stops, and one more for every five answered calls; default 50.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.plan.retry_budget = retries;
        self
    }

    /// The clock that everything goes by.
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// A token that stops the job gracefully.
    pub fn stop_token(mut self, stop: StopToken) -> Self {
        self.stop = stop;
        self
    }

    /// No new call after this time from the start.
    pub fn deadline(mut self, after: Duration) -> Self {
        self.deadline = Some(after);
        self
    }

    /// How long a stopped job reads on, to give the records that still come their outcome (`not_sent`).
    ///
    /// By default it reads until the input ends, or is quiet for the linger time. Set it for an input that may never end;
    /// records that are not read did not go in.
    pub fn drain(mut self, limit: Duration) -> Self {
        self.drain = Some(limit);
        self
    }

    /// Where the job is written down, so that it can go on after a crash; see [`journal`](crate::journal). The input has to
    /// be the one that the journal began with.
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Someone who looks into the job while it waits.
    #[cfg(feature = "test-util")]
    pub fn probe(mut self, probe: &crate::test_util::Probe) -> Self {
        self.probe = Some(probe.clone());
        self
    }

    /// Someone who watches the job.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }
}
