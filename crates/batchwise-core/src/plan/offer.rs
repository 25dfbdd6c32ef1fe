//! What comes in: entries of the input, repeats among them, and the stages that they belong to.

use super::batch::Pending;
use super::lane::Lane;
use super::{Entry, Offered, Plan};
use crate::clock::Tick;
use crate::dedupe::Sighting;
use crate::journal::Recall;
use crate::outcome::{Subject, Verdict};
use crate::reason::{Reason, ReasonKind};
use crate::record::Record;

/// Look-ahead while some group may still fill a batch, in batches.
const WIDEST_LOOK_AHEAD: usize = 16;

impl<R: Record> Plan<R> {
    /// True when the plan can use more input now. After a stop it takes input only to give it its outcome.
    #[must_use]
    pub fn wants_input(&self) -> bool {
        self.wanted() > 0
    }

    /// So many entries the plan can use for sure before it has to be asked again; none when it wants no input.
    pub(crate) fn wanted(&self) -> usize {
        if self.input_ended {
            return 0;
        }
        let outcomes = self.descriptor.max_records.get().saturating_sub(self.outcomes.len());
        match self.stop {
            Some(_) => outcomes,
            None => outcomes.min(self.room()),
        }
    }

    /// True when more input would help no batch.
    pub(super) fn is_full(&self) -> bool {
        self.room() == 0
    }

    /// Entries that help some batch for sure.
    fn room(&self) -> usize {
        let lanes = self.lanes_room();
        // What belongs to a later stage can't be sent before this one is settled; if this one is all read, that is enough.
        if self.ended_stage.is_some_and(|ended| ended >= self.stage) {
            lanes.min(self.enough().saturating_sub(self.held.later_than(self.stage)))
        } else {
            lanes
        }
    }

    /// Fresh records for the calls that may be in flight and those noted ahead, at least one.
    fn enough(&self) -> usize {
        let calls = self.options.concurrency.get().saturating_add(self.noted_ahead);
        self.descriptor.max_records.get().saturating_mul(calls)
    }

    /// True when more records of the open stage would help no batch.
    fn lanes_are_full(&self) -> bool {
        self.lanes_room() == 0
    }

    /// Records of the open stage that help some batch for sure.
    fn lanes_room(&self) -> usize {
        let fresh: usize = self.lanes.values().map(|lane| lane.fresh.len()).sum();
        let enough = self.enough();
        if fresh < enough {
            return enough - fresh;
        }
        let some_full = || self.lanes.values().any(|lane| lane.fresh.len() >= lane.limit);
        let widest = self.descriptor.max_records.get().saturating_mul(WIDEST_LOOK_AHEAD);
        usize::from(fresh < widest && !some_full())
    }

    /// Takes the next entry of the input.
    pub fn offer(&mut self, entry: Entry<R>, now: Tick) -> Offered {
        self.offer_again(entry, Recall::New, now)
    }

    /// Takes the next entry of the input, of which earlier runs of the job may know something.
    pub fn offer_again(&mut self, entry: Entry<R>, past: Recall, now: Tick) -> Offered {
        match entry {
            Entry::Record { line, record } => self.offer_record(record, line, past, now),
            Entry::Invalid { line, text, why } => {
                if let Sighting::Repeat(first) = self.seen.note_invalid(&text, line) {
                    return Offered::Repeat { first };
                }
                self.last_input = now;
                if let Recall::Settled(_) = past {
                    return Offered::Settled;
                }
                let reason = Reason::with_text(ReasonKind::Validation, why);
                let rejected = self.outcome(Subject::Invalid(text), line, Verdict::Rejected, Some(reason));
                self.outcomes.push_back(rejected);
                Offered::Taken
            }
            Entry::StageEnd(stage) => {
                self.ended_stage = self.ended_stage.max(Some(stage));
                self.open_next_stage();
                Offered::Taken
            }
        }
    }

