//! A look into a job that waits.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Shows all that a job's driver knows while it waits, for whoever explores everything that can happen to a job: two jobs
/// that look the same, with the same calls and writes under way, go on alike. Clones are the same probe.
#[derive(Debug, Clone, Default)]
pub struct Probe(Arc<Mutex<String>>);

impl Probe {
    /// What the job knew when it began to wait. The form may change at any time.
    #[must_use]
    pub fn state(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn note(&self, state: &dyn fmt::Debug) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = format!("{state:?}");
    }
}
