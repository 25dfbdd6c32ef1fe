//! What a job waits for, in words.

use std::time::Duration;

use batchwise::observe::WaitingFor;

/// A wait that was observed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    on: WaitingFor,
    until: Duration,
    records: usize,
}

impl Wait {
    pub(super) fn new(on: WaitingFor, wait: Duration, records: usize, now: Duration) -> Self {
        Self {
            on,
            until: now.saturating_add(wait),
            records,
        }
    }

    /// How long it lasts.
    pub(super) fn left(&self, now: Duration) -> Duration {
        self.until.saturating_sub(now)
    }

    /// What it is, while it lasts. `busy` says in words what records in use are: `customers in a call`.
    pub(super) fn text(&self, now: Duration, busy: [&str; 2]) -> Option<String> {
        let left = self.left(now);
        if left.is_zero() {
            return None;
        }
        let left = seconds(left);
        Some(match self.on {
            WaitingFor::Quota => format!("quota: next slot in {left}"),
            WaitingFor::Server => format!("the server asked to wait: {left} left"),
            WaitingFor::Busy => {
                let [one, several] = busy;
                let what = if self.records == 1 { one } else { several };
                format!("{} {what}, next try in {left}", self.records)
            }
            _ => format!("pause, next try in {left}"),
        })
    }
}

/// Tenths while they tell something, then whole seconds.
pub(super) fn seconds(wait: Duration) -> String {
    if wait < Duration::from_secs(10) {
        format!("{:.1} s", wait.as_secs_f64())
    } else {
        super::text::span(Duration::from_secs(wait.as_secs()))
    }
}
