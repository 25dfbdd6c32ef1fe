//! What a job wants of its plan.

use std::num::NonZeroUsize;
use std::time::Duration;

/// Settings of a plan; each default is the command's.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PlanOptions {
    /// Calls in flight at most; default 1.
    pub concurrency: NonZeroUsize,
    /// Failed calls that a record is carried by before it is `unknown`; default 8.
    pub max_attempts: u32,
    /// How long a busy record is left alone; default 30 s.
    pub busy_wait: Duration,
    /// How often a busy record is asked again; default 5.
    pub busy_rounds: u32,
    /// A partly filled batch leaves after this time without input; default 1 s.
    pub linger: Duration,
    /// Go on when nothing but "not found" comes; default false.
    pub allow_missing: bool,
    /// Only so many distinct records; the rest is `not_sent`. Default: all.
    pub limit: Option<u64>,
    /// Retries that a job may make before it stops, and one more for every five answered calls; default 50.
    pub retry_budget: u32,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            concurrency: NonZeroUsize::MIN,
            max_attempts: 8,
            busy_wait: Duration::from_secs(30),
            busy_rounds: 5,
            linger: Duration::from_secs(1),
            allow_missing: false,
            limit: None,
            retry_budget: 50,
        }
    }
}
