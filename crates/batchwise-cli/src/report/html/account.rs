//! Everything that the page tells, bounded, wherever it was read.

use std::time::{Duration, SystemTime};

use batchwise::{Counts, Verdict};

use super::course::Course;
use crate::report::nouns::Nouns;

/// So many records are listed at most: the page stays below a few megabytes, however large the job.
pub(super) const MOST_RECORDS: u64 = 2_000;

/// So many reasons are listed at most.
pub(super) const MOST_REASONS: usize = 40;

/// So many calls that went wrong are listed at most.
pub(super) const MOST_CALLS: usize = 200;

/// So many characters of a text are shown at most.
pub(super) const LONGEST_TEXT: usize = 300;

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It runs right now.
    Running,
    /// It came to its end.
    Finished(SystemTime),
    /// It was stopped: when, the kind of reason, and the reason in words.
    Stopped(Option<SystemTime>, String, String),
    /// Its process ended without a word, after this.
    Died(SystemTime),
    /// Result files do not tell it.
    Untold,
}

/// Why records have their outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Why {
    pub(super) verdict: Verdict,
    pub(super) detail: String,
    pub(super) code: Option<String>,
    pub(super) records: u64,
}

/// A record that is not in the wanted state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) line: u64,
    pub(super) campaign: Option<String>,
    pub(super) record: String,
    /// None when it may have been sent, and nothing is known of what came of it.
    pub(super) verdict: Option<Verdict>,
    pub(super) detail: String,
    pub(super) attempts: u32,
    pub(super) at: Option<SystemTime>,
}

/// Calls that went wrong in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mishap {
    pub(super) fault: String,
    pub(super) status: Option<u16>,
    pub(super) calls: u64,
    pub(super) records: u64,
    /// Calls that may have acted.
    pub(super) may_have_acted: u64,
    pub(super) first: SystemTime,
    pub(super) last: SystemTime,
}

/// A call that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FailedCall {
    pub(super) number: u64,
    pub(super) started: SystemTime,
    pub(super) waited: Duration,
    pub(super) took: Duration,
    pub(super) records: u64,
    pub(super) fault: String,
    pub(super) status: Option<u16>,
    pub(super) sent: String,
}

/// The calls of a job.
#[derive(Debug, Clone, Default)]
pub(super) struct Calls {
    pub(super) all: u64,
    pub(super) failed: u64,
    pub(super) logins: u64,
    pub(super) records: u64,
    pub(super) waited: Duration,
    /// How long half of them took at most, 95 of 100, and the longest one.
    pub(super) took: Option<[Duration; 3]>,
    pub(super) mishaps: Vec<Mishap>,
    pub(super) listed: Vec<FailedCall>,
    pub(super) quota: String,
}

/// A run of the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) number: u32,
    pub(super) started: SystemTime,
    pub(super) ended: Option<SystemTime>,
    pub(super) who: String,
    pub(super) calls: u64,
    pub(super) ending: String,
}

/// A thing to do, and the command for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) text: String,
    pub(super) command: Option<String>,
}

/// Everything that the page tells.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) nouns: Nouns,
    pub(super) standing: Standing,
    /// What the job is: names and values.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) counts: Counts,
    pub(super) reached: u64,
    /// Records of which a run noted that they may be sent, and no more.
    pub(super) open: u64,
    /// What a look at the provider after the job showed, in words.
    pub(super) verified: Option<String>,
    /// Records that it could not tell of.
    pub(super) unchecked: u64,
    /// Records that are not in the wanted state by their outcomes, and that it showed to be absent.
    pub(super) absent: Counts,
    /// Records that it showed to be there although their outcome says that they are gone.
    pub(super) contradicted: u64,
    /// Records that failed and are not sent again, since a later line of the same one was written.
    pub(super) overtaken: u64,
    pub(super) duplicates: u64,
    /// Something of the input may not have been read.
    pub(super) input_left: bool,
    /// Time in which runs were going on.
    pub(super) took: Option<Duration>,
    pub(super) why: Vec<Why>,
    /// Records with other reasons than these.
    pub(super) other_reasons: u64,
    pub(super) failed: Vec<Failed>,
    /// The text of a record is its whole row.
    pub(super) whole_rows: bool,
    pub(super) course: Option<Course>,
    pub(super) calls: Option<Calls>,
    pub(super) runs: Vec<Run>,
    pub(super) steps: Vec<Step>,
    /// Where all records are, in words, and the command that lists those that are not in the wanted state.
    pub(super) whole_list: Step,
    /// What is not known, and why.
    pub(super) gaps: Vec<String>,
    pub(super) as_of: SystemTime,
}

