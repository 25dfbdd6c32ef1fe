//! Planner, driver and journal protocol, checked over everything that can happen to small jobs: every order of writes,
//! requests, answers and crashes, with any part of what was under way lost. The real job is played, not a copy of it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    missing_docs,
    unreachable_pub
)]

mod model;
mod scene;

use std::collections::BTreeSet;

use model::Job;
use scene::Bug;
use stateright::{Checker, Model};

/// Three records in two batches, two calls in flight; the last record is not there.
fn job() -> Job {
    Job {
        records: 3,
        absent: BTreeSet::from([3]),
        batch: 2,
        restarts: 2,
        failures: 0,
        attempts: 1,
        retries: 1,
        refusals: false,
        bug: None,
    }
}

fn explore(job: Job) -> usize {
    let checker = job.checker().threads(2).spawn_bfs().join();
    println!(
        "{} states, {} steps, {} deep",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth()
    );
    if let Some(path) = checker.discovery("the law holds") {
        let last = path.last_state().now.clone();
        panic!(
            "{}\n{:#?}\n{last:#?}",
            last.broken.unwrap_or_default(),
            path.into_actions()
        );
    }
    checker.assert_properties();
    checker.unique_state_count()
}

/// The steps that lead to the first state in which a law is broken, and that law.
fn caught(bug: Bug) -> (usize, &'static str) {
    let job = Job {
        bug: Some(bug),
        restarts: 1,
        ..job()
    };
    let checker = job.checker().threads(2).spawn_bfs().join();
    let path = checker.discovery("the law holds").unwrap();
    let broken = path.last_state().now.broken.unwrap();
    (path.into_actions().len(), broken)
}

#[test]
fn the_law_holds_whatever_happens_over_a_crash() {
    let job = Job { restarts: 1, ..job() };
    assert!(explore(job) > 1_000);
}

#[test]
fn the_law_holds_whatever_happens_over_two_crashes() {
    assert!(explore(job()) > 5_000);
}

#[test]
fn the_law_holds_whatever_happens_when_calls_are_repeated_and_connections_refused() {
    let job = Job {
        restarts: 1,
        attempts: 2,
        refusals: true,
        ..job()
    };
    assert!(explore(job) > 10_000);
}

#[test]
fn the_law_holds_whatever_happens_when_the_disk_fills_up() {
    let job = Job {
        restarts: 1,
        failures: 1,
        ..job()
    };
    assert!(explore(job) > 1_000);
}

#[test]
fn a_journal_that_forgets_its_intents_is_found() {
    assert_eq!(caught(Bug::IntentsAreForgotten).1, "a verdict on disk is not true");
}

#[test]
fn a_journal_that_forgets_its_verdicts_is_found() {
    assert_eq!(
        caught(Bug::VerdictsAreForgotten).1,
        "a settled record has another outcome"
    );
}

#[test]
fn a_journal_that_acknowledges_before_it_writes_is_found() {
    assert_eq!(
        caught(Bug::AcknowledgesEarly),
        (0, "a record is sent before its intent is durable")
    );
}
