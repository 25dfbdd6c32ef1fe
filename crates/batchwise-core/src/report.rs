//! A job's sums.

use crate::outcome::{Outcome, Verdict};
use crate::reason::Reason;

/// How many records have which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; Verdict::ALL.len()]);

impl Counts {
    /// Counts one.
    pub fn add(&mut self, verdict: Verdict) {
        self.add_many(verdict, 1);
    }

    /// Counts several.
    pub fn add_many(&mut self, verdict: Verdict, records: u64) {
        if let Some(count) = self.0.get_mut(verdict.place()) {
            *count += records;
        }
    }

    /// Records with this verdict.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0.get(verdict.place()).copied().unwrap_or(0)
    }

    /// All records.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The verdicts that occurred, in the order of reports.
    pub fn iter(&self) -> impl Iterator<Item = (Verdict, u64)> + '_ {
        Verdict::ALL
            .into_iter()
            .map(|verdict| (verdict, self.of(verdict)))
            .filter(|(_, count)| *count > 0)
    }
}

/// What a job did, in numbers.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Outcomes by verdict; their total is the number of distinct records.
    pub counts: Counts,
    /// Records that are in the wanted state.
    pub reached: u64,
    /// Records of the input that repeated an earlier one.
    pub duplicates: u64,
    /// Records that an earlier run of the job settled; they are not in `counts`.
    pub recalled: u64,
    /// Calls that carried records.
    pub calls: u64,
    /// Calls that ended without a reply: failed, or refused as a whole.
    pub failed_calls: u64,
    /// Logins made.
    pub logins: u64,
    /// The job stopped and left an input that had not ended: what it did not read did not go in.
    pub input_left: bool,
    /// Why the job stopped early, if it did.
    pub stop: Option<Reason>,
    /// Calls were answered, and nothing but "not found" ever came.
    pub found_nothing: bool,
}

impl Summary {
    /// True when every record is in the wanted state and the job ran to its end.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.stop.is_none() && self.reached == self.counts.total()
    }
}

/// A job's sums and every outcome.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "a report may say that records were not processed"]
pub struct Report<R> {
    /// The sums.
    pub summary: Summary,
    /// One outcome for each distinct record, in the order of completion.
    pub outcomes: Vec<Outcome<R>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_verdicts_that_occurred_are_told_in_the_order_of_reports() {
        let mut counts = Counts::default();
        counts.add(Verdict::NotSent);
        counts.add_many(Verdict::Deleted, 3);
        assert_eq!(
            counts.iter().collect::<Vec<_>>(),
            [(Verdict::Deleted, 3), (Verdict::NotSent, 1)]
        );
        assert_eq!(counts.total(), 4);
    }
}
