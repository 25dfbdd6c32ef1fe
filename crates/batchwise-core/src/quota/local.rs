//! The quota of one process.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};

use super::connections::{COLD_DELAY, Connections};
use super::ring::Ring;
use super::{Caller, Quota, Slot, Ticket, Window};
use crate::clock::{SharedClock, SystemClock, Tick};

/// Stacked hard windows, smooth pacing and a common pause, for the clients of one process.
#[derive(Debug)]
pub struct LocalQuota {
    clock: SharedClock,
    state: Mutex<State>,
}

type Smoother = governor::RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Tick>>;

#[derive(Debug)]
struct State {
    /// Shortest window first.
    rings: Vec<Ring>,
    smoother: Option<Smoother>,
    paused_until: Tick,
    next_ticket: u64,
    connections: Connections,
}

/// Our clock as governor reads it; governor's own would ignore a paused or a fake one.
#[derive(Debug, Clone)]
struct Ticks(SharedClock);

impl GovernorClock for Ticks {
    type Instant = Tick;

    fn now(&self) -> Tick {
        self.0.now()
    }
}

impl LocalQuota {
    /// Stacked windows on the machine's clock.
    pub fn new(windows: impl IntoIterator<Item = Window>) -> Self {
        Self::on_clock(SystemClock::shared(), windows)
    }

