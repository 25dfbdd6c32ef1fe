//! The idle connections of one client.

use std::time::Duration;

use batchwise_core::clock::Tick;

/// Connections that wait for their next request.
#[derive(Debug)]
pub(super) struct Pool {
    keeps: Duration,
    /// Since when each is idle, the one used last at the end.
    idle: Vec<Tick>,
}

impl Pool {
    /// No connections; the server keeps idle ones for so long.
    pub(super) const fn new(keeps: Duration) -> Self {
        Self {
            keeps,
            idle: Vec::new(),
        }
    }

    /// Takes a connection for a request; false when one has to be made.
    pub(super) fn take(&mut self, now: Tick) -> bool {
        let keeps = self.keeps;
        self.idle.retain(|since| since.saturating_add(keeps) > now);
        self.idle.pop().is_some()
    }

    /// A whole answer came, so its connection is idle. One that broke never is again.
    pub(super) fn put(&mut self, now: Tick) {
        self.idle.push(now);
    }
}
