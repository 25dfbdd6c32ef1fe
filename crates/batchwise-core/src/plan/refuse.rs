//! What a refused request means for its records: named ones leave, unnamed ones are searched for, large ones halved.

use super::Plan;
use super::batch::{Batch, Origin, Pending};
use crate::clock::Tick;
use crate::descriptor::NamedRefusal;
use crate::error::CallError;
use crate::outcome::Verdict;
use crate::reason::{Reason, ReasonKind};
use crate::record::Record;

/// So many batches refused as a whole in a row, and nothing taken in between: the provider refuses everything.
const MOST_FRUITLESS: u32 = 3;

impl<R: Record> Plan<R> {
    /// The request could not even be built with these records.
    pub(super) fn reject_all(&mut self, batch: Batch<R>, error: &CallError) {
        for Pending { record, meta } in batch.into_pending() {
            let (verdict, reason) = match meta.doubt() {
                Some(doubt) => (Verdict::Unknown, doubt.clone()),
                None => (
                    Verdict::Rejected,
                    Reason::from_error(ReasonKind::Validation, error.clone()),
                ),
            };
            self.settle_as(record, meta, verdict, Some(reason));
        }
    }

    pub(super) fn too_large(&mut self, mut batch: Batch<R>, error: &CallError, now: Tick) {
        self.answered();
        let size = batch.records.len();
        if size == 1 {
            self.fruitless += 1;
            self.refuse_alone(batch, error);
            if self.fruitless >= MOST_FRUITLESS {
                self.stop(Reason::from_error(ReasonKind::Refused, error.clone()));
            }
            return;
        }
        let lane = self.lane(batch.group);
        if size < lane.limit {
            // Smaller than usual and still too large: that is this batch's matter.
            if batch.origin == Origin::Lane {
                batch.origin = Origin::Half;
            }
            self.split(batch, now);
            return;
        }
        lane.limit = (size / 2).max(1);
        match batch.origin {
            Origin::Lane => self.requeue(batch, now),
            Origin::Suspect | Origin::Half | Origin::Part { .. } => self.split(batch, now),
        }
    }

    /// A readable refusal of the whole batch.
    pub(super) fn refused(&mut self, batch: Batch<R>, error: &CallError, now: Tick) {
        self.answered();
        self.only_not_found = false;
        let named = error
            .violations()
            .iter()
            .any(|violation| violation.index < batch.records.len());
        if named {
            self.refused_by_name(batch, error, now);
        } else {
            self.refused_without_name(batch, error, now);
        }
    }

    fn refused_by_name(&mut self, batch: Batch<R>, error: &CallError, now: Tick) {
        let (group, origin) = (batch.group, batch.origin);
        let unclear = self.descriptor.named_refusal == NamedRefusal::OthersUnclear || error.may_have_acted();
        let mut others = Vec::new();
        for (index, Pending { record, mut meta }) in batch.into_pending().enumerate() {
            let violation = error.violations().iter().find(|violation| violation.index == index);
            if let Some(violation) = violation {
                meta.attempts += 1;
                let reason = Reason::provider(violation.message.clone(), error.clone());
                self.settle_as(record, meta, Verdict::Rejected, Some(reason));
                continue;
            }
            if unclear && meta.doubt().is_none() {
                meta.history().doubt = Some(Reason::from_error(ReasonKind::Ambiguous, error.clone()));
            }
            others.push(Pending { record, meta });
        }
        if others.is_empty() {
            return;
        }
        match origin {
            Origin::Lane => self.lane(group).push_due(now, others.into_iter()),
            Origin::Suspect | Origin::Half | Origin::Part { .. } => {
                self.alone.push_front((now, Batch::of(others, group, origin)));
            }
        }
    }

    fn refused_without_name(&mut self, mut batch: Batch<R>, error: &CallError, now: Tick) {
        batch.attempted();
        if batch.records.len() == 1 {
            self.refuse_alone(batch, error);
            return;
        }
        let search = match batch.origin {
            Origin::Part { search } => search,
            Origin::Lane | Origin::Suspect | Origin::Half => {
                self.fruitless += 1;
                if self.fruitless >= MOST_FRUITLESS {
                    self.requeue(batch, now);
                    self.stop(Reason::from_error(ReasonKind::Refused, error.clone()));
                    return;
                }
                self.searches.push(search_budget(batch.records.len()));
                self.searches.len() - 1
            }
        };
        match self.searches.get_mut(search) {
            Some(calls_left) if *calls_left >= 2 => {
                *calls_left -= 2;
                batch.origin = Origin::Part { search };
                self.split(batch, now);
            }
            _ => self.refuse_alone(batch, error),
        }
    }

    /// Both halves go alone, before anything else.
    fn split(&mut self, batch: Batch<R>, now: Tick) {
        let (group, origin) = (batch.group, batch.origin);
        let mut left: Vec<Pending<R>> = batch.into_pending().collect();
        let right = left.split_off(left.len().div_ceil(2));
        for half in [right, left] {
            if !half.is_empty() {
                self.alone.push_front((now, Batch::of(half, group, origin)));
            }
        }
    }

    /// A record that stands alone has the refusal as its own. So have records that can't be told apart any more. Those that an
    /// earlier call may have acted on are unknown: "refused" may be how the provider says that they are gone.
    fn refuse_alone(&mut self, batch: Batch<R>, error: &CallError) {
        self.only_not_found = false;
        for Pending { record, meta } in batch.into_pending() {
            let acted = error
                .may_have_acted()
                .then(|| Reason::from_error(ReasonKind::Ambiguous, error.clone()));
            let (verdict, reason) = match acted.or_else(|| meta.doubt().cloned()) {
                Some(doubt) => (Verdict::Unknown, doubt),
                None => (
                    Verdict::Rejected,
                    Reason::from_error(ReasonKind::Provider, error.clone()),
                ),
            };
            self.settle_as(record, meta, verdict, Some(reason));
        }
    }
}

/// Calls that the search for a bad record among `records` may cost: enough to find several.
fn search_budget(records: usize) -> u32 {
    8 * usize::BITS.saturating_sub(records.leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_may_cost_eight_calls_for_every_doubling_of_the_batch() {
        assert_eq!([1, 2, 100, 500].map(search_budget), [8, 16, 56, 72]);
    }
}
