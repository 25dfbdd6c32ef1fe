//! Everything at once, drawn from seeds.

use std::time::Duration;

use super::faults::FAULTS;
use super::records::scatter;
use super::{RECORDS, SMALL, seeds};
use crate::conformance::Subject;
use crate::conformance::dice::Dice;
use crate::conformance::trial::{Halt, Trial};
use crate::fault::FaultRule;

/// Up to four fault rules, each at random, no difficult record.
pub fn faults_keep_the_law<S: Subject>(subject: &S) {
    for seed in 0..seeds() {
        draw(subject, "several faults", seed, 0).run();
    }
}

/// Up to four fault rules among difficult records, some runs stopped from outside.
pub fn faults_and_difficult_records_keep_the_law<S: Subject>(subject: &S) {
    for seed in 1_000_000..1_000_000 + seeds() {
        let mut dice = Dice::new(seed ^ 0x51ab);
        let halt = match dice.below(8) {
            0 => Halt::Token(usize::try_from(dice.below(RECORDS)).unwrap_or(0)),
            1 => Halt::Deadline(Duration::from_millis(dice.below(3000))),
            2 => Halt::Drop(usize::try_from(dice.below(RECORDS)).unwrap_or(0)),
            _ => Halt::Never,
        };
        draw(subject, "faults and difficult records", seed, 15).halt(halt).run();
    }
}

fn draw<'s, S: Subject>(subject: &'s S, what: &str, seed: u64, difficult: u64) -> Trial<'s, S> {
    let mut dice = Dice::new(seed);
    let repeats: Vec<u64> = (0..dice.below(10)).map(|_| dice.below(RECORDS)).collect();
    let mut trial = Trial::of(subject, format!("{what}, seed {seed}"), (0..RECORDS).chain(repeats))
        .max_records(SMALL)
        .difficult(scatter(subject, &mut dice, difficult))
        .options(|options| options.allow_missing(true))
        .concurrency(usize::try_from(1 + dice.below(4)).unwrap_or(1))
        .latency(Duration::from_millis(dice.below(400)));
    for rule in 0..1 + dice.below(4) {
        let Some(fault) = dice.one_of(&FAULTS) else {
            break;
        };
        let probability = [0.03, 0.1, 0.3]
            .get(usize::try_from(dice.below(3)).unwrap_or(0))
            .copied();
        let mut drawn = FaultRule::new(fault)
            .on(subject.method())
            .probability(probability.unwrap_or(0.1), seed * 10 + rule);
        if let Some(login) = subject.login() {
            drawn = drawn.on(login);
        }
        trial = trial.rule(drawn);
    }
    let calls = 2 + dice.below(6);
    if dice.percent(30) {
        trial = trial.world(|world| subject.short_sessions(world, calls));
    }
    trial
}
