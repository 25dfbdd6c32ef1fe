//! A job that was played, as the law reads it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::PoisonError;

use batchwise_core::{CallErrorKind, Descriptor, Identity, Outcome, Record, Subject as About, Summary};
use batchwise_emulator::Truth;
use batchwise_emulator::conformance::{Breach, Difficult, Evidence, Line, RecordOf, Subject, least_requests, name_of};

use crate::journal::{Known, ModelJournal};
use crate::scenario::Job;
use crate::stage::{Role, Turn};

/// One job.
#[derive(Debug)]
pub(crate) struct Case<R> {
    pub(crate) job: Job,
    /// Its runs; one, without a journal.
    pub(crate) runs: Vec<RunCase<R>>,
    /// What its journal says of it in the end, and what its calls were.
    pub(crate) whole: Option<Evidence<R>>,
}

/// One run of a job.
#[derive(Debug)]
pub(crate) struct RunCase<R> {
    pub(crate) evidence: Evidence<R>,
    /// The least number of requests for all records of its input.
    pub(crate) least: u64,
    /// Records of different groups never share a request.
    pub(crate) groups: u64,
    pub(crate) polls: u64,
    pub(crate) rests: u64,
    pub(crate) revived: bool,
    /// The input was read to its last line.
    pub(crate) all_read: bool,
    /// What was told or sent before the journal had it.
    pub(crate) breaches: Vec<Breach>,
    /// Calls begun when the journal failed.
    pub(crate) calls_at_failure: Option<usize>,
    /// What its journal saw.
    pub(crate) sights: Vec<&'static str>,
}

/// A job that is over.
pub(crate) fn of<S: Subject>(
    subject: &S,
    job: &Job,
    role: &Role<RecordOf<S>>,
    truth: &Truth,
    difficult: &Difficult,
) -> Case<RecordOf<S>> {
    let court = Court {
        subject,
        truth,
        difficult,
        descriptor: &role.descriptor,
        unique: role
            .records
            .first()
            .is_some_and(|record| matches!(record.identity(), Identity::Content { .. })),
    };
    let least = least_requests(&role.records, &role.descriptor);
    let groups: BTreeSet<(u8, u64)> = role
        .records
        .iter()
        .map(|record| (record.stage(), record.group()))
        .collect();
    let groups = u64::try_from(groups.len()).unwrap_or(u64::MAX);
    let turns = role.turns.take();
    let in_doubt: BTreeSet<u64> = turns
        .iter()
        .filter_map(|turn| turn.journal.as_ref())
        .flat_map(ModelJournal::in_doubt)
        .collect();
    let runs: Vec<RunCase<RecordOf<S>>> = turns
        .into_iter()
        .map(|turn| court.run(job, turn, (least, groups)))
        .collect();
    let whole = job.life.is_some().then(|| {
        let disk = std::mem::take(&mut *role.disk.lock().unwrap_or_else(PoisonError::into_inner));
        court.whole(&runs, disk.0, &in_doubt)
    });
    Case {
        job: job.clone(),
        runs,
        whole,
    }
}

/// What everything is held against.
struct Court<'a, S> {
    subject: &'a S,
    truth: &'a Truth,
    difficult: &'a Difficult,
    descriptor: &'a Descriptor,
    unique: bool,
}

