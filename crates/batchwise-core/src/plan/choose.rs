//! What to send next.

use super::batch::{Batch, Origin};
use super::{Plan, Step};
use crate::clock::Tick;
use crate::outcome::Verdict;
use crate::reason::{Reason, ReasonKind};
use crate::record::Record;

/// The batch that would leave now.
enum Choice {
    /// The first of those that travel alone.
    Alone(usize),
    /// A request of this group.
    Lane(u64),
}

impl<R: Record> Plan<R> {
    /// Says what to do at this moment.
    pub fn poll(&mut self, now: Tick) -> Step {
        if self.stop.is_none() {
            self.unpack();
        }
        if self.stop.is_none() && self.budget.is_spent() && self.needs_retry(now) {
            if self.in_flight > 0 {
                // An answer to what is under way may still earn one.
                return Step::Wait(None);
            }
            self.stop(Reason::new(ReasonKind::Budget));
        }
        if self.stop.is_some() {
            return self.poll_stopped();
        }
        if self.unsettled == 0 && self.input_ended {
            // Nothing is held then: `open_next_stage` and `unpack` see to that.
            return Step::Done;
        }
        if self.in_flight >= self.most_in_flight() {
            return Step::Wait(None);
        }
        if self.pause_until > now && self.has_queued() {
            return Step::Wait(Some(self.pause_until));
        }
        self.release_deferred(now);
        match self.choose(now) {
            Some(_) => Step::Ready,
            None => Step::Wait(self.next_change(now)),
        }
    }

    /// Hands out the batch that is ready, if one still is.
    pub fn take(&mut self, now: Tick) -> Option<Batch<R>> {
        if self.stop.is_some() || self.in_flight >= self.most_in_flight() || self.pause_until > now {
            return None;
        }
        if self.budget.is_spent() && self.needs_retry(now) {
            return None;
        }
        let mut batch = match self.choose(now)? {
            Choice::Alone(at) => self.alone.remove(at)?.1,
            Choice::Lane(group) => {
                let lane = self.lanes.get_mut(&group)?;
                lane.take(&self.descriptor, now, &mut self.touched, group)
            }
        };
        batch.left = now;
        // A search has a budget of its own, as long as the server answers.
        let searching = matches!(batch.origin, Origin::Part { .. });
        if self.failures > 0 || (!searching && batch.is_retry()) {
            self.budget.charge();
        }
        self.in_flight += 1;
        Some(batch)
    }

    /// Calls that may be in flight: after a 429 one at a time, until one succeeds.
    fn most_in_flight(&self) -> usize {
        if self.throttle.is_refused() {
            1
        } else {
            self.options.concurrency.get()
        }
    }

    /// True when the next call would be one that the retry budget pays for.
    fn needs_retry(&self, now: Tick) -> bool {
        if !self.has_queued() {
            return false;
        }
        if self.failures > 0 {
            return true;
        }
        match self.choose(now) {
            Some(Choice::Alone(at)) => self
                .alone
                .get(at)
                .is_some_and(|(_, batch)| batch.origin == Origin::Suspect),
            // Retries that share a request with fresh records cost nothing.
            Some(Choice::Lane(group)) => self
                .lanes
                .get(&group)
                .is_some_and(|lane| lane.is_retry(&self.descriptor, now, &self.touched)),
            None => false,
        }
    }

    fn has_queued(&self) -> bool {
        !self.alone.is_empty() || self.lanes.values().any(|lane| !lane.is_empty())
    }

    fn choose(&self, now: Tick) -> Option<Choice> {
        if let Some(at) = self.alone.iter().position(|(due, _)| *due <= now) {
            return Some(Choice::Alone(at));
        }
        let idle = now >= self.last_input.saturating_add(self.options.linger);
        let more = !self.input_ended || self.held.has(self.stage);
        let crowded = more && self.is_full();
        let mut best: Option<(usize, u64)> = None;
        for (group, lane) in &self.lanes {
            let load = lane.load(&self.descriptor, now, &self.touched);
            if load.records == 0 {
                continue;
            }
            if load.full {
                return Some(Choice::Lane(*group));
            }
            let leaves = if more {
                idle || crowded
            } else {
                !self.worth_waiting(lane, load.records, now)
            };
            if leaves && best.is_none_or(|(records, _)| load.records > records) {
                best = Some((load.records, *group));
            }
        }
        best.map(|(_, group)| Choice::Lane(group))
    }

