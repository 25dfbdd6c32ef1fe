//! Time, sleep and chance behind one small trait, so that tests need neither patience nor luck.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A moment on a clock's own monotonic scale: time since the clock's origin.
pub type Tick = Duration;

/// A future that ends when the clock reaches its moment.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The only source of time, sleep and randomness in this crate.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Monotonic time since the clock's origin.
    fn now(&self) -> Tick;

    /// Wall time, for outcomes and reports; never used for pacing.
    fn wall(&self) -> SystemTime;

    /// Sleeps until `tick`; returns at once if that is past.
    fn sleep_until(&self, tick: Tick) -> Sleep;

    /// A fraction in `0.0..1.0`, for the jitter of back-off.
    fn jitter(&self) -> f64;
}

/// A shared clock.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock, with tokio's timer.
#[derive(Debug)]
pub struct SystemClock {
    origin: tokio::time::Instant,
}

impl SystemClock {
    /// A clock whose origin is now.
    #[must_use]
    pub fn new() -> Self {
        Self {
            origin: tokio::time::Instant::now(),
        }
    }

    /// A shared clock whose origin is now.
    #[must_use]
    pub fn shared() -> SharedClock {
        Arc::new(Self::new())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Tick {
        self.origin.elapsed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep_until(&self, tick: Tick) -> Sleep {
        // A moment beyond the timer's range is as good as a century away.
        let at = self
            .origin
            .checked_add(tick)
            .unwrap_or_else(|| self.origin + Duration::from_secs(3_153_600_000));
        Box::pin(tokio::time::sleep_until(at))
    }

    fn jitter(&self) -> f64 {
        use std::hash::{BuildHasher, Hasher};
        // `RandomState` draws fresh keys each time: enough chance for a pause, and no crate for it.
        let bits = std::collections::hash_map::RandomState::new().build_hasher().finish();
        let high = u32::try_from(bits >> 32).unwrap_or(0);
        f64::from(high) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn a_moment_that_is_past_comes_and_one_beyond_the_timer_does_not() {
        let clock = SystemClock::default();
        clock.sleep_until(Duration::ZERO).await;
        assert!(clock.sleep_until(Duration::MAX).now_or_never().is_none());
    }

    #[tokio::test]
    async fn jitter_is_a_fraction() {
        let clock = SystemClock::new();
        assert!((0..100).all(|_| (0.0..1.0).contains(&clock.jitter())));
    }

    #[tokio::test]
    async fn wall_time_is_that_of_the_machine() {
        let before = SystemTime::now();
        let wall = SystemClock::shared().wall();
        assert!((before..=SystemTime::now()).contains(&wall));
    }
}
