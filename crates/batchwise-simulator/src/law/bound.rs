//! The bound on the calls of a run of a job: every call beyond the least is owed to one that went wrong, and of those there are only so
//! many.
//!
//! With `N` distinct records, `L` the least number of requests that carry them, `P` pauses of the input, `C` calls in
//! flight, `B` the retry budget, `M` failed calls for each record, `K` rounds of busy records, `A` calls that were answered
//! readably (refusals included) and `W` calls that left some of their records to a later call:
//!
//! 1. failed calls (no connection, lost, unreadable, 5xx) ≤ `B + A/5 + C·(A+1)`: an outage without any answer costs `B + C`;
//! 2. refusals for rate ≤ `(C+9)·(A+1)`: ten in a row, each a wait longer than the last, spend the quota;
//! 3. refusals of credentials are mended by a login each: all but `2·C` are followed by another call. Those that are not,
//!    because the login failed or was refused for rate, count as such: together with them, no more than 1. and 2. allow;
//! 4. failed and answered calls that carry one record ≤ `M + K + 1`, not counting refusals of the whole request;
//! 5. all calls ≤ `2·min(L·2^T, N) + P·G + 3·W`, where `T` requests were too large: each may halve all that follow.

use std::collections::HashMap;

use batchwise_core::plan::PlanOptions;
use batchwise_core::{CallErrorKind, Record};
use batchwise_emulator::conformance::{Breach, Evidence, Line};

use crate::case::RunCase;
use crate::scenario::Job;

const BOUNDED: &str = "calls are bounded";

/// Where a run of a job made more calls than it may.
pub(super) fn breaches<R: Record>(job: &Job, run: &RunCase<R>) -> Vec<Breach> {
    let mut broken = Vec::new();
    let evidence = &run.evidence;
    let ends = Ends::of(evidence);
    let flight = number(job.concurrency);
    let defaults = PlanOptions::default();
    let budget = u64::from(job.options.retry_budget.unwrap_or(defaults.retry_budget));
    let mut hold = |what: &str, calls: u64, most: u64| {
        if calls > most {
            broken.push(Breach::new(BOUNDED, format!("{calls} {what}; {most} are the most")));
        }
    };
    let turns = ends.answered + 1;
    let most_failed = budget + ends.answered / 5 + flight * turns;
    let most_throttled = (flight + 9) * turns;
    hold("failed calls", ends.failed, most_failed);
    hold("refusals for rate", ends.throttled, most_throttled);
    let others = ends.all - ends.unauthorized;
    let in_vain = ends.unauthorized.saturating_sub(others + 2 * flight);
    hold(
        "calls that failed, were refused for rate, or whose login was",
        ends.failed + ends.throttled + in_vain,
        most_failed + most_throttled,
    );
    let attempts = job.options.max_attempts.unwrap_or(defaults.max_attempts);
    let rounds = job.options.busy_rounds.unwrap_or(defaults.busy_rounds);
    let each = u64::from(attempts.max(1)) + u64::from(rounds) + 1;
    for (name, carried, lines) in carried(evidence) {
        hold(
            &format!("calls that were to settle record {name}"),
            carried,
            each * lines,
        );
    }
    // No request carries less than one record.
    let shrunk = run
        .least
        .saturating_mul(1_u64.checked_shl(ends.too_large).unwrap_or(u64::MAX));
    let least = run.least.max(shrunk.min(number(evidence.lines.len())));
    let most = 2 * least + pauses(job) * run.groups + 3 * ends.unsettled;
    hold("calls", ends.all, most);
    broken
}

/// How the calls of a job ended.
#[derive(Debug, Default)]
struct Ends {
    all: u64,
    answered: u64,
    failed: u64,
    throttled: u64,
    unauthorized: u64,
    /// Of those that were answered.
    too_large: u32,
    /// Calls with records that a later call carried too.
    unsettled: u64,
}

impl Ends {
    fn of<R>(evidence: &Evidence<R>) -> Self {
        let mut ends = Self::default();
        let mut last: HashMap<&str, usize> = HashMap::new();
        for (at, seen) in evidence.calls.iter().enumerate() {
            if seen.end != Some(Err(CallErrorKind::NoSession)) {
                last.extend(seen.names.iter().map(|name| (name.as_str(), at)));
            }
        }
        for (at, seen) in evidence.calls.iter().enumerate() {
            match seen.end {
                Some(Err(CallErrorKind::NoSession)) => continue,
                Some(Ok(()) | Err(CallErrorKind::Refused | CallErrorKind::TooLarge)) => ends.answered += 1,
                Some(Err(CallErrorKind::RateLimited)) => ends.throttled += 1,
                Some(Err(CallErrorKind::Credentials)) => ends.unauthorized += 1,
                Some(Err(CallErrorKind::Target | CallErrorKind::Local)) | None => {}
                Some(Err(_)) => ends.failed += 1,
            }
            ends.all += 1;
            ends.too_large += u32::from(seen.end == Some(Err(CallErrorKind::TooLarge)));
            let again = seen.names.iter().any(|name| last.get(name.as_str()) > Some(&at));
            ends.unsettled += u64::from(again);
        }
        ends
    }
}

/// For each record: failed and answered calls that carried it, and how many lines name it where each counts.
fn carried<R: Record>(evidence: &Evidence<R>) -> Vec<(&str, u64, u64)> {
    let mut carried: HashMap<&str, u64> = HashMap::new();
    for seen in &evidence.calls {
        let settles = match seen.end {
            None | Some(Ok(())) => true,
            Some(Err(kind)) => matches!(
                kind,
                CallErrorKind::Closed | CallErrorKind::Timeout | CallErrorKind::Unreadable | CallErrorKind::Server
            ),
        };
        if settles {
            for name in &seen.names {
                *carried.entry(name).or_default() += 1;
            }
        }
    }
    let mut lines: HashMap<&str, u64> = HashMap::new();
    for (_, line) in &evidence.lines {
        if let Line::Record(number) = line {
            if let Some(name) = evidence.names.get(number) {
                *lines.entry(name).or_default() += 1;
            }
        }
    }
    let lines_of = |name: &str| {
        if evidence.unique {
            lines.get(name).copied().unwrap_or(0)
        } else {
            1
        }
    };
    let mut all: Vec<(&str, u64, u64)> = carried
        .into_iter()
        .map(|(name, carried)| (name, carried, lines_of(name)))
        .collect();
    all.sort_unstable();
    all
}

/// Moments at which a batch may leave half full because nothing came.
fn pauses(job: &Job) -> u64 {
    number(job.lines.iter().filter(|line| line.late).count())
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
