//! What is held after each play, beside what the conformance suite holds of every run.

mod bound;

use batchwise_core::{CallErrorKind, Record};
use batchwise_emulator::conformance::{Breach, Evidence, Subject};
use batchwise_emulator::{Truth, WindowTruth};

use crate::scenario::{InputEnd, Job, Quota, Scenario};

/// One job that was played.
#[derive(Debug)]
pub(crate) struct Case<R> {
    pub(crate) job: Job,
    pub(crate) evidence: Evidence<R>,
    /// The least number of requests for all records of its input.
    pub(crate) least: u64,
    pub(crate) polls: u64,
    pub(crate) rests: u64,
    pub(crate) revived: bool,
    /// The input was read to its last line.
    pub(crate) all_read: bool,
}

/// No window of the server ever holds more than it may.
const WINDOWS: &str = "windows are never exceeded";

/// The calls that are counted are those that the server received.
const COUNTED: &str = "calls are counted";

/// A job reads its input, unless it says that it left it.
const READ: &str = "the input is read";

/// The laws that one job broke.
pub(crate) fn of_job<R: Record>(case: &Case<R>) -> Vec<Breach> {
    let evidence = &case.evidence;
    let mut broken = evidence.breaches();
    broken.extend(bound::breaches(case));
    if case.revived {
        broken.push(Breach::new("a stream stays ended", "it gave something after its end"));
    }
    if !evidence.dropped {
        let left = evidence.summary.input_left;
        if !case.all_read && !left {
            broken.push(Breach::new(READ, "lines were left, and the summary does not say so"));
        }
        if left && evidence.summary.stop.is_none() {
            broken.push(Breach::new(READ, "the input was left by a job that nobody stopped"));
        }
        if case.job.end() == InputEnd::Fails && case.all_read && !left && evidence.summary.stop.is_none() {
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

/// Calls that made a request.
pub(crate) fn made_calls<R>(evidence: &Evidence<R>) -> u64 {
    let made = evidence
        .calls
        .iter()
        .filter(|seen| seen.end != Some(Err(CallErrorKind::NoSession)));
    u64::try_from(made.count()).unwrap_or(u64::MAX)
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
    let (received, made) = (
        tally.received + tally.refused,
        cases.iter().map(|case| made_calls(&case.evidence)).sum::<u64>(),
    );
    // What was on its way when its job was dropped may have arrived or not.
    let dropped = cases.iter().any(|case| case.evidence.dropped);
    if received > made || (received < made && !dropped) {
        broken.push(Breach::new(COUNTED, format!("{made} were made, {received} arrived")));
    }
    if truth.strays > 0 {
        let what = format!("{} requests to addresses that nobody has", truth.strays);
        broken.push(Breach::new(COUNTED, what));
    }
    let logins: u64 = cases.iter().map(|case| case.evidence.summary.logins).sum();
    if logins > truth.logins {
        let what = format!("{logins} logins are counted, {} were made", truth.logins);
        broken.push(Breach::new(COUNTED, what));
    }
    if matches!(scenario.quota, Quota::Kept { .. }) {
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
