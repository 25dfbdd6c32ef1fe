//! The law: one outcome for each distinct record, and it is true.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use batchwise_core::{Outcome, Record, Verdict};

use super::evidence::{Breach, Evidence, Line};
use super::watched::name_of;
use super::{Difficulty, Fact};

/// Each distinct record that was read has one outcome, on the line that it first came from.
const ONE_OUTCOME: &str = "one outcome for each record";

/// What an outcome says is so.
const TRUE: &str = "every outcome is true";

/// The sums of a run are those of its outcomes.
const SUMS: &str = "the sums are right";

/// No call begins once a run was stopped.
const NOTHING_AFTER: &str = "no call after a stop";

/// One outcome for each distinct record; each is true.
pub(super) fn outcomes<R: Record>(told: &Evidence<R>, broken: &mut Vec<Breach>) {
    one_for_each(told, broken);
    let mut by_number: BTreeMap<u64, Vec<&Outcome<R>>> = BTreeMap::new();
    let numbers = told.lines.iter().filter_map(|(line, read)| match read {
        Line::Record(number) => Some((*line, *number)),
        Line::Invalid(_) => None,
    });
    let numbers: BTreeMap<u64, u64> = numbers.collect();
    for outcome in &told.outcomes {
        match numbers.get(&outcome.line) {
            Some(number) => by_number.entry(*number).or_default().push(outcome),
            None if outcome.verdict != Verdict::Rejected || outcome.reached() || outcome.record().is_some() => {
                broken.push(untrue(told, outcome, "it is no record, so it is `rejected`"));
            }
            None => {}
        }
    }
    for (number, outcomes) in by_number {
        let fact = told.fact(number);
        let busy = matches!(told.difficult.of(number), Some(Difficulty::Busy(_)));
        for outcome in &outcomes {
            let another = by_another(told, number, outcome, &outcomes);
            // What a process that is gone may have sent is unknown, even if it did not come to it.
            let in_doubt = outcome.verdict == Verdict::Unknown && told.in_doubt.contains(&number);
            if let Some(why) = lie(outcome.verdict, &fact, another, busy).filter(|_| !in_doubt) {
                broken.push(untrue(told, outcome, why));
            }
            if outcome.verdict == Verdict::Unknown && !in_doubt && told.calls_with(number).is_empty() {
                broken.push(untrue(told, outcome, "no call carried it"));
            }
            if outcome.reached() != is_reached(outcome.verdict, told.descriptor.absence_reached) {
                broken.push(untrue(told, outcome, "its `reached` is not that of its verdict"));
            }
            if outcome.reached() && !fact.reached {
                broken.push(untrue(told, outcome, "it is not in the wanted state"));
            }
        }
        let claimed = outcomes
            .iter()
            .filter(|outcome| matches!(outcome.verdict, Verdict::Deleted | Verdict::Updated));
        if u32::try_from(claimed.count()).unwrap_or(u32::MAX) > fact.done {
            broken.extend(
                outcomes
                    .first()
                    .map(|outcome| untrue(told, outcome, "done less often than claimed")),
            );
        }
    }
}

fn untrue<R: Record>(told: &Evidence<R>, outcome: &Outcome<R>, why: &str) -> Breach {
    Breach::new(TRUE, format!("{}: {why}", told.line(outcome)))
}

/// Who else than the record that an outcome is about may have acted on the same thing: repeats of a lead are updates of
/// their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Another {
    Nobody,
    /// A repeat was in a call that wrote nothing.
    Looked,
    /// A repeat wrote, or may have written.
    Acted,
}

fn by_another<R: Record>(told: &Evidence<R>, number: u64, outcome: &Outcome<R>, all: &[&Outcome<R>]) -> Another {
    if told.unique && told.untold.contains(&number) {
        return Another::Acted;
    }
    let number = Line::Record(number);
    let repeats = told.lines.iter().filter(|(_, read)| *read == number).count();
    if !told.unique || repeats == 1 {
        return Another::Nobody;
    }
    let others = || {
        let others = all.iter().filter(|other| other.line != outcome.line);
        others.map(|other| other.verdict)
    };
    // Of a dropped run the outcome of a repeat may be missing.
    if all.len() < repeats || others().any(|verdict| matches!(verdict, Verdict::Updated | Verdict::Unknown)) {
        Another::Acted
    } else if others().any(|verdict| verdict != Verdict::NotSent) {
        Another::Looked
    } else {
        Another::Nobody
    }
}