impl Account {
    /// Distinct records.
    pub(super) fn records(&self) -> u64 {
        self.counts.total() + self.open
    }

    /// Records that are not in the wanted state, or not known to be.
    pub(super) fn missed(&self) -> u64 {
        self.records() - self.reached.min(self.records())
    }

    /// Of these, records that are in a call right now.
    pub(super) fn under_way(&self) -> u64 {
        if self.standing == Standing::Running {
            self.open
        } else {
            0
        }
    }

    /// And those of which nobody can tell.
    pub(super) fn unsure(&self) -> u64 {
        let unknown = self.counts.of(Verdict::Unknown) + self.open - self.under_way();
        unknown.saturating_sub(self.absent.of(Verdict::Unknown))
    }

    /// And those that are known not to be.
    pub(super) fn known_missed(&self) -> u64 {
        let others = self.unsure() + self.under_way() + self.absent.total();
        self.missed() - others.min(self.missed())
    }

    /// The records were to be removed, and not written to.
    pub(super) fn removes(&self) -> bool {
        let by_removal = [
            Verdict::Deleted,
            Verdict::NotFound,
            Verdict::PresumedDeleted,
            Verdict::Busy,
        ];
        self.nouns.removal || by_removal.iter().any(|verdict| self.counts.of(*verdict) > 0)
    }

    /// Records of an outcome that are in the wanted state: some are so only in some jobs.
    pub(super) fn reached_of(&self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Deleted | Verdict::Updated | Verdict::Unchanged | Verdict::PresumedDeleted => true,
            Verdict::NotFound => {
                let others: u64 = self
                    .counts
                    .iter()
                    .filter(|(other, _)| *other != Verdict::NotFound && self.reached_of(*other))
                    .map(|(_, count)| count)
                    .sum();
                self.reached > others
            }
            _ => false,
        }
    }
}

/// The text, cut where it is too long to be shown.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
    }
}

/// Where an outcome stands in a list of what is wrong: what asks for somebody's eye first.
pub(super) const SEVERITY: [Verdict; 6] = [
    Verdict::Rejected,
    Verdict::Unknown,
    Verdict::Busy,
    Verdict::Unmatched,
    Verdict::NotFound,
    Verdict::NotSent,
];

/// How many records of each of these outcomes are listed, when there are so many: all of the rare ones, and of the others an
/// equal share of what is left.
pub(super) fn shares(counts: [u64; 6]) -> [u64; 6] {
    let mut shares = [0; 6];
    let mut left = MOST_RECORDS;
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|at| counts.get(*at).copied());
    for (nth, at) in order.iter().enumerate() {
        let share = left / (counts.len() - nth) as u64;
        let taken = counts.get(*at).copied().unwrap_or_default().min(share);
        if let Some(place) = shares.get_mut(*at) {
            *place = taken;
        }
        left -= taken;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_outcome_hides_no_other() {
        assert_eq!(shares([3, 0, 2, 0, 0, 999_995]), [3, 0, 2, 0, 0, 1_995]);
        assert_eq!(shares([5_000, 5_000, 0, 0, 0, 5_000]), [666, 667, 0, 0, 0, 667]);
        assert_eq!(shares([1; 6]), [1; 6]);
        assert_eq!(shares([u64::MAX; 6]).iter().sum::<u64>(), MOST_RECORDS);
    }

    #[test]
    fn a_long_text_is_cut_between_letters() {
        let text = "ż".repeat(LONGEST_TEXT + 1);
        assert_eq!(shortened(&text), format!("{}…", "ż".repeat(LONGEST_TEXT)));
        assert_eq!(shortened("short"), "short");
    }
}
