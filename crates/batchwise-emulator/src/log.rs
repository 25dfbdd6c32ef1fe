//! Why something happened that a plain provider would not have done.

use std::collections::VecDeque;
use std::fmt;

use batchwise_core::clock::Tick;

use crate::method::Method;

/// A fault that fired or a request that was one too many.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEntry {
    /// The number of the request, from 1 over all methods.
    pub request: u64,
    /// The method.
    pub method: Method,
    /// Time since the emulator started.
    pub at: Tick,
    /// What was done: a fault's name, or `quota`.
    pub what: &'static str,
    /// The rule and its count, or the window.
    pub why: String,
}

impl fmt::Display for LogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            request,
            method,
            at,
            what,
            why,
        } = self;
        write!(
            f,
            "{:9.3} s  request {request} ({method}): {what}, because {why}",
            at.as_secs_f64()
        )
    }
}

/// The last entries: a load test with a fault at every request must not eat the memory.
#[derive(Debug, Default)]
pub(crate) struct Log(VecDeque<LogEntry>);

const MOST_ENTRIES: usize = 100_000;

impl Log {
    pub(crate) fn push(&mut self, entry: LogEntry) {
        if self.0.len() == MOST_ENTRIES {
            self.0.pop_front();
        }
        self.0.push_back(entry);
    }

    pub(crate) fn entries(&self) -> Vec<LogEntry> {
        self.0.iter().cloned().collect()
    }
}
