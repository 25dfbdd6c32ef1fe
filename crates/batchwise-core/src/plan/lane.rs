//! The queues of one group of records.

use std::collections::{HashSet, VecDeque};

use super::batch::{Batch, Origin, Pending};
use crate::clock::Tick;
use crate::descriptor::Descriptor;
use crate::record::Record;

/// Records that may share a request: fresh ones, and due ones that go first.
#[derive(Debug)]
pub(super) struct Lane<R> {
    pub(super) fresh: VecDeque<Pending<R>>,
    /// Records to be sent again, by due time.
    pub(super) due: VecDeque<(Tick, Pending<R>)>,
    /// Most records in a request; halved when a request was too large.
    pub(super) limit: usize,
}

/// How many records a request of a lane would carry now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) records: usize,
    /// No further record would fit.
    pub(super) full: bool,
}

impl<R: Record> Lane<R> {
    pub(super) fn new(descriptor: &Descriptor) -> Self {
        Self {
            fresh: VecDeque::new(),
            due: VecDeque::new(),
            limit: descriptor.max_records.get(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.due.is_empty()
    }

    /// Puts records that are due at `at` into their place, before others of the same time.
    pub(super) fn push_due(&mut self, at: Tick, records: impl DoubleEndedIterator<Item = Pending<R>>) {
        let place = self
            .due
            .iter()
            .position(|(due, _)| *due >= at)
            .unwrap_or(self.due.len());
        if place == self.due.len() {
            self.due.extend(records.map(|record| (at, record)));
            return;
        }
        let tail = self.due.split_off(place);
        self.due.extend(records.map(|record| (at, record)));
        self.due.extend(tail);
    }

    /// What a request would carry now, given what others touch.
    pub(super) fn load(&self, descriptor: &Descriptor, now: Tick, touched: &HashSet<u64>) -> Load {
        let mut room = Room::new(descriptor, self.limit);
        for (due, pending) in &self.due {
            if *due > now {
                break;
            }
            if !room.take(&pending.record) {
                return room.load(true);
            }
        }
        let mut blocked = HashSet::new();
        for pending in &self.fresh {
            if !is_free(&pending.record, touched, &blocked) {
                blocked.extend(pending.record.conflicts().iter().copied());
                continue;
            }
            if !room.take(&pending.record) {
                return room.load(true);
            }
            // Two records that share something never share a request.
            blocked.extend(pending.record.conflicts().iter().copied());
        }
        let full = room.is_full();
        room.load(full)
    }

    /// True when a request would carry now nothing but records that failed calls carried before.
    pub(super) fn is_retry(&self, descriptor: &Descriptor, now: Tick, touched: &HashSet<u64>) -> bool {
        let mut room = Room::new(descriptor, self.limit);
        for (due, pending) in &self.due {
            if *due > now || !room.take(&pending.record) {
                break;
            }
            if pending.meta.failures() == 0 {
                return false;
            }
        }
        room.records > 0 && room.records == self.load(descriptor, now, touched).records
    }

    /// Takes what [`load`](Self::load) counted; what fresh records touch joins `touched`.
    pub(super) fn take(
        &mut self,
        descriptor: &Descriptor,
        now: Tick,
        touched: &mut HashSet<u64>,
        group: u64,
    ) -> Batch<R> {
        let mut room = Room::new(descriptor, self.limit);
        let most = self.limit.min(self.due.len() + self.fresh.len());
        let mut taken = Batch::with_room(most, group, Origin::Lane);
        while let Some((due, pending)) = self.due.pop_front() {
            if due > now || !room.take(&pending.record) {
                let full = due <= now;
                self.due.push_front((due, pending));
                if full {
                    return taken;
                }
                break;
            }
            taken.push(pending);
        }
        let mut skipped = Vec::new();
        let mut blocked = HashSet::new();
        while let Some(pending) = self.fresh.pop_front() {
            if !is_free(&pending.record, touched, &blocked) {
                blocked.extend(pending.record.conflicts().iter().copied());
                skipped.push(pending);
                continue;
            }
            if !room.take(&pending.record) {
                self.fresh.push_front(pending);
                break;
            }
            touched.extend(pending.record.conflicts().iter().copied());
            taken.push(pending);
        }
        for pending in skipped.into_iter().rev() {
            self.fresh.push_front(pending);
        }
        taken
    }
}

/// True when nothing that the record touches is touched by a record before it.
fn is_free<R: Record>(record: &R, touched: &HashSet<u64>, blocked: &HashSet<u64>) -> bool {
    record
        .conflicts()
        .iter()
        .all(|key| !touched.contains(key) && !blocked.contains(key))
}

/// What still fits into a request.
struct Room {
    records: usize,
    limit: usize,
    bytes: usize,
    max_bytes: usize,
}

impl Room {
    fn new(descriptor: &Descriptor, limit: usize) -> Self {
        Self {
            records: 0,
            limit: limit.max(1),
            bytes: descriptor.fixed_bytes,
            max_bytes: descriptor.max_bytes.map_or(usize::MAX, std::num::NonZeroUsize::get),
        }
    }

    /// Counts a record in, if it fits. A record that is too large for any request goes alone: the server decides.
    fn take<R: Record>(&mut self, record: &R) -> bool {
        // Without a limit the length, which a record may have to work out, is of no use.
        let bytes = match self.max_bytes {
            usize::MAX => 0,
            _ => self.bytes.saturating_add(record.encoded_len()),
        };
        if self.records > 0 && (self.is_full() || bytes > self.max_bytes) {
            return false;
        }
        self.records += 1;
        self.bytes = bytes;
        true
    }

    fn is_full(&self) -> bool {
        self.records >= self.limit
    }

    fn load(&self, full: bool) -> Load {
        Load {
            records: self.records,
            full,
        }
    }
}
