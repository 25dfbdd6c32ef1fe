//! Which calls go over a new connection, and so may arrive much later than they left.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::{Caller, Ticket};
use crate::clock::Tick;

/// A connection that was idle for so long may be closed by the server.
const COLD_AFTER: Duration = Duration::from_secs(5);

/// How much later than it left a call over a new connection is taken to arrive, unless its answer came sooner.
pub(super) const COLD_DELAY: Duration = Duration::from_millis(500);

/// How long after the end of an answer its connection may be in use again before the answer is seen here.
const SEEN_AFTER: Duration = Duration::from_millis(10);

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
    /// It may use the connection of an answer that was seen after it left.
    found: bool,
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
            found: false,
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
    pub(super) fn answered(&mut self, ticket: Ticket, now: Tick) -> Option<Tick> {
        let call = self.under_way.remove(&ticket)?;
        if !self.is_taken(call.caller, now) {
            let at = self.idle.partition_point(|(_, since)| *since <= call.sent);
            self.idle.insert(at, (call.caller, call.sent));
        }
        call.cold.then_some(call.sent)
    }

    /// True when a call that left a moment ago, as if over a new connection, may have found the one whose answer is seen
    /// only now; each such call takes one.
    fn is_taken(&mut self, caller: Caller, now: Tick) -> bool {
        let recent = |call: &UnderWay| call.sent.saturating_add(SEEN_AFTER) >= now;
        let mut calls = self.under_way.values_mut();
        match calls.find(|call| call.caller == caller && call.cold && !call.found && recent(call)) {
            Some(call) => {
                call.found = true;
                true
            }
            None => false,
        }
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
        assert_eq!(connections.answered(Ticket::new(0), at(10)), Some(at(0)));
        assert!(connections.leave(OTHER, Ticket::new(1), at(20)));
        assert!(!connections.leave(ONE, Ticket::new(2), at(30)));
        assert_eq!(connections.answered(Ticket::new(2), at(40)), None);
    }

    #[test]
    fn more_calls_at_once_than_before_need_new_connections() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.answered(Ticket::new(0), at(10));
        assert!(!connections.leave(ONE, Ticket::new(1), at(20)));
        assert!(connections.leave(ONE, Ticket::new(2), at(20)));
    }

    #[test]
    fn a_call_that_left_just_before_an_answer_was_seen_may_have_found_its_connection() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        assert!(connections.leave(ONE, Ticket::new(1), at(300)));
        connections.answered(Ticket::new(0), at(301));
        connections.answered(Ticket::new(1), at(500));
        assert!(!connections.leave(ONE, Ticket::new(2), at(600)));
        assert!(connections.leave(ONE, Ticket::new(3), at(600)));
    }

    #[test]
    fn a_call_of_another_caller_finds_no_connection_of_this_one() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        assert!(connections.leave(OTHER, Ticket::new(1), at(300)));
        connections.answered(Ticket::new(0), at(301));
        assert!(!connections.leave(ONE, Ticket::new(2), at(302)));
    }

    #[test]
    fn a_call_that_has_a_connection_takes_no_other() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.answered(Ticket::new(0), at(10));
        connections.leave(ONE, Ticket::new(1), at(20));
        assert!(connections.leave(ONE, Ticket::new(2), at(20)));
        connections.answered(Ticket::new(1), at(300));
        // Over the connection of the first call, just before the answer to the other is seen.
        assert!(!connections.leave(ONE, Ticket::new(3), at(399)));
        connections.answered(Ticket::new(2), at(400));
        assert!(!connections.leave(ONE, Ticket::new(4), at(401)));
    }

    #[test]
    fn a_call_that_left_well_before_an_answer_has_a_connection_of_its_own() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.leave(ONE, Ticket::new(1), at(200));
        connections.answered(Ticket::new(0), at(301));
        connections.answered(Ticket::new(1), at(500));
        assert!(!connections.leave(ONE, Ticket::new(2), at(600)));
        assert!(!connections.leave(ONE, Ticket::new(3), at(600)));
    }

    #[test]
    fn a_connection_goes_cold_when_nobody_uses_it() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.answered(Ticket::new(0), at(10));
        assert!(connections.leave(ONE, Ticket::new(1), COLD_AFTER));
    }

    #[test]
    fn a_connection_is_as_old_as_its_last_request_however_late_the_answer_is_seen() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        // The answer came at once; the machine slept.
        connections.answered(Ticket::new(0), COLD_AFTER + at(90));
        assert!(connections.leave(ONE, Ticket::new(1), COLD_AFTER + at(100)));
    }

    #[test]
    fn a_connection_that_broke_is_not_used_again() {
        let mut connections = Connections::default();
        assert!(connections.leave(ONE, Ticket::new(0), at(5)));
        assert_eq!(connections.lost(Ticket::new(0)), Some(at(5)));
        assert!(connections.leave(ONE, Ticket::new(1), at(20)));
    }

    #[test]
    fn a_call_that_ends_twice_leaves_one_connection() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.answered(Ticket::new(0), at(10));
        assert_eq!(connections.answered(Ticket::new(0), at(20)), None);
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
            connections.answered(ticket, at(number));
        }
        assert!(connections.idle.len() <= 5_001, "{}", connections.idle.len());
    }
}
