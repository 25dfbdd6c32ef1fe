//! What the journal is told ahead.

use super::Plan;
use crate::journal::JournalEntry;
use crate::record::Record;

impl<R: Record> Plan<R> {
    /// The fresh records of the next few batches that the journal has not been told of, batch by batch, if there are enough
    /// of them; from now on it has, in that round.
    pub(crate) fn note_ahead(&mut self, batches: usize, round: u64) -> Vec<Vec<JournalEntry>> {
        self.noted_ahead = batches.max(1);
        let mut noted = Vec::new();
        if self.stop.is_some() {
            return noted;
        }
        let mut most = self.descriptor.max_records.get().saturating_mul(self.noted_ahead);
        for lane in self.lanes.values_mut() {
            let window = lane.limit.saturating_mul(self.noted_ahead).min(most);
            let told = lane
                .fresh
                .iter()
                .take(window)
                .filter(|one| one.meta.noted.is_some())
                .count();
            let new = lane.fresh.len().min(window) - told;
            // Half of it is still there; or a part of a batch, which more input may fill.
            if (told >= lane.limit && told.saturating_mul(2) >= window) || (new < lane.limit && !self.input_ended) {
                continue;
            }
            for (at, one) in lane.fresh.iter_mut().take(window).enumerate() {
                if noted.is_empty() || at % lane.limit.max(1) == 0 {
                    noted.push(Vec::new());
                }
                if one.meta.note(round) {
                    most = most.saturating_sub(1);
                    if let Some(batch) = noted.last_mut() {
                        batch.push(JournalEntry::of_record(&one.record, one.meta.line));
                    }
                }
            }
            if most == 0 {
                break;
            }
        }
        noted.retain(|batch| !batch.is_empty());
        noted
    }
}
