//! Which calls go over a new connection, and so may arrive much later than they left.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::{Caller, Ticket};
use crate::clock::Tick;

/// A connection that was idle for so long may be closed by the server.
const COLD_AFTER: Duration = Duration::from_secs(5);

/// How much later than it left a call over a new connection is taken to arrive, unless its answer came sooner.
pub(super) const COLD_DELAY: Duration = Duration::from_millis(500);

/// How long after the end of an answer its connection may be in use again before whoever waits for it is woken.
const WOKEN_AFTER: Duration = Duration::from_millis(10);

/// Calls that are remembered; beyond them the oldest is taken for abandoned.
const MOST_CALLS: usize = 10_000;

/// The connections of all callers, as far as tickets tell of them: never more idle ones than there are.
#[derive(Debug, Default)]
pub(super) struct Connections {
    /// Connections that an answered call left behind, each since its call was sent: the answer may have come at any time
    /// after that, and wait for a machine that slept. The one used last at the back.
    idle: VecDeque<(Caller, Tick)>,
    under_way: BTreeMap<Ticket, UnderWay>,
    /// Calls that left a while ago as if over a new connection, the last at the back. Each may have found the connection of a
    /// call whose answer had come and was not seen yet.
    finders: VecDeque<Finder>,
}

#[derive(Debug)]
struct UnderWay {
    caller: Caller,
    sent: Tick,
    cold: bool,
}

#[derive(Debug)]
struct Finder {
    caller: Caller,
    ticket: Ticket,
    sent: Tick,
}

impl Connections {
    /// A call leaves: true when it may have to make its connection first.
    pub(super) fn leave(&mut self, caller: Caller, ticket: Ticket, now: Tick) -> bool {
        let is_over = |sent: Tick| sent.saturating_add(COLD_AFTER) <= now;
        while self.idle.front().is_some_and(|(_, since)| is_over(*since)) {
            self.idle.pop_front();
        }
        // What an older one may have found has gone cold since.
        while self.finders.front().is_some_and(|finder| is_over(finder.sent)) {
            self.finders.pop_front();
        }
        let warm = self.idle.iter().rposition(|(owner, _)| *owner == caller);
        let cold = warm.and_then(|at| self.idle.remove(at)).is_none();
        let sent = now;
        if cold {
            self.may_find(Finder { caller, ticket, sent });
        }
        self.under_way.insert(ticket, UnderWay { caller, sent, cold });
        // A caller that was dropped in the middle of a call never says that it ended.
        if self.under_way.len() > MOST_CALLS {
            self.under_way.pop_first();
        }
        cold
    }

    /// A call leaves later than it was to: its connection may not be there any more.
    pub(super) fn leaves_late(&mut self, ticket: Ticket, now: Tick) {
        let Some(call) = self.under_way.get_mut(&ticket) else {
            return;
        };
        (call.sent, call.cold) = (now, true);
        let (caller, sent) = (call.caller, now);
        self.finders.retain(|finder| finder.ticket != ticket);
        self.may_find(Finder { caller, ticket, sent });
    }

    fn may_find(&mut self, finder: Finder) {
        self.finders.push_back(finder);
        if self.finders.len() > MOST_CALLS {
            self.finders.pop_front();
        }
    }

    /// A call was answered at this moment or later: its connection is idle. Says when the call left if it may have arrived
    /// late.
    pub(super) fn answered(&mut self, ticket: Ticket, came: Tick) -> Option<Tick> {
        let call = self.under_way.remove(&ticket)?;
        if !self.is_found(ticket, &call, came) {
            let at = self.idle.partition_point(|(_, since)| *since <= call.sent);
            self.idle.insert(at, (call.caller, call.sent));
        }
        call.cold.then_some(call.sent)
    }

