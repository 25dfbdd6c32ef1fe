//! What a run came to, as the law reads it: outcomes on the one side, the truth on the other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::time::Duration;

use batchwise_core::{CallErrorKind, Descriptor, Outcome, Record, Summary};

use super::watched::Seen;
use super::{Difficult, Fact};

/// What stood on a line of the input.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Line {
    /// The record with this number.
    Record(u64),
    /// A text that is no record.
    Invalid(String),
}

/// A run that is over.
#[derive(Debug)]
pub struct Evidence<R> {
    /// What the run read, each with its number of line, in the order in which it was read.
    pub lines: Vec<(u64, Line)>,
    /// What came out.
    pub outcomes: Vec<Outcome<R>>,
    /// The run's own sums.
    pub summary: Summary,
    /// What truly happened to each record, by number.
    pub facts: BTreeMap<u64, Fact>,
    /// The records that are difficult.
    pub difficult: Difficult,
    /// How the calls name the records, by number.
    pub names: HashMap<u64, String>,
    /// Repeats are records of their own.
    pub unique: bool,
    /// Records, by number, that an earlier run of the job may have sent for all that its journal knows.
    pub in_doubt: BTreeSet<u64>,
    /// Records, by number, that an earlier run of the job read on lines which have no outcome yet.
    pub untold: BTreeSet<u64>,
    /// The calls of the client, in the order in which they began.
    pub calls: Vec<Seen>,
    /// Where the driver broke the contract of a call.
    pub breaches: Vec<String>,
    /// The stream was dropped before its end.
    pub dropped: bool,
    /// Calls begun when the run was stopped by its token or dropped.
    pub calls_at_halt: Option<usize>,
    /// No call may begin after this time.
    pub deadline: Option<Duration>,
    /// The client's limits, as the run used them.
    pub descriptor: Descriptor,
}

/// A law that a run broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which law, in a few words that stay the same.
    pub law: &'static str,
    /// What is not as it should be.
    pub what: String,
}

impl Breach {
    /// A broken law.
    pub fn new(law: &'static str, what: impl Into<String>) -> Self {
        Self { law, what: what.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.law, self.what)
    }
}

impl<R: Record> Evidence<R> {
    /// What truly happened to a record.
    #[must_use]
    pub fn fact(&self, number: u64) -> Fact {
        self.facts.get(&number).copied().unwrap_or_default()
    }

    /// The number of the record that an outcome is about.
    #[must_use]
    pub fn number(&self, outcome: &Outcome<R>) -> Option<u64> {
        match self.lines.iter().find(|(line, _)| *line == outcome.line)? {
            (_, Line::Record(number)) => Some(*number),
            (_, Line::Invalid(_)) => None,
        }
    }

    /// The calls, from 1, that carried a record; without those for which no request was made.
    #[must_use]
    pub fn calls_with(&self, number: u64) -> Vec<usize> {
        let Some(name) = self.names.get(&number) else {
            return Vec::new();
        };
        let carried = |seen: &Seen| seen.end != Some(Err(CallErrorKind::NoSession)) && seen.names.contains(name);
        (1..)
            .zip(&self.calls)
            .filter(|(_, seen)| carried(seen))
            .map(|(call, _)| call)
            .collect()
    }

    /// An outcome in words, with the truth beside it.
    #[must_use]
    pub fn line(&self, outcome: &Outcome<R>) -> String {
        let mut text = format!(
            "record {} (line {}): {} after {} attempts",
            outcome.key(),
            outcome.line,
            outcome.verdict,
            outcome.attempts
        );
        if let Some(detail) = outcome.detail() {
            text.push_str(&format!(" because {detail:?}"));
        }
        if let Some(number) = self.number(outcome) {
            let difficulty = self.difficult.of(number);
            text.push_str(&format!(
                "; truth: {:?}, {difficulty:?}; carried by calls {:?}",
                self.fact(number),
                self.calls_with(number)
            ));
        }
        text
    }

    /// The laws about outcomes and calls that this run broke; none, when all is well.
    #[must_use]
    pub fn breaches(&self) -> Vec<Breach> {
        let mut broken = self.breaches_of_conduct();
        broken.extend(self.breaches_of_truth());
        broken
    }

    /// The laws about calls that this run broke.
    #[must_use]
    pub fn breaches_of_conduct(&self) -> Vec<Breach> {
        let mut broken: Vec<Breach> = self
            .breaches
            .iter()
            .map(|breach| Breach::new("the contract of a call", breach))
            .collect();
        super::law::halting(self, &mut broken);
        broken
    }

    /// The laws about outcomes that this run broke.
    #[must_use]
    pub fn breaches_of_truth(&self) -> Vec<Breach> {
        let mut broken = Vec::new();
        super::law::outcomes(self, &mut broken);
        broken
    }
}
