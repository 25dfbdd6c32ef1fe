//! What a run came to.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use batchwise_core::clock::Tick;
use batchwise_core::{CallErrorKind, Descriptor, Outcome, ReasonKind, Summary, Verdict};

use super::law;
use super::subject::RecordOf;
use super::trial::Halt;
use super::watched::Seen;
use super::{Difficult, Fact, Subject};
use crate::fault::FaultRule;
use crate::log::LogEntry;
use crate::truth::Truth;

/// Lines of a list that a failure shows.
const SHOWN: usize = 20;

/// A run that is over: outcomes on the one side, the truth on the other.
#[derive(Debug)]
pub(super) struct Told<'s, S: Subject> {
    pub(super) subject: &'s S,
    pub(super) title: String,
    pub(super) numbers: Vec<u64>,
    pub(super) difficult: Difficult,
    pub(super) rules: Vec<FaultRule>,
    pub(super) halt: Halt,
    pub(super) outcomes: Vec<Outcome<RecordOf<S>>>,
    pub(super) summary: Summary,
    pub(super) truth: Truth,
    pub(super) log: Vec<LogEntry>,
    pub(super) calls: Vec<Seen>,
    /// The calls, from 1, that carried a record, by its name.
    pub(super) carried: HashMap<String, Vec<usize>>,
    /// The names of the records, by number.
    pub(super) names: HashMap<u64, String>,
    /// Repeats are records of their own.
    pub(super) unique: bool,
    pub(super) breaches: Vec<String>,
    /// Calls begun when the run was stopped by its token or dropped.
    pub(super) calls_at_halt: Option<usize>,
    pub(super) elapsed: Tick,
    pub(super) descriptor: Descriptor,
    pub(super) renewable: bool,
    /// The least number of requests for its records.
    pub(super) least: u64,
}

