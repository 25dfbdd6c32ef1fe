//! Which calls go over a new connection, and so may arrive much later than they left.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::{Caller, Ticket};
use crate::clock::Tick;

/// A connection that was idle for so long may be closed by the server.
const COLD_AFTER: Duration = Duration::from_secs(5);

/// How much later than it left a call over a new connection is taken to arrive, unless its answer came sooner.
pub(super) const COLD_DELAY: Duration = Duration::from_millis(500);

/// Calls under way that are remembered; beyond them the oldest is taken for abandoned.
const MOST_UNDER_WAY: usize = 10_000;

/// The connections of all callers, as far as tickets tell of them.
#[derive(Debug, Default)]
pub(super) struct Connections {
    /// Connections that an answered call left behind, each since its call was sent: the answer may have come at any time
    /// after that, and wait for a machine that slept. The one used last at the back.
    idle: VecDeque<(Caller, Tick)>,
    under_way: BTreeMap<Ticket, UnderWay>,
}

#[derive(Debug)]
struct UnderWay {
    caller: Caller,
    sent: Tick,
    cold: bool,
}

impl Connections {
    /// A call leaves: true when it may have to make its connection first.
    pub(super) fn leave(&mut self, caller: Caller, ticket: Ticket, now: Tick) -> bool {
        while self
            .idle
            .front()
            .is_some_and(|(_, since)| since.saturating_add(COLD_AFTER) <= now)
        {
            self.idle.pop_front();
        }
        let warm = self.idle.iter().rposition(|(owner, _)| *owner == caller);
        let cold = warm.and_then(|at| self.idle.remove(at)).is_none();
        let under_way = UnderWay {
            caller,
            sent: now,
            cold,
        };
        self.under_way.insert(ticket, under_way);
        // A caller that was dropped in the middle of a call never says that it ended.
        if self.under_way.len() > MOST_UNDER_WAY {
            self.under_way.pop_first();
        }
        cold
    }

    /// A call leaves later than it was to: its connection may not be there any more.
    pub(super) fn leaves_late(&mut self, ticket: Ticket, now: Tick) {
        if let Some(call) = self.under_way.get_mut(&ticket) {
            (call.sent, call.cold) = (now, true);
        }
    }

    /// A call was answered: its connection is idle. Says when the call left if it may have arrived late.
    pub(super) fn answered(&mut self, ticket: Ticket) -> Option<Tick> {
        let call = self.under_way.remove(&ticket)?;
        let at = self.idle.partition_point(|(_, since)| *since <= call.sent);
        self.idle.insert(at, (call.caller, call.sent));
        call.cold.then_some(call.sent)
    }

    /// A call ended without an answer: its connection is gone. Says when the call left if it may have arrived late.
    pub(super) fn lost(&mut self, ticket: Ticket) -> Option<Tick> {
        let call = self.under_way.remove(&ticket)?;
        call.cold.then_some(call.sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Caller = Caller::new(1);
    const OTHER: Caller = Caller::new(2);

    fn at(millis: u64) -> Tick {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_connection_is_warm_for_its_own_caller_alone() {
        let mut connections = Connections::default();
        assert!(connections.leave(ONE, Ticket::new(0), at(0)));
        assert_eq!(connections.answered(Ticket::new(0)), Some(at(0)));
        assert!(connections.leave(OTHER, Ticket::new(1), at(20)));
        assert!(!connections.leave(ONE, Ticket::new(2), at(30)));
        assert_eq!(connections.answered(Ticket::new(2)), None);
    }

    #[test]
    fn more_calls_at_once_than_before_need_new_connections() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.answered(Ticket::new(0));
        assert!(!connections.leave(ONE, Ticket::new(1), at(20)));
        assert!(connections.leave(ONE, Ticket::new(2), at(20)));
    }

    #[test]
    fn a_connection_goes_cold_when_nobody_uses_it() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.answered(Ticket::new(0));
        assert!(connections.leave(ONE, Ticket::new(1), COLD_AFTER));
    }

    #[test]
    fn a_connection_is_as_old_as_its_last_request_however_late_the_answer_is_seen() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        // The answer came at once; the machine slept.
        connections.answered(Ticket::new(0));
        assert!(connections.leave(ONE, Ticket::new(1), COLD_AFTER + at(100)));
    }

    #[test]
    fn a_connection_that_broke_is_not_used_again() {
        let mut connections = Connections::default();
        assert!(connections.leave(ONE, Ticket::new(0), at(0)));
        assert_eq!(connections.lost(Ticket::new(0)), Some(at(0)));
        assert!(connections.leave(ONE, Ticket::new(1), at(20)));
    }

    #[test]
    fn a_call_that_ends_twice_leaves_one_connection() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.answered(Ticket::new(0));
        assert_eq!(connections.answered(Ticket::new(0)), None);
        assert_eq!(connections.idle.len(), 1);
    }

    #[test]
    fn calls_that_never_end_take_no_more_memory_after_a_while() {
        let mut connections = Connections::default();
        for number in 0..50_000 {
            connections.leave(ONE, Ticket::new(number), at(number));
        }
        assert_eq!(connections.under_way.len(), MOST_UNDER_WAY);
    }

    #[test]
    fn connections_of_callers_that_went_away_are_forgotten() {
        let mut connections = Connections::default();
        for number in 0..8_000 {
            let ticket = Ticket::new(number);
            connections.leave(Caller::new(number), ticket, at(number));
            connections.answered(ticket);
        }
        assert!(connections.idle.len() <= 5_001, "{}", connections.idle.len());
    }
}
