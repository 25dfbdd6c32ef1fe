//! What the journal is told ahead.

use super::Plan;
use crate::journal::JournalEntries;
use crate::record::Record;

impl<R: Record> Plan<R> {
    /// The fresh records of the next few batches that the journal has not been told of, batch by batch, if there are enough
    /// of them; from now on it has, in that round.
    pub(crate) fn note_ahead(&mut self, batches: usize, round: u64) -> Vec<JournalEntries> {
        self.noted_ahead = batches.max(1);
        let mut noted = Vec::new();
        if self.stop.is_some() {
            return noted;
        }
        let mut most = self.descriptor.max_records.get().saturating_mul(self.noted_ahead);
        for lane in self.lanes.values_mut() {
            let window = lane.limit.saturating_mul(self.noted_ahead).min(most);
            // Records leave the queue in its order or stay where they are, so those that were told are in front.
            let told = lane.fresh.partition_point(|one| one.meta.is_noted()).min(window);
            let end = lane.fresh.len().min(window);
            let new = end - told;
            // Half of it is still there; or a part of a batch, which more input may fill.
            if (told >= lane.limit && told.saturating_mul(2) >= window) || (new < lane.limit && !self.input_ended) {
                continue;
            }
            most = most.saturating_sub(new);
            let mut from = told;
            while from < end {
                // As far as the batch goes in which it is.
                let limit = lane.limit.max(1);
                let to = end.min(from - from % limit + limit);
                let batch = lane.fresh.range_mut(from..to).map(|one| {
                    one.meta.note(round);
                    (&one.record, one.meta.line)
                });
                JournalEntries::add(&mut noted, batch);
                from = to;
            }
            if most == 0 {
                break;
            }
        }
        noted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::{Id, NOW, offer, plan as empty};

    /// A plan for requests of two records, with these in it and more to come.
    fn plan(ids: impl IntoIterator<Item = u64>) -> Plan<Id> {
        let mut plan = empty();
        offer(&mut plan, ids);
        plan
    }

    /// The lines of what is noted for so many batches.
    fn noted(plan: &mut Plan<Id>, batches: usize) -> Vec<Vec<u64>> {
        let noted = plan.note_ahead(batches, 1);
        noted.iter().map(|batch| batch.lines().to_vec()).collect()
    }

    #[test]
    fn what_goes_next_is_noted_batch_by_batch_and_once() {
        let mut plan = plan(1..7);
        assert_eq!(noted(&mut plan, 1), [[1, 2]]);
        assert_eq!(noted(&mut plan, 3), [[3, 4], [5, 6]]);
        assert!(noted(&mut plan, 3).is_empty());
    }

    #[test]
    fn one_whole_batch_more_is_enough_to_be_noted() {
        let mut plan = plan(1..5);
        assert_eq!(noted(&mut plan, 1), [[1, 2]]);
        assert_eq!(noted(&mut plan, 3), [[3, 4]]);
    }

    #[test]
    fn nothing_more_is_noted_while_half_of_what_was_is_still_there() {
        let mut plan = plan(1..9);
        assert_eq!(noted(&mut plan, 2), [[1, 2], [3, 4]]);
        let _sent = plan.take(NOW).unwrap();
        assert!(noted(&mut plan, 2).is_empty());
        assert_eq!(noted(&mut plan, 3), [[5, 6], [7, 8]], "a third of it");
    }

    #[test]
    fn a_part_of_a_batch_is_noted_when_no_more_input_can_fill_it() {
        let mut plan = plan(1..4);
        assert_eq!(noted(&mut plan, 1), [[1, 2]]);
        assert!(noted(&mut plan, 3).is_empty());
        plan.end_input();
        assert_eq!(noted(&mut plan, 3), [[3]]);
    }

    #[test]
    fn what_goes_next_of_every_group_is_noted_up_to_the_same_number() {
        let mut plan = plan([100, 101, 200, 201, 300, 301]);
        assert_eq!(noted(&mut plan, 2), [[100, 101], [200, 201]]);
    }
}
