//! What really happened in plays: a trouble that never comes tests nothing.

use std::collections::BTreeMap;
use std::fmt;

use batchwise_core::{Record, Verdict};
use batchwise_emulator::conformance::{Difficulty, Line};
use batchwise_emulator::{LogEntry, Truth};

use crate::case::{Case, RunCase, made_calls};
use crate::scenario::{At, Job, Quota, Scenario, What};

/// How often each thing happened, over jobs and scenarios.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<String, u64>);

/// What has to happen in a long run.
const WANTED: &[&str] = &[
    "fault: refuse",
    "fault: reset_before",
    "fault: reset_after",
    "fault: close_after",
    "fault: hang_before",
    "fault: hang_after",
    "fault: truncate",
    "fault: garbage",
    "fault: html",
    "fault: status 4xx",
    "fault: status 5xx",
    "fault: burst of 5xx",
    "fault: outage",
    "fault: too_many_requests with Retry-After",
    "fault: too_many_requests without Retry-After",
    "fault: slow",
    "fault: drop_from_answer",
    "fault: duplicate",
    "fault: extra",
    "fault: contradict",
    "fault: wrong_length",
    "fault: session_expired",
    "fault: to a login",
    "record: absent",
    "record: refused by name",
    "record: refused without a name",
    "record: silent",
    "record: busy",
    "record: kept",
    "record: repeated",
    "record: invalid line",
    "answer: partial success",
    "quota: over what the server allows",
    "quota: a window was full",
    "quota: a budget was spent",
    "quota: waited for a window",
    "quota: waited as a 429 asked",
    "time: the machine slept while a call was under way",
    "time: the machine slept while nothing was under way",
    "time: the input paused",
    "consumer: rested",
    "stop: by token",
    "stop: by deadline",
    "stop: dropped",
    "stop: dropped while a call was under way",
    "stop: input failed",
    "stop: input left",
    "stop: limit",
    "stop: retry budget",
    "stop: credentials",
    "stop: wrong target",
    "job: several at once",
    "job: several with one client",
    "job: a session was renewed",
    "job: records went again",
    "job: busy records were deferred",
    "journal: crash before an intent",
    "journal: crash within an intent",
    "journal: crash after an intent",
    "journal: crash before verdicts",
    "journal: crash within verdicts",
    "journal: crash after verdicts",
    "journal: crash at the end",
    "journal: disk full at an intent",
    "journal: disk full at verdicts",
    "journal: disk full at the end",
    "journal: an entry could not be read",
    "journal: an intent without a verdict",
    "journal: a verdict of an earlier run",
    "journal: a record open again",
    "journal: presumed deleted",
    "stop: journal failed",
    "way: warm connection",
    "way: new connection",
    "way: an abandoned request arrived",
];

impl Coverage {
    /// One more of this.
    pub(crate) fn count(&mut self, what: &str) {
        self.add(&format!("time: {what}"), 1);
    }

    fn add(&mut self, what: &str, times: u64) {
        if times == 0 {
            return;
        }
        match self.0.get_mut(what) {
            Some(count) => *count += times,
            None => {
                self.0.insert(what.to_owned(), times);
            }
        }
    }

