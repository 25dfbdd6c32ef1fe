//! The law, under random replies and faults: one outcome for each distinct record, and it is true.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use batchwise_core::{NamedRefusal, Outcome, Report, RunOptions, StopToken, Verdict, run, run_all};
use common::{Dice, Id, Model};
use futures_util::StreamExt;
use proptest::prelude::*;

/// A world drawn from a seed: some records are absent, busy, poison, silent; calls fail by chance.
fn model(seed: u64, ids: &[u64]) -> Model {
    let mut dice = Dice::new(seed);
    let mut model = Model::new([1, 2, 7, 10][usize::try_from(dice.below(4)).unwrap()]);
    if dice.percent(30) {
        model.descriptor = model
            .descriptor
            .clone()
            .with_max_bytes(NonZeroUsize::new(40).unwrap(), 10);
    }
    if dice.percent(30) {
        model.descriptor = model.descriptor.clone().named_refusal(NamedRefusal::OthersUnclear);
    }
    model.renewable = dice.percent(30);
    let trouble = dice.below(3);
    model.with(|world| {
        for id in ids {
            if dice.percent(80) {
                world.there.insert(*id);
            }
            match dice.below(100) {
                0..5 => {
                    world.busy.insert(*id, u32::try_from(dice.below(9)).unwrap());
                }
                5..8 => {
                    world.poison_named.insert(*id);
                }
                8..10 => {
                    world.poison_nameless.insert(*id);
                }
                10..14 => {
                    world.silent.insert(*id, u32::try_from(dice.below(12)).unwrap());
                }
                14..17 => {
                    world.two_faced.insert(*id, u32::try_from(dice.below(12)).unwrap());
                }
                _ => {}
            }
        }
        world.fault_chance = [0, 10, 60][usize::try_from(trouble).unwrap()];
        world.session_alive = dice.percent(50);
        world.session_dies_every = usize::try_from(dice.below(5)).unwrap();
        world.dice = Some(Dice::new(seed ^ 0x5eed));
    })
}

fn options(seed: u64, model: &Model) -> RunOptions {
    let mut dice = Dice::new(seed ^ 0xabc);
    RunOptions::new()
        .clock(model.clock.shared())
        .allow_missing(true)
        .concurrency(NonZeroUsize::new(1 + usize::try_from(dice.below(4)).unwrap()).unwrap())
}

/// Holds outcomes against the truth of the world. `before` is what was there before the job.
fn check(outcomes: &[Outcome<Id>], ids: &[u64], model: &Model, before: &BTreeSet<u64>) -> Result<(), TestCaseError> {
    let world = model.world.lock().unwrap();
    let mut by_id: BTreeMap<u64, &Outcome<Id>> = BTreeMap::new();
    for outcome in outcomes {
        let id = outcome.record().unwrap().0;
        prop_assert!(by_id.insert(id, outcome).is_none(), "two outcomes for {}", id);
    }
    let distinct: BTreeSet<u64> = ids.iter().copied().collect();
    prop_assert_eq!(by_id.keys().copied().collect::<BTreeSet<_>>(), distinct);
    for (id, outcome) in by_id {
        let removed = world.removed.contains(&id);
        let two_faced = world.two_faced.contains_key(&id);
        match outcome.verdict {
            Verdict::Deleted => prop_assert!(removed, "{} was never deleted: {:?}", id, outcome),
            Verdict::NotFound => {
                prop_assert!(!removed, "{} was removed by this job: {:?}", id, outcome);
                prop_assert!(!before.contains(&id) || two_faced);
            }
            Verdict::PresumedDeleted => prop_assert!(!world.there.contains(&id), "{} is there", id),
            Verdict::Rejected | Verdict::NotSent | Verdict::Busy => {
                prop_assert!(!removed, "{} was removed by this job: {:?}", id, outcome);
            }
            Verdict::Unknown => {
                let carried = world.calls.iter().any(|call| call.contains(&id));
                prop_assert!(carried, "{} was never in a call", id);
            }
            other => prop_assert!(false, "{other}: not an outcome of a deleting method"),
        }
        prop_assert_eq!(
            outcome.reached(),
            matches!(
                outcome.verdict,
                Verdict::Deleted | Verdict::NotFound | Verdict::PresumedDeleted
            )
        );
    }
    Ok(())
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn input(seed: u64, count: usize) -> Vec<u64> {
    let mut dice = Dice::new(seed ^ 0x1234);
    // Few distinct numbers, so that repeats come; three groups, one of them a later stage.
    (0..count).map(|_| dice.below(3) * 1_000_000 + dice.below(60)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_distinct_record_has_one_true_outcome(seed in any::<u64>(), count in 0usize..200) {
        let ids = input(seed, count);
        let model = model(seed, &ids);
        let before = model.world.lock().unwrap().there.clone();
        let records: Vec<Id> = ids.iter().copied().map(Id).collect();
        let report: Report<Id> = block_on(run_all(model.clone(), records, options(seed, &model)));
        check(&report.outcomes, &ids, &model, &before)?;
        let summary = &report.summary;
        prop_assert_eq!(summary.counts.total() + summary.duplicates, u64::try_from(ids.len()).unwrap());
        // Calls are bounded: what the records need, what the budget allows, and the searches for poison.
        let world = model.world.lock().unwrap();
        let distinct = summary.counts.total();
        let poison = u64::try_from(world.poison_named.len() + world.poison_nameless.len()).unwrap();
        let bound = 100 + 20 * distinct + 60 * (poison + 1);
        prop_assert!(summary.calls <= bound, "{} calls for {} records", summary.calls, distinct);
    }

    #[test]
    fn a_stop_at_any_moment_leaves_no_record_without_a_true_outcome(
        seed in any::<u64>(), count in 0usize..120, stop_after in 0usize..60, by_deadline in any::<bool>(),
    ) {
        let ids = input(seed, count);
        let model = model(seed, &ids);
        let before = model.world.lock().unwrap().there.clone();
        let token = StopToken::new();
        let mut options = options(seed, &model).stop_token(token.clone());
        if by_deadline {
            options = options.deadline(Duration::from_millis(u64::try_from(stop_after).unwrap() * 100));
        }
        let records: Vec<Id> = ids.iter().copied().map(Id).collect();
        let outcomes = block_on(async {
            let mut stream = run(model.clone(), futures_util::stream::iter(records), options);
            let mut outcomes = Vec::new();
            while let Some(outcome) = stream.next().await {
                outcomes.push(outcome);
                if !by_deadline && outcomes.len() == stop_after {
                    token.stop();
                }
            }
            outcomes
        });
        check(&outcomes, &ids, &model, &before)?;
    }
}