    /// True when records that are due within a moment would share the last request of the input.
    fn worth_waiting(&self, lane: &super::lane::Lane<R>, records: usize, now: Tick) -> bool {
        let soon = now.saturating_add(self.options.linger);
        records < lane.limit && lane.due.iter().any(|(due, _)| *due > now && *due <= soon)
    }

    /// The moment at which something can change by itself.
    fn next_change(&self, now: Tick) -> Option<Tick> {
        let alone = self.alone.iter().map(|(due, _)| *due);
        let due = self
            .lanes
            .values()
            .filter_map(|lane| lane.due.iter().map(|(due, _)| *due).find(|due| *due > now));
        let lingering = !self.input_ended && self.lanes.values().any(|lane| !lane.is_empty());
        let linger = lingering.then(|| self.last_input.saturating_add(self.options.linger));
        alone
            .chain(due)
            .chain(linger)
            .chain(self.round_at())
            .filter(|at| *at > now)
            .min()
    }

    /// Busy records when nothing else is left to do before their next round, else 0.
    #[must_use]
    pub fn awaiting_round(&self) -> usize {
        if self.round_at().is_some() {
            self.deferred.len()
        } else {
            0
        }
    }

    /// True when a partly filled batch waits for more input, and for nothing else.
    #[must_use]
    pub fn is_lingering(&self, now: Tick) -> bool {
        let fresh = self.lanes.values().any(|lane| !lane.fresh.is_empty());
        !self.input_ended && fresh && self.pause_until <= now
    }

    /// When the next round of busy records begins: when all of them are due, or on an open input when the first is.
    fn round_at(&self) -> Option<Tick> {
        if self.in_flight > 0 || self.has_queued() {
            return None;
        }
        let first = self.deferred.front().map(|(due, _)| *due)?;
        let last = self.deferred.back().map(|(due, _)| *due)?;
        Some(if self.input_ended {
            last
        } else {
            first.max(self.last_input.saturating_add(self.options.linger))
        })
    }

    /// Starts a round: busy records go back to their lanes, so that they share full batches.
    fn release_deferred(&mut self, now: Tick) {
        if self.round_at().is_none_or(|at| at > now) {
            return;
        }
        while self.deferred.front().is_some_and(|(due, _)| *due <= now) {
            let Some((due, pending)) = self.deferred.pop_front() else {
                break;
            };
            self.lane(pending.record.group()).due.push_back((due, pending));
        }
    }

    /// The stop's last act: every record that waits gets its outcome.
    fn poll_stopped(&mut self) -> Step {
        if self.in_flight > 0 {
            return Step::Wait(None);
        }
        let Some(stop) = self.stop.clone() else {
            return Step::Wait(None);
        };
        let mut rest = Vec::new();
        for (_, batch) in std::mem::take(&mut self.alone) {
            rest.extend(batch.into_pending());
        }
        for (_, lane) in std::mem::take(&mut self.lanes) {
            rest.extend(lane.due.into_iter().map(|(_, pending)| pending));
            rest.extend(lane.fresh);
        }
        rest.extend(
            std::mem::take(&mut self.deferred)
                .into_iter()
                .map(|(_, pending)| pending),
        );
        for pending in rest {
            let (verdict, reason) = match pending.meta.doubt() {
                Some(doubt) => (Verdict::Unknown, doubt.clone()),
                // Why the job stopped may be about another record altogether.
                None if pending.meta.rounds() > 0 => {
                    let text = "in use when it was asked last, and the job stopped before its next round";
                    (Verdict::Busy, Reason::with_text(ReasonKind::Provider, text))
                }
                None => (Verdict::NotSent, stop.clone()),
            };
            self.settle_as(pending.record, pending.meta, verdict, Some(reason));
            if let Some(outcome) = self.outcomes.back_mut() {
                outcome.cut_short = true;
            }
        }
        // A few at a time, so that they stay packed until their outcomes are taken.
        for _ in 0..self.descriptor.max_records.get() {
            let Some((record, line, past)) = self.held.pop(u8::MAX) else {
                break;
            };
            self.leave(record, line, past, stop.clone());
        }
        if self.input_ended && self.held.is_empty() {
            Step::Done
        } else {
            Step::Wait(None)
        }
    }
}