    /// True when a call that left since, as if over a new connection, may have found the one of this answer; each finds one.
    fn is_found(&mut self, ticket: Ticket, answered: &UnderWay, came: Tick) -> bool {
        let since = came.saturating_sub(WOKEN_AFTER).max(answered.sent);
        let first = self.finders.partition_point(|finder| finder.sent < since);
        let found = self
            .finders
            .range(first..)
            .position(|finder| finder.caller == answered.caller && finder.ticket != ticket);
        found.and_then(|at| self.finders.remove(first + at)).is_some()
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
    fn a_call_that_left_while_an_answer_waited_to_be_seen_may_have_found_its_connection() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        assert!(connections.leave(ONE, Ticket::new(1), at(100)));
        // Seen at 300, and there since 90.
        connections.answered(Ticket::new(0), at(90));
        assert!(connections.leave(ONE, Ticket::new(2), at(310)));
    }

    #[test]
    fn a_call_may_have_found_a_connection_and_left_it_before_the_answer_is_seen() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        assert!(connections.leave(ONE, Ticket::new(1), at(100)));
        connections.answered(Ticket::new(1), at(150));
        connections.answered(Ticket::new(0), at(90));
        assert!(!connections.leave(ONE, Ticket::new(2), at(310)));
        assert!(connections.leave(ONE, Ticket::new(3), at(310)));
    }

    #[test]
    fn a_connection_that_a_call_may_have_found_and_broken_is_not_used_again() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        assert!(connections.leave(ONE, Ticket::new(1), at(100)));
        connections.lost(Ticket::new(1));
        connections.answered(Ticket::new(0), at(90));
        assert!(connections.leave(ONE, Ticket::new(2), at(310)));
    }

    #[test]
    fn a_call_that_leaves_late_finds_what_came_until_then() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.leave(ONE, Ticket::new(1), at(20));
        connections.leaves_late(Ticket::new(1), at(100));
        connections.answered(Ticket::new(0), at(90));
        assert!(connections.leave(ONE, Ticket::new(2), at(310)));
    }

    #[test]
    fn a_call_that_leaves_late_may_have_to_make_its_connection_anew() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.answered(Ticket::new(0), at(10));
        assert!(!connections.leave(ONE, Ticket::new(1), at(20)));
        connections.leaves_late(Ticket::new(1), at(500));
        assert_eq!(connections.answered(Ticket::new(1), at(600)), Some(at(500)));
    }

    #[test]
    fn a_call_that_left_late_has_found_one_connection_at_most() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.leave(ONE, Ticket::new(1), at(1));
        connections.leave(ONE, Ticket::new(2), at(20));
        connections.leaves_late(Ticket::new(2), at(100));
        connections.answered(Ticket::new(0), at(25));
        connections.answered(Ticket::new(1), at(25));
        assert!(!connections.leave(ONE, Ticket::new(3), at(110)));
        assert!(connections.leave(ONE, Ticket::new(4), at(110)));
    }

    #[test]
    fn each_call_has_found_one_connection_at_most() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.leave(ONE, Ticket::new(1), at(5));
        connections.leave(ONE, Ticket::new(2), at(100));
        connections.answered(Ticket::new(0), at(95));
        connections.answered(Ticket::new(1), at(96));
        assert!(!connections.leave(ONE, Ticket::new(3), at(110)));
        assert!(connections.leave(ONE, Ticket::new(4), at(110)));
    }

    #[test]
    fn a_call_that_left_when_an_answer_may_just_have_come_may_have_found_its_connection() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.leave(ONE, Ticket::new(1), at(100) - WOKEN_AFTER);
        connections.answered(Ticket::new(0), at(100));
        assert!(connections.leave(ONE, Ticket::new(2), at(110)));
    }

    #[test]
    fn a_call_that_left_before_another_has_not_found_its_connection() {
        let mut connections = Connections::default();
        connections.leave(ONE, Ticket::new(0), at(0));
        connections.leave(ONE, Ticket::new(1), at(5));
        connections.answered(Ticket::new(1), at(8));
        assert!(!connections.leave(ONE, Ticket::new(2), at(20)));
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
            connections.leave(ONE, Ticket::new(number), at(number / 100));
        }
        assert_eq!(connections.under_way.len(), MOST_CALLS);
        assert_eq!(connections.finders.len(), MOST_CALLS);
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
        assert!(connections.finders.len() <= 5_001, "{}", connections.finders.len());
    }
}
