//! A job's sums while it runs: written by its driver and its calls, read by whoever holds the stream.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::outcome::Verdict;
use crate::report::{Counts, Summary};

/// What driver, calls and stream share.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// Everything but what [`Tally`] keeps; changed a few times a call.
    rest: Mutex<Summary>,
    /// Outcomes handed out, in the order of [`Verdict::ALL`].
    handed_out: [AtomicU64; Verdict::ALL.len()],
    reached: AtomicU64,
}

impl Sums {
    pub(super) fn change(&self, change: impl FnOnce(&mut Summary)) {
        change(&mut self.rest.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn summary(&self) -> Summary {
        let mut summary = self.rest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (verdict, records) in Verdict::ALL.into_iter().zip(&self.handed_out) {
            summary.counts.add_many(verdict, records.load(Ordering::Relaxed));
        }
        summary.reached = self.reached.load(Ordering::Relaxed);
        summary
    }
}

/// The outcomes that a driver handed out. It alone counts them, and shows the sums to the others: two plain writes for a
/// record, where a lock, or a counter that several may add to, would hold the processor up twice.
#[derive(Debug)]
pub(super) struct Tally {
    shown: Arc<Sums>,
    counts: Counts,
    reached: u64,
}

impl Tally {
    pub(super) fn shown_in(sums: &Arc<Sums>) -> Self {
        Self {
            shown: Arc::clone(sums),
            counts: Counts::default(),
            reached: 0,
        }
    }

    /// Counts an outcome.
    pub(super) fn add(&mut self, verdict: Verdict, reached: bool) {
        self.counts.add(verdict);
        self.reached += u64::from(reached);
        if let Some(shown) = self.shown.handed_out.get(verdict.place()) {
            shown.store(self.counts.of(verdict), Ordering::Relaxed);
        }
        self.shown.reached.store(self.reached, Ordering::Relaxed);
    }
}
