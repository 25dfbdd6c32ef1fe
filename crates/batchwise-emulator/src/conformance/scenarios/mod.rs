//! The scenarios, by what they are about.

pub mod credentials;
pub mod faults;
pub mod plain;
pub mod quota;
pub mod random;
pub mod records;
pub mod stopping;

use batchwise_core::BatchMethod;

use super::Subject;
use super::Wiring;
use crate::config::EmulatorConfig;
use crate::memory::InMemoryTransport;

/// Calls in flight that scenarios are run with.
const CONCURRENCIES: [usize; 2] = [1, 4];

/// Batches of this size make many requests of few records.
const SMALL: usize = 10;

/// Records of a scenario with small batches.
const RECORDS: u64 = 60;

/// Worlds drawn from seeds in one scenario; `BATCHWISE_SEEDS` asks for more.
fn seeds() -> u64 {
    const SEEDS: u64 = 200;
    let more = std::env::var("BATCHWISE_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok());
    more.unwrap_or(SEEDS)
}

/// A client that nothing is done with, to ask for its limits.
fn idle<S: Subject>(subject: &S) -> S::Client {
    use batchwise_core::quota::{LocalQuota, QuotaHandle};
    use batchwise_core::test_util::FakeClock;
    let clock = FakeClock::new();
    subject.client(&Wiring::new(
        std::sync::Arc::new(InMemoryTransport::new(EmulatorConfig::default(), clock.shared())),
        QuotaHandle::new(LocalQuota::on_clock(clock.shared(), [])),
        clock.shared(),
    ))
}

/// As many records as fill this many batches of the client's own size, but for a few.
fn batches<S: Subject>(subject: &S, count: usize) -> std::ops::Range<u64> {
    let most = idle(subject).descriptor().max_records.get();
    0..u64::try_from(count * most).unwrap_or(0).saturating_sub(3)
}
