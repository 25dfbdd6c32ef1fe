//! How fast a job is, lately and altogether.

use std::collections::VecDeque;
use std::time::Duration;

/// The time that "lately" spans: long enough for the rests that a quota of some calls a minute makes.
const LATELY: Duration = Duration::from_secs(30);

/// The least time between two samples.
const STEP: Duration = Duration::from_millis(500);

/// Records done, by time.
#[derive(Debug)]
pub(super) struct Speed {
    samples: VecDeque<(Duration, u64)>,
}

impl Default for Speed {
    /// At the beginning nothing is done.
    fn default() -> Self {
        Self {
            samples: VecDeque::from([(Duration::ZERO, 0)]),
        }
    }
}

impl Speed {
    /// Notes how many are done now.
    pub(super) fn note(&mut self, now: Duration, done: u64) {
        if self
            .samples
            .back()
            .is_some_and(|(at, _)| now.saturating_sub(*at) < STEP)
        {
            return;
        }
        self.samples.push_back((now, done));
        // The oldest is the last one before the span, so that the span is covered whole.
        while self
            .samples
            .get(1)
            .is_some_and(|(at, _)| now.saturating_sub(*at) >= LATELY)
        {
            self.samples.pop_front();
        }
    }

    /// Records a second over the last half minute; `None` before there is anything to say.
    #[allow(clippy::cast_precision_loss, reason = "shown with three digits")]
    pub(super) fn lately(&self, now: Duration, done: u64) -> Option<f64> {
        let (at, before) = self.samples.front()?;
        let span = now.saturating_sub(*at).as_secs_f64();
        (span >= 0.5).then(|| done.saturating_sub(*before) as f64 / span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_steady_job_has_its_speed() {
        let mut speed = Speed::default();
        (0..100).for_each(|second| speed.note(at(second), second * 40));
        assert_eq!(speed.lately(at(100), 4000), Some(40.0));
    }

    #[test]
    fn what_was_long_ago_does_not_count() {
        let mut speed = Speed::default();
        (10..=60).for_each(|second| speed.note(at(second), 10_000));
        assert_eq!(speed.lately(at(60), 10_000), Some(0.0));
    }

    #[test]
    fn at_the_very_start_there_is_none() {
        let speed = Speed::default();
        assert_eq!(speed.lately(Duration::from_millis(100), 50), None);
        assert_eq!(speed.lately(at(1), 50), Some(50.0));
    }
}
