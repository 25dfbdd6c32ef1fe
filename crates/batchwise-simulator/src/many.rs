//! Many seeds over the machine's cores. What comes out does not depend on how many there are.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::coverage::Coverage;
use crate::play::play;
use crate::scenario::draw;

/// What many plays came to.
#[derive(Debug, Default)]
pub struct Sum {
    /// Scenarios that were played before the first that failed, and that one.
    pub played: u64,
    /// Their jobs.
    pub jobs: u64,
    /// What happened in all of them.
    pub coverage: Coverage,
    /// The first that failed: its place, from 0, its seed, and the law that it broke.
    pub failed: Option<(u64, u64, &'static str)>,
}

/// The seed of the nth scenario of a run (splitmix64).
#[must_use]
pub fn seed_of(run: u64, nth: u64) -> u64 {
    let mut bits = run.wrapping_add(nth.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// Plays so many scenarios of a run, up to the first that fails.
///
/// `progress` is told now and then how many were played.
#[must_use]
pub fn many(run: u64, scenarios: u64, threads: usize, progress: &(dyn Fn(u64) + Sync)) -> Sum {
    let (next, first_failed) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
    let failures = Mutex::new(Vec::new());
    let coverages = Mutex::new(Coverage::default());
    let work = || {
        let mut coverage = Coverage::default();
        loop {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            // Those before the first failure are played to the end, whoever found it.
            if nth >= scenarios || nth > first_failed.load(Ordering::Relaxed) {
                break;
            }
            if nth > 0 && nth % 50_000 == 0 {
                progress(nth);
            }
            let seed = seed_of(run, nth);
            let played = play(&draw(seed).current(), false);
            coverage.merge(&played.coverage);
            if let Some(breach) = played.broken.first() {
                first_failed.fetch_min(nth, Ordering::Relaxed);
                let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
                failures.push((nth, seed, breach.law));
            }
        }
        let mut all = coverages.lock().unwrap_or_else(PoisonError::into_inner);
        all.merge(&coverage);
    };
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    let failed = failures.into_iter().min();
    let played = failed.map_or(scenarios, |(nth, ..)| nth + 1);
    let coverage = coverages.into_inner().unwrap_or_else(PoisonError::into_inner);
    let jobs_of = |nth| u64::try_from(draw(seed_of(run, nth)).current().jobs.len()).unwrap_or(0);
    Sum {
        played,
        jobs: match failed {
            // Others may have been played beside it.
            Some(_) => (0..played).map(jobs_of).sum(),
            None => coverage.of("jobs"),
        },
        coverage,
        failed,
    }
}
