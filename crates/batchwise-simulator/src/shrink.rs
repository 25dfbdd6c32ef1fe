//! From a scenario that fails to a simpler one that still does, as proptest shrinks.

use crate::play::{Played, play};
use crate::scenario::{Scenario, draw};

/// Most plays of one search.
const MOST_PLAYS: usize = 5_000;

/// A seed that breaks a law.
#[derive(Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What the drawn scenario broke.
    pub first: Played,
    /// The simplest scenario found that breaks the same law.
    pub scenario: Scenario,
    /// How that one was played.
    pub played: Played,
    /// Plays that it took to find it.
    pub plays: usize,
}

/// Plays a seed, and looks for the simplest scenario that breaks the same law; `None` when no law is broken.
#[must_use]
pub fn shrink(seed: u64) -> Option<Failure> {
    let mut drawn = draw(seed);
    let first = play(&drawn.current(), true);
    let law = first.broken.first()?.law;
    let mut simplest = drawn.current();
    let mut plays = 1;
    // Forward as long as it fails, back where it does not, until neither gives anything new.
    let mut more = drawn.simplify();
    while more && plays < MOST_PLAYS {
        plays += 1;
        let scenario = drawn.current();
        let fails = play(&scenario, false).broken.iter().any(|breach| breach.law == law);
        if fails {
            simplest = scenario;
        }
        more = if fails { drawn.simplify() } else { drawn.complicate() };
    }
    let played = play(&simplest, true);
    Some(Failure {
        seed,
        first,
        scenario: simplest,
        played,
        plays,
    })
}
