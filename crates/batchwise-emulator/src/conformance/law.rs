//! The law: one outcome for each distinct record, and it is true.

use std::collections::{BTreeMap, BTreeSet};

use batchwise_core::{Outcome, Verdict};

use super::subject::RecordOf;
use super::told::Told;
use super::trial::Halt;
use super::watched::name_of;
use super::{Difficulty, Fact, Subject};

/// One outcome for each distinct record; each is true.
pub(super) fn outcomes<S: Subject>(told: &Told<'_, S>, broken: &mut Vec<String>) {
    one_for_each(told, broken);
    let mut by_number: BTreeMap<u64, Vec<&Outcome<RecordOf<S>>>> = BTreeMap::new();
    for outcome in &told.outcomes {
        if let Some(number) = told.number(outcome) {
            by_number.entry(number).or_default().push(outcome);
        }
    }
    for (number, outcomes) in by_number {
        let fact = told.fact(number);
        let busy = matches!(told.difficult.of(number), Some(Difficulty::Busy(_)));
        for outcome in &outcomes {
            let another = by_another(told, number, outcome, &outcomes);
            if let Some(why) = lie(outcome.verdict, &fact, another, busy) {
                broken.push(told.untrue(outcome, why));
            }
            if outcome.verdict == Verdict::Unknown && told.calls_with(number).is_empty() {
                broken.push(told.untrue(outcome, "no call carried it"));
            }
            if outcome.reached() != is_reached(outcome.verdict, told.descriptor.absence_reached) {
                broken.push(told.untrue(outcome, "its `reached` is not that of its verdict"));
            }
            if outcome.reached() && !fact.reached {
                broken.push(told.untrue(outcome, "it is not in the wanted state"));
            }
        }
        let claimed = outcomes
            .iter()
            .filter(|outcome| matches!(outcome.verdict, Verdict::Deleted | Verdict::Updated));
        if u32::try_from(claimed.count()).unwrap_or(u32::MAX) > fact.done {
            broken.extend(
                outcomes
                    .first()
                    .map(|outcome| told.untrue(outcome, "done less often than claimed")),
            );
        }
    }
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

fn by_another<S: Subject>(
    told: &Told<'_, S>,
    number: u64,
    outcome: &Outcome<RecordOf<S>>,
    all: &[&Outcome<RecordOf<S>>],
) -> Another {
    let repeats = told.numbers.iter().filter(|other| **other == number).count();
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
fn one_for_each<S: Subject>(told: &Told<'_, S>, broken: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    let mut expected = BTreeSet::new();
    for (line, number) in (1_u64..).zip(&told.numbers) {
        if seen.insert(*number) || told.unique {
            expected.insert(line);
        }
    }
    let mut lines = BTreeSet::new();
    for outcome in &told.outcomes {
        if !lines.insert(outcome.line) {
            broken.push(told.untrue(outcome, "a second outcome for this line"));
        }
        if !expected.contains(&outcome.line) {
            broken.push(told.untrue(outcome, "an outcome for a line that has none"));
        }
        let named = told.number(outcome).and_then(|number| told.names.get(&number));
        if outcome.record().map(name_of).as_ref() != named {
            broken.push(told.untrue(outcome, "about another record than its line's"));
        }
    }
    if told.halt_dropped() {
        return;
    }
    let silent: Vec<&u64> = expected.difference(&lines).take(5).collect();
    if !silent.is_empty() {
        broken.push(format!("no outcome for lines {silent:?} (the first of them)"));
    }
    let (distinct, all) = (count(expected.len()), count(told.numbers.len()));
    if told.summary.counts.total() != distinct || told.summary.duplicates != all - distinct {
        broken.push(format!(
            "the sums say {} outcomes and {} repeats; there are {distinct} distinct records of {all}",
            told.summary.counts.total(),
            told.summary.duplicates
        ));
    }
    let reached = count(told.outcomes.iter().filter(|outcome| outcome.reached()).count());
    if told.summary.reached != reached {
        broken.push(format!("the sums say {} reached; {reached} are", told.summary.reached));
    }
}

/// The calls are those that the emulator received, and bounded; none begins after a stop.
pub(super) fn calls<S: Subject>(told: &Told<'_, S>, broken: &mut Vec<String>) {
    let (counted, requests) = (told.summary.calls, told.requests());
    // Of a dropped run a call may have been on its way to the server.
    if counted != requests && !told.halt_dropped() {
        broken.push(format!("{counted} calls were counted, {requests} came to the emulator"));
    }
    if told.truth.strays > 0 {
        broken.push(format!("{} requests to addresses that nobody has", told.truth.strays));
    }
    if counted > told.bound() {
        broken.push(format!("{counted} calls; {} are the most", told.bound()));
    }
    if told.summary.logins > told.truth.logins {
        broken.push(format!(
            "{} logins were counted, {} were made",
            told.summary.logins, told.truth.logins
        ));
    }
    if told.calls_at_halt.is_some_and(|calls| calls < told.calls.len()) {
        broken.push(format!(
            "{:?} calls when the run was stopped, {} at its end",
            told.calls_at_halt,
            told.calls.len()
        ));
    }
    if let Halt::Deadline(after) = told.halt {
        let late = told.calls.iter().find(|seen| seen.at > after);
        broken.extend(late.map(|seen| format!("a call at {:?}, after the deadline of {after:?}", seen.at)));
    }
}

impl<S: Subject> Told<'_, S> {
    /// True when the run's stream was dropped.
    fn halt_dropped(&self) -> bool {
        matches!(self.halt, Halt::Drop(_))
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