    /// Takes the next record.
    fn offer_record(&mut self, record: R, line: u64, past: Recall, now: Tick) -> Offered {
        match self.sighting(&record, line) {
            Sighting::First => self.offer_new(record, line, past, now),
            Sighting::Repeat(first) => Offered::Repeat { first },
        }
    }

    /// Notes a record; only one that was not seen before goes on to [`offer_new`](Self::offer_new).
    pub(crate) fn sighting(&mut self, record: &R, line: u64) -> Sighting {
        if R::is_repeatable() {
            return Sighting::First;
        }
        self.seen.note(&record.identity(), line)
    }

    /// Takes a record that is no repeat.
    pub(crate) fn offer_new(&mut self, record: R, line: u64, past: Recall, now: Tick) -> Offered {
        // Repeats do not count: an input of nothing else must not hold a batch back.
        self.last_input = now;
        if let Recall::Settled(verdict) = past {
            self.accepted += 1;
            self.not_found_before += u64::from(verdict == Verdict::NotFound);
            self.only_not_found &= verdict == Verdict::NotFound;
            return Offered::Settled;
        }
        self.accept(record, line, past);
        Offered::Taken
    }

    fn accept(&mut self, record: R, line: u64, past: Recall) {
        let over = self.options.limit.is_some_and(|limit| self.accepted >= limit);
        let why = match &self.stop {
            Some(stop) => Some(stop.clone()),
            None if over => Some(Reason::new(ReasonKind::Limit)),
            None => None,
        };
        if let Some(why) = why {
            self.limited |= over;
            self.leave(record, line, past, why);
            return;
        }
        self.accepted += 1;
        if let Recall::Open { maybe_sent: true, .. } = past {
            self.only_not_found = false;
        }
        if record.stage() > self.stage {
            self.held.push(record, line, past);
            // The first stage may be empty altogether.
            self.open_next_stage();
        } else {
            self.enqueue(record, line, past);
        }
    }

    /// Gives a record that this job never put in a call its outcome.
    pub(super) fn leave(&mut self, record: R, line: u64, past: Recall, why: Reason) {
        let mut left = self.outcome(Subject::Record(record), line, Verdict::NotSent, Some(why));
        left.cut_short = true;
        if let Recall::Open { maybe_sent, attempts } = past {
            left.attempts = attempts;
            if maybe_sent {
                left.verdict = Verdict::Unknown;
                left.reason = Some(Reason::new(ReasonKind::Interrupted));
                left.maybe_sent = true;
            }
        }
        self.outcomes.push_back(left);
    }

    fn enqueue(&mut self, record: R, line: u64, past: Recall) {
        self.unsettled += 1;
        let descriptor = &self.descriptor;
        let lane = self
            .lanes
            .entry(record.group())
            .or_insert_with(|| Lane::new(descriptor));
        lane.fresh.push_back(Pending::new(record, line, past));
    }

    /// The input has ended: what is there leaves without waiting for more.
    pub fn end_input(&mut self) {
        self.input_ended = true;
        self.open_next_stage();
    }

    /// The input failed: what was read is sent and settled, then the job has stopped for this reason.
    pub fn fail_input(&mut self, text: impl Into<String>) {
        self.input_failure = Some(Reason::with_text(ReasonKind::Input, text));
        self.end_input();
    }

    /// Opens later stages when all earlier ones are settled and nothing of them can follow.
    pub(super) fn open_next_stage(&mut self) {
        while self.stop.is_none() && self.unsettled == 0 && self.stage < u8::MAX {
            let ended = self.input_ended || self.ended_stage.is_some_and(|ended| ended >= self.stage);
            if !ended || self.held.is_empty() {
                return;
            }
            // What is held of the open stage comes first.
            if !self.held.has(self.stage) {
                self.stage += 1;
            }
            self.unpack();
        }
    }

    /// Takes what is held of the open stage, as far as it helps a batch.
    pub(super) fn unpack(&mut self) {
        while !self.lanes_are_full() {
            let Some((record, line, past)) = self.held.pop(self.stage) else {
                return;
            };
            self.enqueue(record, line, past);
        }
    }
}