impl<S: Subject> Told<'_, S> {
    pub(super) fn titled(mut self, title: String) -> Self {
        self.title = title;
        self
    }

    /// Holds the run against the law.
    pub(super) fn check(&self) {
        let mut broken = self.breaches.clone();
        law::outcomes(self, &mut broken);
        law::calls(self, &mut broken);
        self.hold(broken);
    }

    /// Fails with the whole story when something is broken.
    pub(super) fn hold(&self, broken: impl IntoIterator<Item = String>) {
        let broken: Vec<String> = broken.into_iter().collect();
        assert!(broken.is_empty(), "{}", self.story(&broken));
    }

    /// Fails with the whole story unless this is so.
    pub(super) fn demand(&self, so: bool, what: impl FnOnce() -> String) {
        self.hold((!so).then(what));
    }

    pub(super) fn fact(&self, number: u64) -> Fact {
        self.subject.truth(&self.truth, number)
    }

    /// The number of the record that an outcome is about.
    pub(super) fn number(&self, outcome: &Outcome<RecordOf<S>>) -> Option<u64> {
        let at = usize::try_from(outcome.line.checked_sub(1)?).ok()?;
        self.numbers.get(at).copied()
    }

    pub(super) fn stopped(&self) -> Option<ReasonKind> {
        self.summary.stop.as_ref().map(batchwise_core::Reason::kind)
    }

    /// Requests of the method under test, refused connections included.
    pub(super) fn requests(&self) -> u64 {
        let tally = self.truth.tally(self.subject.method());
        tally.received + tally.refused
    }

    pub(super) fn count(&self, verdict: Verdict) -> u64 {
        self.summary.counts.of(verdict)
    }

    /// Outcomes about a record.
    pub(super) fn outcomes_of(&self, number: u64) -> usize {
        let about = |outcome: &&Outcome<RecordOf<S>>| self.number(outcome) == Some(number);
        self.outcomes.iter().filter(about).count()
    }

    /// Demands a verdict for each record.
    pub(super) fn demand_verdicts(&self, allowed: impl Fn(u64) -> Vec<Verdict>) {
        let wrong = self.outcomes.iter().filter_map(|outcome| {
            let number = self.number(outcome)?;
            let allowed = allowed(number);
            (!allowed.contains(&outcome.verdict)).then(|| format!("{}: expected {allowed:?}", self.line(outcome)))
        });
        self.hold(wrong.collect::<Vec<_>>());
    }

    /// The most calls that this run may have made, the sum of
    ///
    /// - twice what the records need, for batches that retries and bad records leave half full;
    /// - the budget of 50 retries;
    /// - one for each record that is refused by name, 64 for each that has its batch refused without a name;
    /// - 64 for each batch (twice the least number) where a fault rule refuses batches without a name;
    /// - two for each record where a request was too large;
    /// - six rounds of all batches where records are busy;
    /// - a quarter of all that, for one more retry for every five answers;
    /// - a refusal of credentials for each of these calls, and twelve for rate: more in a row spend the quota.
    pub(super) fn bound(&self) -> u64 {
        let named_or_nameless: u64 = self
            .difficult
            .iter()
            .map(|(_, difficulty)| match difficulty {
                super::Difficulty::PoisonNameless => 64,
                super::Difficulty::Poison => 1,
                _ => 0,
            })
            .sum();
        let ended = |kind| {
            let is_it = |seen: &&Seen| seen.end == Some(Err(kind));
            u64::try_from(self.calls.iter().filter(is_it).count()).unwrap_or(u64::MAX)
        };
        let distinct = self.numbers.iter().collect::<BTreeSet<_>>().len();
        let too_large = if ended(CallErrorKind::TooLarge) > 0 {
            2 * u64::try_from(distinct).unwrap_or(u64::MAX)
        } else {
            0
        };
        // A fault that refuses starts at most one search for each batch.
        let searched = if ended(CallErrorKind::Refused) > 0 && self.refuses_by_fault() {
            64 * 2 * self.least
        } else {
            0
        };
        let busy = self
            .difficult
            .iter()
            .any(|(_, difficulty)| matches!(difficulty, super::Difficulty::Busy(_)));
        let rounds = if busy { 6 * self.least } else { 0 };
        let needed = 2 * self.least + 50 + named_or_nameless + too_large + searched + rounds;
        let needed = needed + needed / 4;
        let throttled = ended(CallErrorKind::RateLimited).min(12 * (needed + 1));
        needed + throttled + ended(CallErrorKind::Credentials).min(needed)
    }

    fn refuses_by_fault(&self) -> bool {
        use crate::fault::Fault;
        self.log
            .iter()
            .any(|entry| entry.what == "status" || entry.what == "html")
            && self.rules.iter().any(|rule| {
                matches!(
                    rule.fault,
                    Fault::Status { status: 400..=499, .. } | Fault::Html { status: 400..=499, .. }
                )
            })
    }

    fn line(&self, outcome: &Outcome<RecordOf<S>>) -> String {
        let number = self.number(outcome);
        let calls = number.map_or_else(Vec::new, |number| self.calls_with(number));
        let mut text = format!(
            "record {} (line {}): {} after {} attempts",
            outcome.key(),
            outcome.line,
            outcome.verdict,
            outcome.attempts
        );
        if let Some(detail) = outcome.detail() {
            write_to(&mut text, format_args!(" because {detail:?}"));
        }
        if let Some(number) = number {
            let difficulty = self.difficult.of(number);
            write_to(
                &mut text,
                format_args!(
                    "; truth: {:?}, {difficulty:?}; carried by calls {calls:?}",
                    self.fact(number)
                ),
            );
        }
        text
    }

    /// The calls, from 1, that carried a record.
    pub(super) fn calls_with(&self, number: u64) -> Vec<usize> {
        let name = self.names.get(&number);
        name.and_then(|name| self.carried.get(name))
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn untrue(&self, outcome: &Outcome<RecordOf<S>>, why: &str) -> String {
        format!("{}: {why}", self.line(outcome))
    }

    fn story(&self, broken: &[String]) -> String {
        let mut text = format!("{}\n", self.title);
        for rule in &self.rules {
            write_to(&mut text, format_args!("  rule: {rule}\n"));
        }
        write_to(
            &mut text,
            format_args!("  {} broken:\n    {}\n", broken.len(), shown(broken.iter().cloned())),
        );
        let counts: Vec<String> = self
            .summary
            .counts
            .iter()
            .map(|(verdict, count)| format!("{count} {verdict}"))
            .collect();
        write_to(
            &mut text,
            format_args!(
                "  {} records in, {} outcomes: {}; {} repeats; {} calls (at least {}, at most {}), {} logins, stopped: {:?}, {:?} passed\n",
                self.numbers.len(),
                self.outcomes.len(),
                counts.join(", "),
                self.summary.duplicates,
                self.summary.calls,
                self.least,
                self.bound(),
                self.summary.logins,
                self.summary.stop.as_ref().map(ToString::to_string),
                self.elapsed,
            ),
        );
        let calls = self.calls.iter().enumerate().map(|(at, seen)| {
            format!(
                "{} at {:?}: {} records, {:?}",
                at + 1,
                seen.at,
                seen.names.len(),
                seen.end
            )
        });
        write_to(&mut text, format_args!("  calls:\n    {}\n", shown(calls)));
        write_to(
            &mut text,
            format_args!(
                "  the emulator's log:\n    {}\n",
                shown(self.log.iter().map(ToString::to_string))
            ),
        );
        text
    }
}

fn write_to(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // A `String` takes everything.
    let _ = text.write_fmt(arguments);
}

fn shown(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.collect();
    let mut first: Vec<String> = lines.iter().take(SHOWN).cloned().collect();
    if lines.len() > SHOWN {
        first.push(format!("... {} more", lines.len() - SHOWN));
    }
    first.join("\n    ")
}
