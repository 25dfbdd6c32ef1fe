//! Quotas: what a provider allows, never exceeded as the *server* sees it.
//!
//! A [`QuotaHandle`] is given to every client that shares an allowance: one per IP address, one per account. The local
//! quota behind it stacks several [`Window`]s. Each is a hard sliding window: a ring of the last send times lets a call
//! go only when fewer than N others can have arrived within the window, with a guard for jitter on the way. Governor
//! smooths the calls below that, and a 429 pauses everyone who holds the handle.

mod local;
mod ring;
mod window;

pub use local::LocalQuota;
pub use window::Window;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

/// An allowance of calls, shared by everyone who calls under it. A fleet brings one that spans machines.
#[async_trait]
pub trait Quota: fmt::Debug + Send + Sync {
    /// Asks for a call of this cost now.
    ///
    /// A granted slot is for a call made at once: it counts from this moment, used or not.
    async fn acquire(&self, cost: u32) -> Slot;

    /// How long there is certainly no slot for a call of this cost. A hint that takes nothing; zero when in doubt.
    fn ready_in(&self, cost: u32) -> Duration {
        let _ = cost;
        Duration::ZERO
    }

    /// The call of a ticket ended, answered or not.
    fn finished(&self, ticket: Ticket);

    /// The server refused a call for its rate: nobody calls for this long.
    fn pause(&self, wait: Duration);

    /// The least time that so many calls take when nothing else uses the quota; zero when unlimited.
    fn least_time(&self, calls: u64) -> Duration;
}

/// The answer to a request for a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slot {
    /// Call now, and give the ticket back when the call ended.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// A cloneable handle to a shared quota.
#[derive(Debug, Clone)]
pub struct QuotaHandle(Arc<dyn Quota>);

impl QuotaHandle {
    /// A handle to a quota of your own.
    pub fn new(quota: impl Quota + 'static) -> Self {
        Self(Arc::new(quota))
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
}

impl Deref for QuotaHandle {
    type Target = dyn Quota;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}
