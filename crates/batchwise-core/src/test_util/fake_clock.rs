//! A clock for tests.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use crate::clock::{Clock, SharedClock, Sleep, Tick};

/// A sleeper lets everyone else run this often, and sees no sleep begin or end meanwhile, before it moves the clock.
const YIELDS: u32 = 4;

/// A clock that stands still until everything waits, then jumps to the next moment that someone sleeps until.
///
/// Meant for one task at a time (the default of `#[tokio::test]`). Clones are the same clock. Its wall time begins at the
/// Unix epoch, and its jitter is a fixed sequence.
#[derive(Debug, Clone, Default)]
pub struct FakeClock(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    now: Tick,
    sleepers: BTreeMap<(Tick, u64), Waker>,
    next_sleeper: u64,
    /// Sleeps that began or ended: as long as this moves, not everything waits.
    changes: u64,
    manual: bool,
    jitter: u64,
}

impl FakeClock {
    /// A clock that jumps by itself.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock that moves only with [`advance`](Self::advance).
    #[must_use]
    pub fn manual() -> Self {
        let clock = Self::new();
        clock.state().manual = true;
        clock
    }

    /// The same clock as a [`SharedClock`].
    #[must_use]
    pub fn shared(&self) -> SharedClock {
        Arc::new(self.clone())
    }

    /// The same clock with another sequence of jitter, that of a seed.
    #[must_use]
    pub fn with_jitter(self, seed: u64) -> Self {
        self.state().jitter = seed;
        self
    }

    /// The next moment that someone sleeps until; `None` when nobody sleeps. For whoever moves a manual clock.
    #[must_use]
    pub fn next_sleep(&self) -> Option<Tick> {
        self.state().sleepers.keys().next().map(|(tick, _)| *tick)
    }

    /// Moves the clock and wakes who slept until then.
    pub fn advance(&self, by: Duration) {
        let to = self.state().now.saturating_add(by);
        self.jump(to);
    }

    fn jump(&self, to: Tick) {
        let mut state = self.state();
        state.now = state.now.max(to);
        let later = state.sleepers.split_off(&(to, u64::MAX));
        let woken = std::mem::replace(&mut state.sleepers, later);
        drop(state);
        for waker in woken.into_values() {
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Tick {
        self.state().now
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.now()
    }

    fn sleep_until(&self, tick: Tick) -> Sleep {
        let mut state = self.state();
        let number = state.next_sleeper;
        state.next_sleeper += 1;
        state.changes += 1;
        Box::pin(FakeSleep {
            clock: self.clone(),
            key: (tick, number),
            yields: 0,
            seen: state.changes,
        })
    }

    fn jitter(&self) -> f64 {
        let mut state = self.state();
        // A fixed sequence that covers the range evenly (golden ratio).
        state.jitter = state.jitter.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let high = u32::try_from(state.jitter >> 32).unwrap_or(0);
        f64::from(high) / (f64::from(u32::MAX) + 1.0)
    }
}

struct FakeSleep {
    clock: FakeClock,
    key: (Tick, u64),
    yields: u32,
    /// The clock's changes at the last look.
    seen: u64,
}

impl Future for FakeSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut state = clock.state();
        if state.now >= self.key.0 {
            state.sleepers.remove(&self.key);
            return Poll::Ready(());
        }
        state.sleepers.insert(self.key, cx.waker().clone());
        if state.manual {
            return Poll::Pending;
        }
        let first = state.sleepers.keys().next() == Some(&self.key);
        let changes = state.changes;
        drop(state);
        if std::mem::replace(&mut self.seen, changes) != changes {
            self.yields = 0;
        }
        if first && self.yields >= YIELDS {
            clock.jump(self.key.0);
            return Poll::Ready(());
        }
        self.yields += 1;
        // Everyone else first; whoever sleeps shortest moves the clock.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for FakeSleep {
    fn drop(&mut self) {
        let mut state = self.clock.state();
        state.changes += 1;
        state.sleepers.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use futures_util::stream::FuturesUnordered;

    use super::*;

    #[tokio::test]
    async fn a_long_sleep_does_not_move_the_clock_while_shorter_ones_follow_each_other() {
        let clock = FakeClock::new();
        let sleep = |millis| {
            let clock = clock.clone();
            async move {
                let until = clock.now() + Duration::from_millis(millis);
                clock.sleep_until(until).await;
                clock.now() - until
            }
        };
        let mut sleeps: FuturesUnordered<_> = [sleep(1000), sleep(10), sleep(10), sleep(10)].into_iter().collect();
        for _ in 0..30 {
            // Who comes back sleeps again, as calls follow each other.
            assert_eq!(sleeps.next().await, Some(Duration::ZERO));
            sleeps.push(sleep(10));
        }
        assert!(clock.now() < Duration::from_millis(200), "{:?}", clock.now());
    }
}