    /// What happened in other plays too.
    pub fn merge(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            self.add(what, *times);
        }
    }

    /// How often something happened.
    #[must_use]
    pub fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or(0)
    }

    /// What should have happened in a long run and did not.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        WANTED.iter().copied().filter(|what| self.of(what) == 0).collect()
    }

    pub(crate) fn note<R: Record>(
        &mut self,
        scenario: &Scenario,
        cases: &[Case<R>],
        truth: &Truth,
        log: &[LogEntry],
        told: &BTreeMap<&'static str, u64>,
        sights: &[&'static str],
    ) {
        self.note_faults(scenario, log);
        for (what, times) in told {
            let room = if what.starts_with("waited") { "quota" } else { "job" };
            self.add(&format!("{room}: {what}"), *times);
        }
        for sight in sights {
            self.add(&format!("way: {sight}"), 1);
        }
        if let Quota::Kept { windows, .. } = &scenario.quota {
            let full = truth.windows.iter().any(|window| {
                let limit = usize::try_from(window.rate.limit).unwrap_or(usize::MAX);
                window.most == limit && windows.iter().any(|plan| plan.limit == window.rate.limit)
            });
            self.add("quota: a window was full", u64::from(full));
        }
        self.add("job: several at once", u64::from(cases.len() > 1));
        self.add(
            "job: several with one client",
            u64::from(cases.len() > 1 && scenario.one_client),
        );
        for case in cases {
            self.add("jobs", 1);
            self.add("runs", u64::try_from(case.runs.len()).unwrap_or(0));
            self.add("journal: jobs with one", u64::from(case.whole.is_some()));
            for run in &case.runs {
                self.note_run(&case.job, run);
            }
            self.note_life(case);
        }
    }

    fn note_life<R: Record>(&mut self, case: &Case<R>) {
        let Some(whole) = &case.whole else { return };
        for sight in case.runs.iter().flat_map(|run| &run.sights) {
            self.add(&format!("journal: {sight}"), 1);
        }
        let crashed = case.runs.iter().filter(|run| run.evidence.dropped);
        self.add(
            "journal: runs that ended at once",
            u64::try_from(crashed.count()).unwrap_or(0),
        );
        let presumed = whole.summary.counts.of(Verdict::PresumedDeleted);
        self.add("journal: presumed deleted", presumed);
    }

    fn note_faults(&mut self, scenario: &Scenario, log: &[LogEntry]) {
        for entry in log {
            // The rule's own words; they name status and method.
            let says = |words: &str| entry.why.contains(words);
            let what = match entry.what {
                "quota" => "quota: over what the server allows".to_owned(),
                "status" if says("status 4") => "fault: status 4xx".to_owned(),
                "status" => "fault: status 5xx".to_owned(),
                "too_many_requests" if says("Retry-After") => "fault: too_many_requests with Retry-After".to_owned(),
                "too_many_requests" => "fault: too_many_requests without Retry-After".to_owned(),
                name => format!("fault: {name}"),
            };
            self.add(&what, 1);
            self.add("fault: to a login", u64::from(entry.method.name().ends_with("login")));
        }
        for (at, plan) in (1..).zip(&scenario.faults) {
            let rule = format!("rule {at}: ");
            let fired = log.iter().filter(|entry| entry.why.starts_with(&rule)).count();
            let broken_server = matches!(
                plan.fault,
                batchwise_emulator::Fault::Status { status: 500.., .. }
                    | batchwise_emulator::Fault::Html { status: 500.., .. }
            );
            match plan.at {
                At::Burst(..) if broken_server && fired > 1 => self.add("fault: burst of 5xx", 1),
                At::From(_) if fired > 5 => self.add("fault: outage", 1),
                _ => {}
            }
        }
    }

    fn note_run<R: Record>(&mut self, job: &Job, run: &RunCase<R>) {
        let evidence = &run.evidence;
        self.add("calls", made_calls(evidence));
        self.add("records", u64::try_from(evidence.lines.len()).unwrap_or(0));
        for (_, line) in &evidence.lines {
            let Line::Record(number) = line else {
                self.add("record: invalid line", 1);
                continue;
            };
            if evidence.fact(*number).received == Some(0) {
                continue;
            }
            let what = match evidence.difficult.of(*number) {
                None => continue,
                Some(Difficulty::Absent) => "record: absent",
                Some(Difficulty::Poison) => "record: refused by name",
                Some(Difficulty::PoisonNameless) => "record: refused without a name",
                Some(Difficulty::Silent) => "record: silent",
                Some(Difficulty::Busy(_)) => "record: busy",
                Some(Difficulty::Kept) => "record: kept",
            };
            self.add(what, 1);
        }
        self.add("record: repeated", evidence.summary.duplicates);
        let counts = &evidence.summary.counts;
        let partly = counts.of(Verdict::Deleted) > 0 && counts.of(Verdict::NotFound) > 0;
        self.add("answer: partial success", u64::from(partly));
        for (verdict, count) in counts.iter() {
            self.add(&format!("outcome: {verdict}"), count);
        }
        let late = job
            .lines
            .iter()
            .filter(|line| line.late && matches!(line.what, What::Record(..)));
        self.add("time: the input paused", u64::from(late.count() > 0));
        self.add("consumer: rested", run.rests);
        self.add("polls", run.polls);
        if evidence.dropped {
            self.add("stop: dropped", 1);
            let under_way = evidence.calls.iter().any(|seen| seen.end.is_none());
            self.add("stop: dropped while a call was under way", u64::from(under_way));
            return;
        }
        self.add("stop: input left", u64::from(evidence.summary.input_left));
        if let Some(stop) = &evidence.summary.stop {
            use batchwise_core::ReasonKind::{
                Budget, Cancelled, Credentials, Deadline, Input, Journal, Limit, Quota, Refused, Target, WrongTarget,
            };
            let what = match stop.kind() {
                Cancelled => "stop: by token",
                Deadline => "stop: by deadline",
                Input => "stop: input failed",
                Limit => "stop: limit",
                Budget => "stop: retry budget",
                Credentials => "stop: credentials",
                Quota => "quota: a budget was spent",
                Refused => "stop: everything refused",
                Journal => "stop: journal failed",
                Target => "stop: no such target",
                WrongTarget => "stop: wrong target",
                _ => "stop: for another reason",
            };
            self.add(what, 1);
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, times) in &self.0 {
            writeln!(f, "  {what:<56} {times:>12}")?;
        }
        Ok(())
    }
}
