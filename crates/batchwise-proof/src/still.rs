//! Time that stands still while bytes travel.
//!
//! The sockets are real and the time-outs are those of the library, but nothing waits for them: tokio's time is paused, and
//! moves only when somebody moves it. So a slow machine changes no result, and a server that never answers costs no second.

use std::future::Future;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use batchwise_core::clock::{Clock, SharedClock, Sleep, Tick};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, advance};

/// A runtime of one thread in which time stands still.
pub(crate) struct Still {
    /// Tokio moves paused time by itself when nothing is ready, and would not wait for bytes that are on their way; as long
    /// as a blocking task runs it does not. This one ends with the sender.
    _awake: mpsc::Sender<()>,
    runtime: Runtime,
}

impl Still {
    pub(crate) fn new() -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build()?;
        let (awake, asleep) = mpsc::channel::<()>();
        runtime.spawn_blocking(move || {
            // An error is what ends it.
            let _ = asleep.recv();
        });
        Ok(Self { _awake: awake, runtime })
    }

    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}

/// A server's clock: whoever sleeps by it moves the time for everyone.
#[derive(Debug)]
pub(crate) struct MovingClock(Instant);

impl MovingClock {
    pub(crate) fn shared() -> SharedClock {
        std::sync::Arc::new(Self(Instant::now()))
    }
}

impl Clock for MovingClock {
    fn now(&self) -> Tick {
        self.0.elapsed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.now()
    }

    fn sleep_until(&self, tick: Tick) -> Sleep {
        let wait = tick.saturating_sub(self.now());
        Box::pin(advance(wait))
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

/// Waits until `hung` grows and then lets this time pass, again and again.
pub(crate) async fn outlast(hung: impl Fn() -> usize, time: Duration) {
    let mut seen = hung();
    loop {
        tokio::task::yield_now().await;
        let now = hung();
        if now > seen {
            seen = now;
            advance(time).await;
        }
    }
}
