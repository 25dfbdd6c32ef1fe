//! The hard guard of one window: the last send times.

use std::collections::VecDeque;

use super::{Ticket, Window};
use crate::clock::Tick;

/// Send times within a window. `stamp` is the latest moment at which the call can have arrived, as far as is known.
#[derive(Debug)]
pub(super) struct Ring {
    window: Window,
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
            at = at.max(entry.stamp.saturating_add(window));
        }
        at
    }

    /// Counts a call that goes now.
    pub(super) fn push(&mut self, ticket: Ticket, cost: u32, now: Tick) {
        let cost = self.bounded(cost);
        self.used += u64::from(cost);
        self.entries.push_back(Entry {
            ticket,
            stamp: now,
            cost,
        });
    }

    /// Corrects the moment at which a call can have arrived.
    pub(super) fn restamp(&mut self, ticket: Ticket, stamp: Tick) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.ticket == ticket) {
            entry.stamp = entry.stamp.max(stamp);
        }
    }
}
