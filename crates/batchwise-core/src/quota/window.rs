//! "N per time" as a value.

use std::num::NonZeroU32;
use std::time::Duration;

/// Jitter on the way that a window allows for at least; late and early arrivals within it do not break the window.
const LEAST_GUARD: Duration = Duration::from_millis(30);

/// Jitter that a long window allows for at most.
const MOST_GUARD: Duration = Duration::from_secs(1);

/// At most `limit` calls (or points of cost) in any window of `per`, as the server sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    limit: NonZeroU32,
    per: Duration,
    burst: NonZeroU32,
    guard: Duration,
    budget: bool,
}

impl Window {
    /// A sliding window with smooth pacing and a guard of 3 % (at least 30 ms, at most 1 s) against jitter.
    #[must_use]
    pub fn new(limit: NonZeroU32, per: Duration) -> Self {
        Self {
            limit,
            per,
            burst: NonZeroU32::MIN,
            guard: (per / 100).saturating_mul(3).clamp(LEAST_GUARD, MOST_GUARD),
            budget: false,
        }
    }

    /// At most `limit` calls a second.
    #[must_use]
    pub fn per_second(limit: NonZeroU32) -> Self {
        Self::new(limit, Duration::from_secs(1))
    }

    /// At most `limit` calls a minute.
    #[must_use]
    pub fn per_minute(limit: NonZeroU32) -> Self {
        Self::new(limit, Duration::from_secs(60))
    }

    /// At most `limit` calls an hour.
    #[must_use]
    pub fn per_hour(limit: NonZeroU32) -> Self {
        Self::new(limit, Duration::from_secs(60 * 60))
    }

    /// A budget for 24 hours: when it is spent the job stops instead of waiting.
    #[must_use]
    pub fn daily_budget(limit: NonZeroU32) -> Self {
        Self {
            budget: true,
            ..Self::new(limit, Duration::from_secs(24 * 60 * 60))
        }
    }

    /// The same with so many calls allowed close together after a quiet time; never more than the limit.
    #[must_use]
    pub fn with_burst(mut self, burst: NonZeroU32) -> Self {
        self.burst = burst.min(self.limit);
        self
    }

    /// The same with another guard against jitter on the way.
    #[must_use]
    pub const fn with_guard(mut self, guard: Duration) -> Self {
        self.guard = guard;
        self
    }

    /// Most calls in the window.
    #[must_use]
    pub const fn limit(&self) -> NonZeroU32 {
        self.limit
    }

    /// The window as the provider states it.
    #[must_use]
    pub const fn per(&self) -> Duration {
        self.per
    }

    /// Calls allowed close together.
    #[must_use]
    pub const fn burst(&self) -> NonZeroU32 {
        self.burst
    }

    /// True for a budget: spent means stop, not wait.
    #[must_use]
    pub const fn is_budget(&self) -> bool {
        self.budget
    }

    /// The window as it is kept here: the provider's plus the guard.
    #[must_use]
    pub fn guarded(&self) -> Duration {
        self.per.saturating_add(self.guard)
    }

    /// The time between two calls at the pace that just keeps the guarded window.
    pub(super) fn spacing(&self) -> Duration {
        self.guarded() / self.limit.get()
    }
}
