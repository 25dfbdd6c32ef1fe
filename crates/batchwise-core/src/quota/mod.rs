//! Quotas: what a provider allows, never exceeded as the *server* sees it.
//!
//! A [`QuotaHandle`] is given to every client that shares an allowance: one per IP address, one per account. The local
//! quota behind it stacks several [`Window`]s. Each is a hard sliding window: a ring of the last send times lets a call
//! go only when fewer than N others can have arrived within the window, with a guard for jitter on the way and more for
//! a call that has to make its connection first. Governor smooths the calls below that, and a 429 pauses everyone who
//! holds the handle.

mod connections;
mod local;
mod ring;
mod window;

pub use local::LocalQuota;
pub use window::Window;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;

/// An allowance of calls, shared by everyone who calls under it. A fleet brings one that spans machines.
#[async_trait]
pub trait Quota: fmt::Debug + Send + Sync {
    /// Asks for a call of this cost now; a cost beyond a window's limit weighs as much as the limit.
    ///
    /// A granted slot is for a call made at once: it counts from this moment, used or not.
    async fn acquire(&self, caller: Caller, cost: u32) -> Slot;

    /// How long there is certainly no slot for a call of this cost. A hint that takes nothing; zero when in doubt.
    fn ready_in(&self, cost: u32) -> Duration {
        let _ = cost;
        Duration::ZERO
    }

    /// The call of a ticket leaves now, later than its slot was granted, because another quota made it wait: the slot counts
    /// from this moment. False when there is no room for it now; the slot is given back then, and another has to be asked for.
    fn leaves(&self, ticket: Ticket, cost: u32) -> bool {
        let _ = (ticket, cost);
        true
    }

    /// The call of a ticket was answered.
    fn finished(&self, ticket: Ticket);

    /// The call of a ticket was answered, and the answer may have waited for so long to be seen: its connection may have
    /// carried another call since.
    fn answered(&self, ticket: Ticket, late: Duration) {
        let _ = late;
        self.finished(ticket);
    }

    /// The call of a ticket ended without a whole answer, or was never made: a connection that it had is gone.
    fn lost(&self, ticket: Ticket) {
        self.finished(ticket);
    }

    /// The server refused a call for its rate: nobody calls for this long.
    fn pause(&self, wait: Duration);

    /// The least time that so many calls take when nothing else uses the quota; zero when unlimited.
    fn least_time(&self, calls: u64) -> Duration;
}

/// The answer to a request for a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slot {
    /// Call now, and give the ticket back ([`Quota::answered`], [`Quota::finished`], [`Quota::lost`]) when the call ended.
    Granted(Ticket),
    /// Ask again after this time.
    Wait {
        /// How long to wait before asking again.
        wait: Duration,
        /// True when a server's refusal is the reason, not the windows.
        paused: bool,
    },
    /// A budget is spent: waiting helps only after this time, so the job should stop.
    Exhausted {
        /// When the budget frees again.
        wait: Duration,
    },
}

/// Names one granted slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(u64);

impl Ticket {
    /// A ticket with a number that the quota chooses.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Names one of those who share a quota: calls of the same caller go over the same connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caller(u64);

impl Caller {
    /// A caller by its number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A handle to a shared quota. Give every client a clone: clones share the allowance, and each is a [`Caller`] of its own.
#[derive(Debug)]
pub struct QuotaHandle {
    quota: Arc<dyn Quota>,
    caller: Caller,
    callers: Arc<AtomicU64>,
}

impl Clone for QuotaHandle {
    fn clone(&self) -> Self {
        Self {
            quota: Arc::clone(&self.quota),
            caller: Caller(self.callers.fetch_add(1, Ordering::Relaxed)),
            callers: Arc::clone(&self.callers),
        }
    }
}

impl QuotaHandle {
    /// A handle to a quota of your own.
    pub fn new(quota: impl Quota + 'static) -> Self {
        Self {
            quota: Arc::new(quota),
            caller: Caller(0),
            callers: Arc::new(AtomicU64::new(1)),
        }
    }

    /// A local quota of stacked windows on the machine's clock.
    pub fn of_windows(windows: impl IntoIterator<Item = Window>) -> Self {
        Self::new(LocalQuota::new(windows))
    }

    /// No limit but the server's own: only a 429 pauses.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::of_windows([])
    }

    /// Asks for a call of this cost now, see [`Quota::acquire`].
    pub async fn acquire(&self, cost: u32) -> Slot {
        self.quota.acquire(self.caller, cost).await
    }

    /// How long there is certainly no slot for a call of this cost, see [`Quota::ready_in`].
    #[must_use]
    pub fn ready_in(&self, cost: u32) -> Duration {
        self.quota.ready_in(cost)
    }

    /// The call of a ticket leaves now, later than its slot was granted, see [`Quota::leaves`].
    #[must_use]
    pub fn leaves(&self, ticket: Ticket, cost: u32) -> bool {
        self.quota.leaves(ticket, cost)
    }

    /// The call of a ticket was answered.
    pub fn finished(&self, ticket: Ticket) {
        self.quota.finished(ticket);
    }

    /// The call of a ticket was answered, which was seen so late at most, see [`Quota::answered`].
    pub fn answered(&self, ticket: Ticket, late: Duration) {
        self.quota.answered(ticket, late);
    }

    /// The call of a ticket ended without a whole answer, or was never made, see [`Quota::lost`].
    pub fn lost(&self, ticket: Ticket) {
        self.quota.lost(ticket);
    }

    /// The server refused a call for its rate: nobody calls for this long.
    pub fn pause(&self, wait: Duration) {
        self.quota.pause(wait);
    }

    /// The least time that so many calls take when nothing else uses the quota; zero when unlimited.
    #[must_use]
    pub fn least_time(&self, calls: u64) -> Duration {
        self.quota.least_time(calls)
    }
}
