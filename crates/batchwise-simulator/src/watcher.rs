//! Counts what an observer of a job is told.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use batchwise_core::observe::{Observer, Waiting, WaitingFor};

/// What the observers of a play were told, by what it is.
#[derive(Debug, Default)]
pub(crate) struct Watcher(Mutex<BTreeMap<&'static str, u64>>);

impl Watcher {
    fn count(&self, what: &'static str) {
        *self.counts().entry(what).or_default() += 1;
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn seen(&self) -> BTreeMap<&'static str, u64> {
        self.counts().clone()
    }
}

impl Observer for Watcher {
    fn retry(&self, _: usize) {
        self.count("records went again");
    }

    fn deferral(&self, _: usize) {
        self.count("busy records were deferred");
    }

    fn waiting(&self, waiting: &Waiting) {
        self.count(match waiting.on {
            WaitingFor::Quota => "waited for a window",
            WaitingFor::Server => "waited as a 429 asked",
            WaitingFor::Busy => "waited for a round of busy records",
            _ => "paused after trouble",
        });
    }

    fn session_renewed(&self) {
        self.count("a session was renewed");
    }
}
