//! The hard guard of one window: the last send times.

use std::collections::VecDeque;

use super::{Ticket, Window};
use crate::clock::Tick;

/// Calls within a window, by the latest moment at which each can have arrived, as far as is known.
#[derive(Debug)]
pub(super) struct Ring {
    window: Window,
    /// Earliest stamp first. A call over a new connection is stamped later than a warm one that leaves after it.
    entries: VecDeque<Entry>,
    used: u64,
}

#[derive(Debug)]
struct Entry {
    ticket: Ticket,
    stamp: Tick,
    cost: u32,
}

impl Ring {
    pub(super) fn new(window: Window) -> Self {
        Self {
            window,
            entries: VecDeque::new(),
            used: 0,
        }
    }

    pub(super) fn window(&self) -> &Window {
        &self.window
    }

    /// A cost that this window can ever hold.
    fn bounded(&self, cost: u32) -> u32 {
        cost.clamp(1, self.window.limit().get())
    }

    /// The first moment, `now` or later, at which a call of this cost fits.
    pub(super) fn free_at(&mut self, cost: u32, now: Tick) -> Tick {
        let window = self.window.guarded();
        while let Some(entry) = self.entries.front() {
            if entry.stamp.saturating_add(window) > now {
                break;
            }
            self.used -= u64::from(entry.cost);
            self.entries.pop_front();
        }
        let limit = u64::from(self.window.limit().get());
        let mut needed = (self.used + u64::from(self.bounded(cost))).saturating_sub(limit);
        let mut at = now;
        for entry in &self.entries {
            if needed == 0 {
                break;
            }
            needed = needed.saturating_sub(u64::from(entry.cost));
            at = entry.stamp.saturating_add(window);
        }
        at
    }

    /// True when a call of this cost fits now, be it that it is counted already.
    pub(super) fn has_room(&mut self, ticket: Ticket, cost: u32, now: Tick) -> bool {
        let free_at = self.free_at(cost, now);
        free_at <= now || self.entries.iter().any(|entry| entry.ticket == ticket)
    }

    /// Takes a call out that did not leave when it was meant to.
    pub(super) fn remove(&mut self, ticket: Ticket) {
        let at = self.entries.iter().rposition(|entry| entry.ticket == ticket);
        if let Some(entry) = at.and_then(|at| self.entries.remove(at)) {
            self.used -= u64::from(entry.cost);
        }
    }

    /// Counts a call that arrives by `stamp`.
    pub(super) fn push(&mut self, ticket: Ticket, cost: u32, stamp: Tick) {
        let cost = self.bounded(cost);
        self.used += u64::from(cost);
        self.insert(Entry { ticket, stamp, cost });
    }

    /// Counts a call from the moment by which it arrived, which turned out to be sooner than thought.
    pub(super) fn restamp(&mut self, ticket: Ticket, stamp: Tick) {
        // Only recent calls are stamped anew, and those are at the back.
        let Some(at) = self.entries.iter().rposition(|entry| entry.ticket == ticket) else {
            return;
        };
        if let Some(mut entry) = self.entries.remove(at) {
            entry.stamp = entry.stamp.min(stamp);
            self.insert(entry);
        }
    }

    fn insert(&mut self, entry: Entry) {
        let at = self.entries.partition_point(|other| other.stamp <= entry.stamp);
        self.entries.insert(at, entry);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::*;

    fn ring(limit: u32) -> Ring {
        let window = Window::per_second(NonZeroU32::new(limit).unwrap());
        Ring::new(window.with_guard(Duration::ZERO))
    }

    fn at(millis: u64) -> Tick {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_call_that_may_arrive_late_does_not_keep_those_before_it() {
        let mut ring = ring(2);
        ring.push(Ticket::new(0), 1, at(500));
        ring.push(Ticket::new(1), 1, at(200));
        assert_eq!(ring.free_at(1, at(200)), at(1200));
        assert_eq!(ring.free_at(2, at(200)), at(1500));
        assert_eq!(ring.free_at(1, at(1200)), at(1200));
    }

    #[test]
    fn a_call_that_arrived_sooner_than_thought_frees_its_slot_sooner() {
        let mut ring = ring(1);
        ring.push(Ticket::new(0), 1, at(500));
        ring.restamp(Ticket::new(0), at(20));
        assert_eq!(ring.free_at(1, at(20)), at(1020));
        ring.restamp(Ticket::new(0), at(400));
        assert_eq!(ring.free_at(1, at(20)), at(1020));
    }

    #[test]
    fn a_heavy_call_waits_until_enough_is_free() {
        let mut ring = ring(5);
        ring.push(Ticket::new(0), 1, at(0));
        ring.push(Ticket::new(1), 3, at(100));
        assert_eq!(ring.free_at(1, at(200)), at(200));
        assert_eq!(ring.free_at(2, at(200)), at(1000));
        assert_eq!(ring.free_at(3, at(200)), at(1100));
    }

    #[test]
    fn a_cost_beyond_the_limit_is_the_whole_window() {
        let mut ring = ring(5);
        ring.push(Ticket::new(0), u32::MAX, at(0));
        assert_eq!(ring.used, 5);
        assert_eq!(ring.free_at(u32::MAX, at(0)), at(1000));
        assert_eq!(ring.free_at(u32::MAX, at(1000)), at(1000));
    }

    #[test]
    fn what_left_the_window_takes_no_memory() {
        let mut ring = ring(5);
        for number in 0..1000 {
            let now = at(number * 1000);
            assert_eq!(ring.free_at(1, now), now);
            ring.push(Ticket::new(number), 1, now);
        }
        assert_eq!((ring.entries.len(), ring.used), (1, 1));
    }
}