impl<S: Subject> Court<'_, S> {
    /// The lines that were read, with nothing else yet.
    fn evidence(&self, lines: Vec<(u64, Line)>) -> Evidence<RecordOf<S>> {
        let numbers = || lines.iter().filter_map(|(_, line)| number(line));
        let names: HashMap<u64, String> = numbers()
            .map(|number| (number, name_of(&self.subject.record(number))))
            .collect();
        let facts = numbers()
            .map(|number| (number, self.subject.truth(self.truth, number)))
            .collect();
        Evidence {
            lines,
            outcomes: Vec::new(),
            summary: Summary::default(),
            facts,
            difficult: self.difficult.clone(),
            names,
            unique: self.unique,
            in_doubt: BTreeSet::new(),
            untold: BTreeSet::new(),
            calls: Vec::new(),
            breaches: Vec::new(),
            dropped: false,
            calls_at_halt: None,
            deadline: None,
            descriptor: self.descriptor.clone(),
        }
    }

    fn run(&self, job: &Job, turn: Turn<RecordOf<S>>, (least, groups): (u64, u64)) -> RunCase<RecordOf<S>> {
        let mut got = turn.got.take();
        let mut lines = std::mem::take(&mut *turn.read.lock().unwrap_or_else(PoisonError::into_inner));
        let all_read = lines.len() == job.lines.len();
        let mut breaches = std::mem::take(&mut got.breaches);
        let (mut calls_at_failure, mut sights) = (None, Vec::new());
        if let Some(journal) = turn.journal {
            // What cannot be recalled does not go in.
            lines.retain(|(line, _)| journal.unread() != Some(*line));
            breaches.extend(journal.take_breaches());
            (calls_at_failure, sights) = (journal.calls_at_failure(), journal.sights());
        }
        let mut sight = turn.sight.lock().unwrap_or_else(PoisonError::into_inner);
        let calls_at_halt = got.calls_at_halt();
        RunCase {
            least,
            groups,
            polls: got.polls,
            rests: got.rests,
            revived: got.revived,
            all_read,
            breaches,
            calls_at_failure,
            sights,
            evidence: Evidence {
                outcomes: got.outcomes,
                summary: got.summary,
                calls: std::mem::take(&mut sight.calls),
                breaches: std::mem::take(&mut sight.breaches),
                dropped: got.dropped,
                calls_at_halt,
                deadline: job.options.deadline.map(|after| got.began + after),
                ..self.evidence(lines)
            },
        }
    }

    /// What the job came to over all its runs: what is durable of each entry, and what its last run told beside that.
    fn whole(
        &self,
        runs: &[RunCase<RecordOf<S>>],
        disk: BTreeMap<u64, Known>,
        in_doubt: &BTreeSet<u64>,
    ) -> Evidence<RecordOf<S>> {
        // Every run reads the same input, from its beginning, so far as it comes.
        let longest = runs.iter().max_by_key(|run| run.evidence.lines.len());
        let longest = longest.map_or(&[][..], |run| &run.evidence.lines);
        let last = runs.last().map(|run| &run.evidence);
        let mut outcomes: BTreeMap<u64, Outcome<RecordOf<S>>> = BTreeMap::new();
        for outcome in last.iter().flat_map(|last| &last.outcomes) {
            outcomes.insert(outcome.line, outcome.clone());
        }
        let about: HashMap<u64, &Line> = longest.iter().map(|(line, read)| (*line, read)).collect();
        for (line, known) in disk {
            if let (Some(settled), Some(read)) = (known.settled(), about.get(&line)) {
                let subject = match read {
                    Line::Record(number) => About::Record(self.subject.record(*number)),
                    Line::Invalid(text) => About::Invalid(text.clone()),
                };
                outcomes.insert(line, settled.outcome(subject, line));
            }
        }
        let read_last = last.map_or(0, |last| last.lines.len());
        let numbered = longest.iter().enumerate();
        let (told, untold): (Vec<_>, Vec<_>) =
            numbered.partition(|(at, (line, _))| *at < read_last || outcomes.contains_key(line));
        let lines = told.into_iter().map(|(_, line)| line.clone()).collect();
        let untold = untold.into_iter().filter_map(|(_, (_, read))| number(read)).collect();
        let in_doubt = in_doubt
            .iter()
            .filter_map(|line| about.get(line))
            .filter_map(|line| number(line));
        let mut whole = Evidence {
            outcomes: outcomes.into_values().collect(),
            in_doubt: in_doubt.collect(),
            untold,
            calls: runs.iter().flat_map(|run| run.evidence.calls.iter().cloned()).collect(),
            dropped: last.is_none_or(|last| last.dropped),
            ..self.evidence(lines)
        };
        for outcome in &whole.outcomes {
            whole.summary.counts.add(outcome.verdict);
            whole.summary.reached += u64::from(outcome.reached());
        }
        let all = u64::try_from(whole.lines.len()).unwrap_or(u64::MAX);
        whole.summary.duplicates = all.saturating_sub(distinct(&whole));
        whole
    }
}

fn number(line: &Line) -> Option<u64> {
    match line {
        Line::Record(number) => Some(*number),
        Line::Invalid(_) => None,
    }
}

/// Lines that have an outcome of their own.
pub(crate) fn distinct<R>(evidence: &Evidence<R>) -> u64 {
    let mut seen: BTreeSet<(Option<u64>, &str)> = BTreeSet::new();
    let mut distinct = 0;
    for (_, line) in &evidence.lines {
        distinct += u64::from(match line {
            Line::Record(number) => seen.insert((Some(*number), "")) || evidence.unique,
            Line::Invalid(text) => seen.insert((None, text)),
        });
    }
    distinct
}

/// Calls that made a request.
pub(crate) fn made_calls<R>(evidence: &Evidence<R>) -> u64 {
    let made = evidence
        .calls
        .iter()
        .filter(|seen| seen.end != Some(Err(CallErrorKind::NoSession)));
    u64::try_from(made.count()).unwrap_or(u64::MAX)
}
