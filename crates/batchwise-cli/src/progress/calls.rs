//! The calls so far, and what is waited for.

use std::collections::BTreeMap;
use std::time::Duration;

use super::text::{counted, grouped};
use super::wait::{Wait, seconds};

/// An answer that takes longer than this is waited for.
const LONG_CALL: Duration = Duration::from_secs(1);

/// The calls so far, and what is waited for.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    requests: u64,
    failed: u64,
    /// When each call in flight began.
    in_flight: BTreeMap<u64, Duration>,
    wait: Option<Wait>,
    stopping: bool,
}

impl Calls {
    pub(super) fn started(&mut self, call: u64, now: Duration) {
        self.requests += 1;
        self.wait = None;
        self.in_flight.insert(call, now);
    }

    pub(super) fn finished(&mut self, call: u64, requested: bool, failed: bool) {
        self.in_flight.remove(&call);
        if !requested {
            self.requests = self.requests.saturating_sub(1);
        }
        self.failed += u64::from(failed);
    }

    pub(super) fn waiting(&mut self, wait: Wait) {
        self.wait = Some(wait);
    }

    pub(super) fn stopping(&mut self) {
        self.stopping = true;
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests
    }

    /// How long the wait under way lasts.
    pub(super) fn wait_left(&self, now: Duration) -> Duration {
        self.wait.as_ref().map_or(Duration::ZERO, |wait| wait.left(now))
    }

    /// Nothing is in flight, and nothing is waited for that was told.
    pub(super) fn are_idle(&self) -> bool {
        self.in_flight.is_empty() && self.wait.is_none()
    }

    /// `12 requests (1 failed)`.
    pub(super) fn text(&self) -> String {
        let mut requests = counted(self.requests, "request", "requests");
        if self.failed > 0 {
            requests.push_str(&format!(" ({} failed)", grouped(self.failed)));
        }
        requests
    }

    /// What is waited for, in words. `busy` says in words what records in use are.
    pub(super) fn waits(&self, now: Duration, busy: [&str; 2]) -> Option<String> {
        let calls = self.in_flight.len();
        if self.stopping {
            return Some(match calls {
                0 => "stopping".to_owned(),
                1 => "stopping: the call in flight is finished first".to_owned(),
                _ => format!("stopping: {calls} calls in flight are finished first"),
            });
        }
        let longest = self.in_flight.values().min().map(|began| now.saturating_sub(*began));
        match (longest, &self.wait) {
            (Some(took), _) if took >= LONG_CALL => Some(format!("waiting for an answer since {}", seconds(took))),
            (Some(_), _) | (None, None) => None,
            (None, Some(wait)) => wait.text(now, busy),
        }
    }
}
