//! Settings of a walk.

use std::sync::Arc;

use crate::clock::{SharedClock, SystemClock};
use crate::observe::Observer;
use crate::run::StopToken;

/// Settings of a walk through a list; the defaults are those of a job.
#[derive(Debug, Clone)]
#[must_use]
pub struct ListOptions {
    pub(super) max_attempts: u32,
    pub(super) retry_budget: u32,
    pub(super) clock: SharedClock,
    pub(super) stop: StopToken,
    pub(super) observer: Option<Arc<dyn Observer>>,
}

impl Default for ListOptions {
    fn default() -> Self {
        Self {
            max_attempts: 8,
            retry_budget: 50,
            clock: SystemClock::shared(),
            stop: StopToken::new(),
            observer: None,
        }
    }
}

impl ListOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Failed calls for one question before the list is given up; default 8, and at most 3 for an answer that came whole
    /// and cannot be read, and for a server that does not prove who it is.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Retries of the whole list, and one more for every five answered calls; default 50.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = retries;
        self
    }

    /// The clock that everything goes by.
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// A token that stops the walk; the list is not whole then, and says so.
    pub fn stop_token(mut self, stop: StopToken) -> Self {
        self.stop = stop;
        self
    }

    /// Someone who watches: calls (they carry no records), waits, retries, logins.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }
}