    /// Stacked windows on a clock of your own.
    pub fn on_clock(clock: SharedClock, windows: impl IntoIterator<Item = Window>) -> Self {
        let mut windows: Vec<Window> = windows.into_iter().collect();
        windows.sort_by_key(Window::per);
        let smoother = windows.iter().find(|window| !window.is_budget()).and_then(|window| {
            let quota = governor::Quota::with_period(window.spacing())?.allow_burst(window.burst());
            Some(Smoother::direct_with_clock(quota, Ticks(SharedClock::clone(&clock))))
        });
        let state = State {
            rings: windows.into_iter().map(Ring::new).collect(),
            smoother,
            paused_until: Tick::ZERO,
            next_ticket: 0,
            connections: Connections::default(),
        };
        Self {
            clock,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent after every statement, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_acquire(&self, caller: Caller, cost: u32) -> Slot {
        let mut state = self.state();
        let now = self.clock.now();
        if state.paused_until > now {
            return Slot::Wait {
                wait: state.paused_until - now,
                paused: true,
            };
        }
        // Look at every window before taking from any, so that a refusal of one wastes nothing of another.
        match state.free_at(cost, now) {
            Free::Exhausted(wait) => return Slot::Exhausted { wait },
            Free::At(at) if at > now => {
                return Slot::Wait {
                    wait: at - now,
                    paused: false,
                };
            }
            Free::At(_) => {}
        }
        if let Some(Err(not_until)) = state.smoother.as_ref().map(governor::RateLimiter::check) {
            return Slot::Wait {
                // A wait of nothing would make the caller spin on a rounding error.
                wait: not_until.wait_time_from(now).max(Duration::from_micros(100)),
                paused: false,
            };
        }
        Slot::Granted(state.grant(caller, cost, now))
    }
}

/// When the windows have room.
enum Free {
    At(Tick),
    Exhausted(Duration),
}

impl State {
    fn free_at(&mut self, cost: u32, now: Tick) -> Free {
        let mut free_at = now;
        for ring in &mut self.rings {
            let at = ring.free_at(cost, now);
            if at > now && ring.window().is_budget() {
                return Free::Exhausted(at - now);
            }
            free_at = free_at.max(at);
        }
        Free::At(free_at)
    }

    /// A call that may have arrived late, and left then, is over.
    fn ended(&mut self, ticket: Ticket, left: Option<Tick>, now: Tick) {
        if left.is_some_and(|left| now < left.saturating_add(COLD_DELAY)) {
            // It arrived before now, or never will.
            for ring in &mut self.rings {
                ring.restamp(ticket, now);
            }
        }
    }

    /// A call whose slot was granted some time ago leaves at this moment, if there is room for it still.
    fn leaves_late(&mut self, ticket: Ticket, cost: u32, now: Tick) -> bool {
        let has_room = self.paused_until <= now && self.rings.iter_mut().all(|ring| ring.has_room(ticket, cost, now));
        for ring in &mut self.rings {
            ring.remove(ticket);
        }
        if !has_room {
            self.connections.lost(ticket);
            return false;
        }
        // Its connection may have gone cold meanwhile.
        self.connections.leaves_late(ticket, now);
        for ring in &mut self.rings {
            ring.push(ticket, cost, now.saturating_add(COLD_DELAY));
        }
        true
    }

    fn grant(&mut self, caller: Caller, cost: u32, now: Tick) -> Ticket {
        let ticket = Ticket::new(self.next_ticket);
        self.next_ticket += 1;
        if self.rings.is_empty() {
            return ticket;
        }
        let cold = self.connections.leave(caller, ticket, now);
        // Until its answer comes, a call that makes a connection first may still be on its way.
        let arrives_by = if cold { now.saturating_add(COLD_DELAY) } else { now };
        for ring in &mut self.rings {
            ring.push(ticket, cost, arrives_by);
        }
        ticket
    }
}

#[async_trait]
impl Quota for LocalQuota {
    async fn acquire(&self, caller: Caller, cost: u32) -> Slot {
        self.try_acquire(caller, cost)
    }

    fn ready_in(&self, cost: u32) -> Duration {
        let mut state = self.state();
        let now = self.clock.now();
        let paused = state.paused_until.saturating_sub(now);
        match state.free_at(cost, now) {
            Free::At(at) => paused.max(at.saturating_sub(now)),
            // Asking for the slot says that it is spent.
            Free::Exhausted(_) => Duration::ZERO,
        }
    }

    fn leaves(&self, ticket: Ticket, cost: u32) -> bool {
        let mut state = self.state();
        let now = self.clock.now();
        state.leaves_late(ticket, cost, now)
    }

    fn finished(&self, ticket: Ticket) {
        self.answered(ticket, Duration::ZERO);
    }

    fn answered(&self, ticket: Ticket, late: Duration) {
        let mut state = self.state();
        let now = self.clock.now();
        let left = state.connections.answered(ticket, now.saturating_sub(late));
        state.ended(ticket, left, now);
    }

    fn lost(&self, ticket: Ticket) {
        let mut state = self.state();
        let now = self.clock.now();
        let left = state.connections.lost(ticket);
        state.ended(ticket, left, now);
    }

    fn pause(&self, wait: Duration) {
        let until = self.clock.now().saturating_add(wait);
        let mut state = self.state();
        state.paused_until = state.paused_until.max(until);
    }

    fn least_time(&self, calls: u64) -> Duration {
        let windows: Vec<Window> = self.state().rings.iter().map(|ring| *ring.window()).collect();
        let nanos = least_nanos(&windows, calls);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// Nanoseconds between the first and the last of so many calls under these windows, shortest first.
///
/// Every full window of calls takes the window's time; the rest goes as the shorter windows let it.
fn least_nanos(windows: &[Window], calls: u64) -> u128 {
    let Some((longest, shorter)) = windows.split_last() else {
        return 0;
    };
    let limit = u64::from(longest.limit().get());
    let full = calls.saturating_sub(1) / limit;
    let rest = calls - full * limit;
    let mut nanos = longest.guarded().as_nanos().saturating_mul(u128::from(full));
    if shorter.iter().all(Window::is_budget) && !longest.is_budget() {
        let spaced = rest.saturating_sub(u64::from(longest.burst().get()));
        nanos = nanos.saturating_add(longest.spacing().as_nanos().saturating_mul(u128::from(spaced)));
    }
    nanos
        .saturating_add(least_nanos(shorter, rest))
        .max(least_nanos(shorter, calls))
}
