//! What a run knows and its journal could not take.

use std::collections::HashMap;

use batchwise::{Outcome, Record, Verdict};
use batchwise_journal::SqliteJournal;

use super::Settled;

/// Outcomes that were told after the journal had failed. They are those of calls that were under way and of records that waited
/// for another round; everything else that came afterwards was not sent, and is not kept.
#[derive(Debug, Default)]
pub(crate) struct Unnoted(HashMap<(u64, Option<String>), Settled>);

impl Unnoted {
    /// Keeps an outcome if nobody else does.
    pub(crate) fn note<R: Record>(&mut self, outcome: &Outcome<R>, journal: Option<&SqliteJournal>) {
        // Until it fails, what is told is durable.
        if outcome.verdict != Verdict::NotSent && journal.is_some_and(SqliteJournal::has_failed) {
            let place = (outcome.line, outcome.scope());
            self.0.insert(place, Settled::of(outcome));
        }
    }

    /// The outcome of an entry.
    pub(crate) fn of(&self, line: u64, scope: Option<&str>) -> Option<&Settled> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(line, scope.map(str::to_owned)))
    }
}
