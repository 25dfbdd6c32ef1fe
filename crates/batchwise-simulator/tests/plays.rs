//! What the simulator promises of itself.
#![allow(missing_docs)]

use std::time::Duration;

use batchwise_simulator::scenario::{Quota, WindowPlan, draw};
use batchwise_simulator::{many, play, seed_of};

#[test]
fn a_seed_gives_the_same_play_every_time() {
    for nth in 0..20 {
        let once = || play(&draw(seed_of(3, nth)).current(), true).transcript;
        assert_eq!(once(), once(), "scenario {nth}");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let by = |threads| many(4, 60, threads, &|_| ()).coverage;
    assert_eq!(by(1), by(3));
}

#[test]
fn jobs_keep_the_law() {
    let sum = many(5, 200, 2, &|_| ());
    assert!(sum.failed.is_none(), "{:?}", sum.failed);
    assert!(sum.jobs >= 200);
}

#[test]
fn a_network_that_is_slower_than_the_quota_allows_for_is_seen() {
    let breaks = (0..40).any(|nth| {
        let mut scenario = draw(seed_of(6, nth)).current();
        let window = WindowPlan {
            limit: 2,
            per: Duration::from_secs(3),
            burst: 2,
            budget: false,
        };
        scenario.quota = Quota::Kept {
            windows: vec![window],
            apart: false,
        };
        // Twice what a new connection is taken to need.
        scenario.network.connect = Duration::from_secs(1);
        let broken = play(&scenario, false).broken;
        broken.iter().any(|breach| breach.law == "windows are never exceeded")
    });
    assert!(breaks);
}