/// Why a verdict is not true.
fn lie(verdict: Verdict, fact: &Fact, another: Another, busy: bool) -> Option<&'static str> {
    let done = fact.done > 0 && another != Another::Acted;
    // A busy record's free parts are removed, and told of, whatever becomes of the rest later.
    let partly = fact.partly && another != Another::Acted && !(busy && verdict == Verdict::Rejected);
    let looked_at = fact.looked_at > 0 && another == Another::Nobody;
    match verdict {
        Verdict::Deleted | Verdict::Updated => (fact.done == 0).then_some("this job did not do it"),
        Verdict::PresumedDeleted => (!fact.reached).then_some("it is there"),
        Verdict::NotFound | Verdict::Unmatched if fact.existed => Some("it was there"),
        Verdict::Unchanged if !fact.existed => Some("it was not there"),
        Verdict::Busy => (done || !fact.existed).then_some("it was removed, or never there"),
        Verdict::NotSent if looked_at => Some("the server looked at it"),
        Verdict::NotFound | Verdict::Unmatched | Verdict::Unchanged | Verdict::Rejected | Verdict::NotSent => {
            (done || partly).then_some("this job did it, or a part of it")
        }
        Verdict::Unknown => (fact.received == Some(0)).then_some("no request that arrived carried it"),
        _ => Some("a verdict that the suite does not know"),
    }
}

const fn is_reached(verdict: Verdict, absence_reached: bool) -> bool {
    match verdict {
        Verdict::Deleted | Verdict::Updated | Verdict::Unchanged | Verdict::PresumedDeleted => true,
        Verdict::NotFound => absence_reached,
        _ => false,
    }
}

/// Exactly one outcome on each line that a distinct record first came from, none elsewhere; repeats are counted.
fn one_for_each<R: Record>(told: &Evidence<R>, broken: &mut Vec<Breach>) {
    let mut seen = HashSet::new();
    let mut expected = BTreeMap::new();
    for (line, read) in &told.lines {
        let distinct = seen.insert(read) || (told.unique && matches!(read, Line::Record(_)));
        if distinct {
            expected.insert(*line, read);
        }
    }
    let mut one = |outcome: &Outcome<R>, why: &str| {
        broken.push(Breach::new(ONE_OUTCOME, format!("{}: {why}", told.line(outcome))));
    };
    let mut lines = BTreeSet::new();
    for outcome in &told.outcomes {
        if !lines.insert(outcome.line) {
            one(outcome, "a second outcome for this line");
        }
        let about_its_line = match expected.get(&outcome.line) {
            None => {
                one(outcome, "an outcome for a line that has none");
                continue;
            }
            Some(Line::Record(number)) => outcome.record().map(name_of).as_ref() == told.names.get(number),
            Some(Line::Invalid(text)) => outcome.record().is_none() && outcome.key() == *text,
        };
        if !about_its_line {
            one(outcome, "about another record than its line's");
        }
    }
    if told.dropped {
        return;
    }
    let silent: Vec<&u64> = expected.keys().filter(|line| !lines.contains(line)).take(5).collect();
    if !silent.is_empty() {
        let silent = format!("no outcome for lines {silent:?} (the first of them)");
        broken.push(Breach::new(ONE_OUTCOME, silent));
    }
    let (distinct, all) = (count(expected.len()), count(told.lines.len()));
    if told.summary.counts.total() != distinct || told.summary.duplicates != all - distinct {
        let sums = format!(
            "the sums say {} outcomes and {} repeats; there are {distinct} distinct records of {all}",
            told.summary.counts.total(),
            told.summary.duplicates
        );
        broken.push(Breach::new(SUMS, sums));
    }
    let reached = count(told.outcomes.iter().filter(|outcome| outcome.reached()).count());
    if told.summary.reached != reached {
        let sums = format!("the sums say {} reached; {reached} are", told.summary.reached);
        broken.push(Breach::new(SUMS, sums));
    }
}

/// No call begins after a stop.
pub(super) fn halting<R: Record>(told: &Evidence<R>, broken: &mut Vec<Breach>) {
    let calls = told.calls.len();
    if let Some(at_halt) = told.calls_at_halt.filter(|at_halt| *at_halt < calls) {
        let what = format!("{at_halt} calls when the run was stopped, {calls} at its end");
        broken.push(Breach::new(NOTHING_AFTER, what));
    }
    if let Some(deadline) = told.deadline {
        let late = told.calls.iter().find(|seen| seen.at > deadline);
        let what = late.map(|seen| format!("a call at {:?}, after the deadline of {deadline:?}", seen.at));
        broken.extend(what.map(|what| Breach::new(NOTHING_AFTER, what)));
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
