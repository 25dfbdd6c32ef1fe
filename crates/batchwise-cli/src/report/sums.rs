//! The sums of a job out of its result files.

use std::collections::HashMap;

use batchwise::{Counts, Verdict};
use batchwise_journal::{Verified, VerifiedCounts};
use jiff::Timestamp;

use super::files::ResultFiles;
use crate::failure::Failure;
use crate::verify::Missed;

/// So many different reasons are told apart.
const MOST_REASONS: usize = 1_000;

/// The sums of a job.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub(super) counts: Counts,
    pub(super) reached: u64,
    /// Records that are not in the wanted state.
    pub(super) missed: Counts,
    /// Rows that repeat another one.
    pub(super) duplicates: u64,
    pub(super) reasons: HashMap<(Verdict, String), u64>,
    /// Records with a reason beyond those.
    pub(super) other_reasons: u64,
    /// What a look at the provider after the job showed.
    pub(super) verified: VerifiedCounts,
    /// Records that are not in the wanted state by their outcomes, and what it told of them.
    pub(super) seen: Missed,
    /// Records that it showed to be there although their outcome says that they are gone.
    pub(super) contradicted: u64,
    /// When the first record was settled, and the last.
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

impl Sums {
    /// Reads every row once.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn of(files: &ResultFiles) -> Result<Self, Failure> {
        let mut sums = Self::default();
        files.rows(|row| {
            let Some(verdict) = row.verdict else { return true };
            if row.repeats {
                sums.duplicates += 1;
                return true;
            }
            sums.counts.add(verdict);
            if let Some(verified) = row.verified {
                sums.verified.add(verified, 1);
                sums.seen.add(Some(verdict), verified);
                let is_gone = matches!(verdict, Verdict::Deleted | Verdict::NotFound | Verdict::PresumedDeleted);
                sums.contradicted += u64::from(is_gone && verified == Verified::Present);
            }
            if row.reached {
                sums.reached += 1;
            } else {
                sums.missed.add(verdict);
            }
            if verdict != Verdict::NotSent
                && let Some(at) = row.at
            {
                sums.first = Some(sums.first.map_or(at, |first| first.min(at)));
                sums.last = Some(sums.last.map_or(at, |last| last.max(at)));
            }
            if !row.detail.is_empty() {
                sums.why((verdict, row.reason()));
            }
            true
        })?;
        Ok(sums)
    }

    fn why(&mut self, reason: (Verdict, String)) {
        if let Some(count) = self.reasons.get_mut(&reason) {
            *count += 1;
        } else if self.reasons.len() < MOST_REASONS {
            self.reasons.insert(reason, 1);
        } else {
            self.other_reasons += 1;
        }
    }
}
