//! What is held of a job that keeps a journal, over all its runs.

use batchwise_core::{Outcome, ReasonKind, Record, Verdict};
use batchwise_emulator::conformance::{Breach, Evidence};

use crate::case::{Case, RunCase, distinct};

/// When the journal fails, the job stops: nothing is sent any more, and what happened is told.
const FAILED: &str = "a failed journal stops the job";

/// The sums of a run are those of what it read.
const SUMS: &str = "the sums of a run are right";

/// What is told although it could not be written is true.
const TRUE: &str = "what is told without a journal is true";

/// The laws that one run broke.
pub(super) fn of_run<R: Record>(run: &RunCase<R>) -> Vec<Breach> {
    let mut broken = run.breaches.clone();
    let evidence = &run.evidence;
    if let Some(at_failure) = run.calls_at_failure {
        let calls = evidence.calls.len();
        if calls > at_failure {
            let what = format!("{at_failure} calls when it failed, {calls} at the end");
            broken.push(Breach::new(FAILED, what));
        }
        if !evidence.dropped && evidence.summary.stop.is_none() {
            broken.push(Breach::new(FAILED, "the summary does not say so"));
        }
    } else if !evidence.dropped && stopped_for_journal(evidence) && !run.sights.contains(&"an entry could not be read")
    {
        broken.push(Breach::new(FAILED, "it stopped, and nothing failed"));
    }
    if evidence.dropped {
        return broken;
    }
    let (told, recalled) = (evidence.summary.counts.total(), evidence.summary.recalled);
    let all = u64::try_from(evidence.lines.len()).unwrap_or(u64::MAX);
    let distinct = distinct(evidence);
    if told + recalled != distinct || evidence.summary.duplicates != all - distinct {
        let sums = format!(
            "{told} outcomes, {recalled} of earlier runs and {} repeats; {distinct} of {all} lines are distinct",
            evidence.summary.duplicates
        );
        broken.push(Breach::new(SUMS, sums));
    }
    broken
}

fn stopped_for_journal<R>(evidence: &Evidence<R>) -> bool {
    let stop = evidence.summary.stop.as_ref();
    stop.is_some_and(|stop| stop.kind() == ReasonKind::Journal)
}

/// The laws that its life broke.
pub(super) fn of_life<R: Record>(case: &Case<R>, whole: &Evidence<R>) -> Vec<Breach> {
    let mut broken = whole.breaches_of_truth();
    for run in case.runs.iter().filter(|run| run.calls_at_failure.is_some()) {
        let lies = run.evidence.outcomes.iter().filter(|outcome| is_lie(whole, outcome));
        broken.extend(lies.map(|outcome| Breach::new(TRUE, run.evidence.line(outcome))));
    }
    broken
}

/// What stays true whatever later runs do.
fn is_lie<R: Record>(whole: &Evidence<R>, outcome: &Outcome<R>) -> bool {
    let Some(fact) = whole.number(outcome).map(|number| whole.fact(number)) else {
        return false;
    };
    match outcome.verdict {
        Verdict::Deleted | Verdict::Updated => fact.done == 0,
        Verdict::PresumedDeleted => !fact.reached,
        Verdict::NotFound | Verdict::Unmatched => fact.existed,
        _ => false,
    }
}
