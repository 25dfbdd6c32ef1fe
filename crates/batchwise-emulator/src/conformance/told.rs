//! What a run came to.

use std::collections::HashSet;
use std::fmt::Write;

use batchwise_core::clock::Tick;
use batchwise_core::{CallErrorKind, Outcome, ReasonKind, Verdict};

use super::evidence::{Breach, Evidence, Line};
use super::subject::RecordOf;
use super::watched::Seen;
use super::{Difficulty, Subject};
use crate::fault::FaultRule;
use crate::log::LogEntry;
use crate::truth::Truth;

/// Lines of a list that a failure shows.
const SHOWN: usize = 20;

/// A run that is over, and the world that it ran in.
#[derive(Debug)]
pub(super) struct Told<'s, S: Subject> {
    pub(super) subject: &'s S,
    pub(super) title: String,
    pub(super) rules: Vec<FaultRule>,
    pub(super) run: Evidence<RecordOf<S>>,
    pub(super) truth: Truth,
    pub(super) log: Vec<LogEntry>,
    pub(super) elapsed: Tick,
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
        let mut broken = self.run.breaches();
        self.calls(&mut broken);
        self.hold(broken.iter().map(Breach::to_string));
    }

    /// The calls are those that the emulator received, and bounded.
    fn calls(&self, broken: &mut Vec<Breach>) {
        let mut calls = |broke: bool, what: String| {
            if broke {
                broken.push(Breach::new("calls", what));
            }
        };
        let (counted, requests) = (self.run.summary.calls, self.requests());
        // Of a dropped run a call may have been on its way to the server.
        calls(
            counted != requests && !self.run.dropped,
            format!("{counted} calls were counted, {requests} came to the emulator"),
        );
        let strays = self.truth.strays;
        calls(strays > 0, format!("{strays} requests to addresses that nobody has"));
        let most = self.bound();
        calls(counted > most, format!("{counted} calls; {most} are the most"));
        let (logins, made) = (self.run.summary.logins, self.truth.logins);
        calls(logins > made, format!("{logins} logins were counted, {made} were made"));
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

    pub(super) fn stopped(&self) -> Option<ReasonKind> {
        self.run.summary.stop.as_ref().map(batchwise_core::Reason::kind)
    }

    /// Requests of the method under test, refused connections included.
    pub(super) fn requests(&self) -> u64 {
        let tally = self.truth.tally(self.subject.method());
        tally.received + tally.refused
    }

    pub(super) fn count(&self, verdict: Verdict) -> u64 {
        self.run.summary.counts.of(verdict)
    }

    /// Outcomes about a record.
    pub(super) fn outcomes_of(&self, number: u64) -> usize {
        let about = |outcome: &&Outcome<RecordOf<S>>| self.run.number(outcome) == Some(number);
        self.run.outcomes.iter().filter(about).count()
    }

    /// Demands a verdict for each record.
    pub(super) fn demand_verdicts(&self, allowed: impl Fn(u64) -> Vec<Verdict>) {
        let wrong = self.run.outcomes.iter().filter_map(|outcome| {
            let number = self.run.number(outcome)?;
            let allowed = allowed(number);
            (!allowed.contains(&outcome.verdict)).then(|| format!("{}: expected {allowed:?}", self.run.line(outcome)))
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
            .run
            .difficult
            .iter()
            .map(|(_, difficulty)| match difficulty {
                Difficulty::PoisonNameless => 64,
                Difficulty::Poison => 1,
                _ => 0,
            })
            .sum();
        let ended = |kind| {
            let is_it = |seen: &&Seen| seen.end == Some(Err(kind));
            u64::try_from(self.run.calls.iter().filter(is_it).count()).unwrap_or(u64::MAX)
        };
        let distinct = self
            .run
            .lines
            .iter()
            .map(|(_, line)| line)
            .collect::<HashSet<&Line>>()
            .len();
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
            .run
            .difficult
            .iter()
            .any(|(_, difficulty)| matches!(difficulty, Difficulty::Busy(_)));
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

    fn story(&self, broken: &[String]) -> String {
        let mut text = format!("{}\n", self.title);
        for rule in &self.rules {
            write_to(&mut text, format_args!("  rule: {rule}\n"));
        }
        write_to(
            &mut text,
            format_args!("  {} broken:\n    {}\n", broken.len(), shown(broken.iter().cloned())),
        );
        let summary = &self.run.summary;
        let counts: Vec<String> = summary
            .counts
            .iter()
            .map(|(verdict, count)| format!("{count} {verdict}"))
            .collect();
        write_to(
            &mut text,
            format_args!(
                "  {} records in, {} outcomes: {}; {} repeats; {} calls (at least {}, at most {}), {} logins, stopped: {:?}, {:?} passed\n",
                self.run.lines.len(),
                self.run.outcomes.len(),
                counts.join(", "),
                summary.duplicates,
                summary.calls,
                self.least,
                self.bound(),
                summary.logins,
                summary.stop.as_ref().map(ToString::to_string),
                self.elapsed,
            ),
        );
        let calls = self.run.calls.iter().enumerate().map(|(at, seen)| {
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
