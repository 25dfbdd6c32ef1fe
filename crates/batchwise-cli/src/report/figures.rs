//! A job in figures.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use batchwise::Counts;
use batchwise::dellin_book::DellinAccount;
use batchwise::quota::Window;
use batchwise_journal::{JobHeader, JobState, JournalReader, ReadError, RunRow, Tally, VerifiedCounts};

use crate::values::Rate;
use crate::verify::Missed;

/// What is told of a job besides its records.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) header: JobHeader,
    pub(super) state: JobState,
    pub(super) runs: Vec<RunRow>,
    pub(super) tally: Tally,
    /// What a look at the provider showed, if somebody looked.
    pub(super) verified: VerifiedCounts,
    /// Records that are not in the wanted state by their outcomes, and that it showed to be absent.
    pub(super) absent: Counts,
    /// Records that a look showed to be there although their outcome says that they are gone.
    pub(super) contradicted: u64,
    /// Records that failed and are not sent again, since a later line of the same one was written.
    pub(super) overtaken: u64,
    pub(super) calls: u64,
    /// By the number of the run. A run that died told nobody else.
    pub(super) calls_of_run: BTreeMap<u32, u64>,
    /// Calls that went wrong, by what and status.
    pub(super) faults: BTreeMap<(String, Option<u16>), u64>,
    /// Time that calls had waited for slots of the quota, one after the other.
    pub(super) waited: Duration,
    /// Time in which runs were going on.
    pub(super) took: Duration,
    /// Number, begin and length of each run.
    pub(super) spans: Vec<(u32, SystemTime, Duration)>,
    /// When anything was noted last.
    pub(super) last: SystemTime,
}

impl Figures {
    /// Reads them. Of a job that runs they are those of this moment.
    pub(super) fn of(reader: &JournalReader) -> Result<Self, ReadError> {
        let (header, state, runs, tally) = (reader.header()?, reader.state()?, reader.runs()?, reader.tally()?);
        let mut ends: BTreeMap<u32, SystemTime> = BTreeMap::new();
        let (mut calls, mut waited, mut faults) = (BTreeMap::new(), Duration::ZERO, BTreeMap::new());
        reader.calls(|call| {
            *calls.entry(call.run).or_default() += 1;
            waited += call.waited;
            if let Some(fault) = call.fault {
                *faults.entry((fault, call.status)).or_default() += 1;
            }
            let end = call.started + call.duration;
            let last = ends.entry(call.run).or_insert(end);
            *last = end.max(*last);
            true
        })?;
        let (mut took, mut last) = (Duration::ZERO, header.started);
        let mut spans = Vec::with_capacity(runs.len());
        for run in &runs {
            // A run that died is known by its calls until then.
            let end = run
                .ended
                .or_else(|| ends.get(&run.number).copied())
                .unwrap_or(run.started);
            let end = match (state, runs.last()) {
                (JobState::Running, Some(now)) if now.number == run.number => SystemTime::now(),
                _ => end,
            };
            let length = end.duration_since(run.started).unwrap_or_default();
            spans.push((run.number, run.started, length));
            took += length;
            last = last.max(end);
        }
        Ok(Self {
            header,
            state,
            runs,
            tally,
            verified: reader.verified()?,
            absent: Missed::of(reader)?.absent,
            contradicted: reader.contradicted()?,
            overtaken: reader.overtaken()?.total(),
            calls: calls.values().sum(),
            calls_of_run: calls,
            faults,
            waited,
            took,
            spans,
            last,
        })
    }

    /// True when a run ended without a word: the calls that it had under way are not in its journal.
    pub(super) fn lacks_calls(&self) -> bool {
        let last = self.runs.last().map(|run| run.number);
        let is_over = |run: &RunRow| Some(run.number) != last || self.state != JobState::Running;
        self.runs.iter().any(|run| run.ended.is_none() && is_over(run))
    }

    /// Records that have an outcome or may have been sent.
    pub(super) fn records(&self) -> u64 {
        self.tally.counts.total() + self.tally.open
    }

    /// What the quota allowed, as far as the job's arguments and the documented quotas tell.
    pub(super) fn windows(&self) -> Vec<Window> {
        let words = &self.header.resume;
        let rate = words
            .iter()
            .position(|word| word == "--rate")
            .and_then(|at| words.get(at + 1));
        let rate: Option<Rate> = rate.and_then(|rate| rate.parse().ok());
        let windows = match self.header.provider.as_str() {
            "calltouch-import" | "calltouch-leads" => std::num::NonZeroU32::new(5)
                .map(Window::per_second)
                .into_iter()
                .collect(),
            "dellin-book" => DellinAccount::default_windows().to_vec(),
            _ => Vec::new(),
        };
        Rate::applied(rate, windows)
    }

    /// The same in words.
    pub(super) fn quota(&self) -> String {
        let windows = self.windows();
        let shown: Vec<String> = windows
            .iter()
            .map(|window| {
                let per = match window.per().as_secs() {
                    1 => "a second".to_owned(),
                    60 => "a minute".to_owned(),
                    3600 => "an hour".to_owned(),
                    seconds => format!("in {seconds} s"),
                };
                format!("{} calls {per}", window.limit())
            })
            .collect();
        if shown.is_empty() {
            "no quota was kept".to_owned()
        } else {
            format!("the quota allows {}", shown.join(" and "))
        }
    }
}
