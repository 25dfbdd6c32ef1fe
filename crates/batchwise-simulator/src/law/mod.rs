//! What is held after each play, beside what the conformance suite holds of every run.

mod bound;
mod life;

use batchwise_core::{Outcome, Record, Verdict};
use batchwise_emulator::conformance::{Breach, Difficulty, Evidence, Subject};
use batchwise_emulator::{Truth, WindowTruth};

use crate::case::{Case, RunCase, made_calls};
use crate::scenario::{InputEnd, Job, Quota, Scenario};

/// No window of the server ever holds more than it may.
const WINDOWS: &str = "windows are never exceeded";

/// The calls that are counted are those that the server received.
const COUNTED: &str = "calls are counted";

/// A job reads its input, unless it says that it left it.
const READ: &str = "the input is read";

/// A refusal falls on the record that was refused.
const BLAMED: &str = "only what was refused is rejected";

/// An attempt is a call that carried the record.
const ATTEMPTS: &str = "attempts are calls";

/// The laws that one job broke.
pub(crate) fn of_job<R: Record>(case: &Case<R>) -> Vec<Breach> {
    let mut broken: Vec<Breach> = case.runs.iter().flat_map(|run| of_run(&case.job, run)).collect();
    if let Some(whole) = &case.whole {
        broken.extend(case.runs.iter().flat_map(life::of_run));
        broken.extend(life::of_life(case, whole));
        broken.extend(attempts(whole));
    } else if let Some(run) = case.runs.first() {
        broken.extend(run.evidence.breaches_of_truth());
        broken.extend(attempts(&run.evidence));
    }
    broken
}

/// The laws that one run broke, whatever was before it.
fn of_run<R: Record>(job: &Job, run: &RunCase<R>) -> Vec<Breach> {
    let evidence = &run.evidence;
    let mut broken = evidence.breaches_of_conduct();
    broken.extend(bound::breaches(job, run));
    if run.revived {
        broken.push(Breach::new("a stream stays ended", "it gave something after its end"));
    }
    if !evidence.dropped {
        let left = evidence.summary.input_left;
        if !run.all_read && !left {
            broken.push(Breach::new(READ, "lines were left, and the summary does not say so"));
        }
        if left && evidence.summary.stop.is_none() {
            broken.push(Breach::new(READ, "the input was left by a job that nobody stopped"));
        }
        if job.end() == InputEnd::Fails && run.all_read && !left && evidence.summary.stop.is_none() {
            broken.push(Breach::new(READ, "the input failed, and the summary does not say so"));
        }
        let made = made_calls(evidence);
        if evidence.summary.calls != made {
            let what = format!("{} are counted, {made} were made", evidence.summary.calls);
            broken.push(Breach::new(COUNTED, what));
        }
    }
    broken
}

/// Records that are called rejected, where the server refused others, and each by name.
fn blamed<R: Record>(case: &Case<R>) -> Vec<Breach> {
    let nameless = case.runs.iter().any(|run| {
        let difficult = &run.evidence.difficult;
        let among = |number: &u64| run.evidence.facts.contains_key(number);
        difficult.all(Difficulty::PoisonNameless).any(|number| among(&number))
    });
    let is_blamed = |evidence: &Evidence<R>, outcome: &Outcome<R>| {
        let poison = evidence.number(outcome).map(|number| evidence.difficult.of(number));
        outcome.verdict == Verdict::Rejected && poison.is_some_and(|difficulty| difficulty != Some(Difficulty::Poison))
    };
    let runs = case.runs.iter().map(|run| &run.evidence).filter(|_| !nameless);
    runs.flat_map(|evidence| {
        let blamed = evidence.outcomes.iter().filter(|outcome| is_blamed(evidence, outcome));
        blamed.map(|outcome| Breach::new(BLAMED, evidence.line(outcome)))
    })
    .collect()
}

fn attempts<R: Record>(evidence: &Evidence<R>) -> Vec<Breach> {
    let more = |outcome: &&Outcome<R>| {
        let carried = evidence
            .number(outcome)
            .map_or(0, |number| evidence.calls_with(number).len());
        usize::try_from(outcome.attempts).is_ok_and(|attempts| attempts > carried)
    };
    let outcomes = evidence.outcomes.iter().filter(more);
    outcomes
        .map(|outcome| Breach::new(ATTEMPTS, evidence.line(outcome)))
        .collect()
}

/// The laws that all jobs together broke.
pub(crate) fn of_world<S: Subject, R: Record>(
    scenario: &Scenario,
    subject: &S,
    cases: &[Case<R>],
    truth: &Truth,
) -> Vec<Breach> {
    let mut broken = Vec::new();
    let tally = truth.tally(subject.method());
    let runs = || cases.iter().flat_map(|case| &case.runs).map(|run| &run.evidence);
    let (received, made) = (tally.received + tally.refused, runs().map(made_calls).sum::<u64>());
    // What was on its way when its job was dropped may have arrived or not.
    let dropped = runs().any(|run| run.dropped);
    if received > made || (received < made && !dropped) {
        broken.push(Breach::new(COUNTED, format!("{made} were made, {received} arrived")));
    }
    if truth.strays > 0 {
        let what = format!("{} requests to addresses that nobody has", truth.strays);
        broken.push(Breach::new(COUNTED, what));
    }
    let logins: u64 = runs().map(|run| run.summary.logins).sum();
    if logins > truth.logins {
        let what = format!("{logins} logins are counted, {} were made", truth.logins);
        broken.push(Breach::new(COUNTED, what));
    }
    let forgotten = cases.iter().any(|case| {
        let forgets = case.job.life.as_ref().is_some_and(|life| life.forgets_calls);
        forgets && case.runs.len() > 1
    });
    if !scenario.refuses_by_fault() {
        broken.extend(cases.iter().flat_map(blamed));
    }
    if matches!(scenario.quota, Quota::Kept { .. }) && !forgotten {
        let provider = subject.method().provider();
        let over = |window: &&WindowTruth| {
            window.provider == provider && window.most > usize::try_from(window.rate.limit).unwrap_or(0)
        };
        broken.extend(truth.windows.iter().filter(over).map(|window| {
            Breach::new(
                WINDOWS,
                format!("{} requests arrived where {} are allowed", window.most, window.rate),
            )
        }));
    }
    broken
}
