//! A world and its clock, shared by the rims.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use batchwise_core::clock::SharedClock;
use bytes::Bytes;
use http::Request;

use crate::action::Action;
use crate::config::EmulatorConfig;
use crate::log::LogEntry;
use crate::truth::Truth;
use crate::world::World;

/// One world behind a lock, on one clock.
pub(crate) struct Shared {
    world: Mutex<World>,
    clock: SharedClock,
}

impl Shared {
    pub(crate) fn new(config: EmulatorConfig, clock: SharedClock) -> Self {
        Self {
            world: Mutex::new(World::new(config, clock.now(), clock.wall())),
            clock,
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn handle(&self, request: &Request<Bytes>) -> Action {
        // The time is read under the lock, so that arrivals are in order.
        let mut world = self.world();
        let now = self.clock.now();
        world.handle(now, request)
    }

    pub(crate) async fn sleep(&self, time: Duration) {
        self.clock.sleep_until(self.clock.now().saturating_add(time)).await;
    }

    pub(crate) fn truth(&self) -> Truth {
        self.world().truth()
    }

    pub(crate) fn log(&self) -> Vec<LogEntry> {
        self.world().log()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}
