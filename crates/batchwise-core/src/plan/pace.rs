//! How long to wait after trouble, and how much trouble a job may have.

use std::time::Duration;

use crate::clock::Tick;

/// First pause after a failed call; doubled for each further one.
const BACKOFF_BASE: Duration = Duration::from_millis(200);

/// Longest pause after a failed call: with the default budget an outage ends a job after some two minutes.
const BACKOFF_CAP: Duration = Duration::from_secs(5);

/// First wait after a 429 that names none; doubled for each further one in a row.
const THROTTLE_BASE: Duration = Duration::from_secs(1);

/// Longest wait after a 429 that names none.
const THROTTLE_CAP: Duration = Duration::from_secs(60);

/// A `Retry-After` of nothing would make a loop of refusals.
const THROTTLE_LEAST: Duration = Duration::from_millis(100);

/// So many refusals in a row are believed to be a moment's congestion, as `Retry-After` says.
const THROTTLE_BELIEVED: u32 = 3;

/// So many refusals in a row, over `SPENT_AFTER`, without one success: the quota is spent.
const SPENT_COUNT: u32 = 8;
const SPENT_AFTER: Duration = Duration::from_secs(60);

/// So many answered calls earn one more retry.
const ANSWERS_PER_RETRY: u32 = 5;

/// The pause before the next try after `failures` in a row, with full jitter: anything between nothing and the cap.
pub(crate) fn backoff(failures: u32, jitter: f64) -> Duration {
    doubled(BACKOFF_BASE, BACKOFF_CAP, failures).mul_f64(jitter.clamp(0.0, 1.0))
}

/// `base` for the first, doubled for each further one, at most `cap`.
fn doubled(base: Duration, cap: Duration, count: u32) -> Duration {
    let doublings = count.saturating_sub(1).min(16);
    base.saturating_mul(1 << doublings).min(cap)
}

/// The 429s in a row.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    count: u32,
    since: Option<Tick>,
    last: Option<Tick>,
}

impl Throttle {
    /// True while the last word was a refusal.
    pub(crate) fn is_refused(&self) -> bool {
        self.count > 0
    }

    /// A call was answered: the row ends.
    pub(crate) fn success(&mut self) {
        *self = Self::default();
    }

    /// A call that left at `left` was refused for its rate: how long everyone waits, or `None` when the quota is spent.
    ///
    /// Calls that left together are refused together, and count as one.
    pub(crate) fn refused(&mut self, asked: Option<Duration>, left: Tick, now: Tick, jitter: f64) -> Option<Duration> {
        if self.last.is_none_or(|last| left >= last) {
            self.count += 1;
        }
        self.last = Some(now);
        let since = *self.since.get_or_insert(now);
        if self.count >= SPENT_COUNT && now.saturating_sub(since) >= SPENT_AFTER {
            return None;
        }
        let own =
            |count| doubled(THROTTLE_BASE, THROTTLE_CAP, count).mul_f64(0.2_f64.mul_add(jitter.clamp(0.0, 1.0), 1.0));
        Some(match asked {
            Some(asked) if self.count <= THROTTLE_BELIEVED => asked.max(THROTTLE_LEAST),
            Some(asked) => asked.max(own(self.count - THROTTLE_BELIEVED)),
            None => own(self.count),
        })
    }
}

/// The retries that a job may still make, so that an outage costs a bounded number of calls.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    left: u32,
    answers: u32,
}

impl RetryBudget {
    pub(crate) fn new(retries: u32) -> Self {
        Self {
            left: retries,
            answers: 0,
        }
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// A retry is made.
    pub(crate) fn charge(&mut self) {
        self.left = self.left.saturating_sub(1);
    }

    /// A call was answered.
    pub(crate) fn answered(&mut self) {
        self.answers += 1;
        if self.answers == ANSWERS_PER_RETRY {
            self.answers = 0;
            self.left = self.left.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_the_cap_with_full_jitter() {
        assert_eq!(backoff(1, 1.0), Duration::from_millis(200));
        assert_eq!(backoff(2, 1.0), Duration::from_millis(400));
        assert_eq!(backoff(100, 1.0), BACKOFF_CAP);
        assert_eq!(backoff(100, 0.0), Duration::ZERO);
    }

    #[test]
    fn retry_after_is_obeyed() {
        let mut throttle = Throttle::default();
        let asked = Duration::from_secs(7);
        assert_eq!(throttle.refused(Some(asked), Tick::ZERO, Tick::ZERO, 0.0), Some(asked));
    }

    #[test]
    fn eight_refusals_over_a_minute_spend_the_quota() {
        let mut throttle = Throttle::default();
        let mut now = Tick::ZERO;
        for _ in 0..7 {
            now += throttle.refused(None, now, now, 0.0).unwrap();
        }
        assert!(now >= SPENT_AFTER);
        assert_eq!(throttle.refused(None, now, now, 0.0), None);
    }

    #[test]
    fn eight_quick_refusals_do_not() {
        let mut throttle = Throttle::default();
        for _ in 0..20 {
            assert!(throttle.refused(None, Tick::ZERO, Tick::ZERO, 0.0).is_some());
        }
    }

    #[test]
    fn refusals_of_calls_that_left_together_count_once() {
        let mut throttle = Throttle::default();
        let second = Duration::from_secs(1);
        for _ in 0..16 {
            assert_eq!(throttle.refused(None, Tick::ZERO, second, 0.0), Some(THROTTLE_BASE));
        }
        assert_eq!(
            throttle.refused(None, second * 2, second * 2, 0.0),
            Some(THROTTLE_BASE * 2)
        );
    }

    #[test]
    fn a_call_that_left_at_the_moment_of_a_refusal_counts_anew() {
        let mut throttle = Throttle::default();
        let second = Duration::from_secs(1);
        assert_eq!(throttle.refused(None, Tick::ZERO, second, 0.0), Some(THROTTLE_BASE));
        assert_eq!(throttle.refused(None, second, second, 0.0), Some(THROTTLE_BASE * 2));
    }

    #[test]
    fn after_three_refusals_a_short_retry_after_is_no_longer_believed() {
        let mut throttle = Throttle::default();
        let asked = Duration::from_millis(300);
        let mut next = || throttle.refused(Some(asked), Tick::ZERO, Tick::ZERO, 0.0).unwrap();
        for _ in 0..THROTTLE_BELIEVED {
            assert_eq!(next(), asked);
        }
        assert_eq!([next(), next(), next()], [1, 2, 4].map(Duration::from_secs));
    }

    #[test]
    fn a_retry_after_of_nothing_is_a_moment() {
        let nothing = Some(Duration::ZERO);
        let wait = Throttle::default().refused(nothing, Tick::ZERO, Tick::ZERO, 1.0);
        assert_eq!(wait, Some(THROTTLE_LEAST));
    }

    #[test]
    fn a_wait_of_our_own_is_up_to_a_fifth_longer_by_chance() {
        let wait = |jitter| Throttle::default().refused(None, Tick::ZERO, Tick::ZERO, jitter);
        assert_eq!(wait(0.5), Some(Duration::from_millis(1100)));
        assert_eq!(wait(1.0), Some(Duration::from_millis(1200)));
    }

    #[test]
    fn a_success_ends_the_row() {
        let mut throttle = Throttle::default();
        for _ in 0..10 {
            throttle.refused(None, Tick::ZERO, Tick::ZERO, 0.0);
        }
        throttle.success();
        assert_eq!(
            throttle.refused(None, SPENT_AFTER * 2, SPENT_AFTER * 2, 0.0),
            Some(THROTTLE_BASE)
        );
    }

    #[test]
    fn five_answers_earn_one_retry() {
        let mut budget = RetryBudget::new(1);
        budget.charge();
        assert!(budget.is_spent());
        (0..4).for_each(|_| budget.answered());
        assert!(budget.is_spent());
        budget.answered();
        assert!(!budget.is_spent());
    }
}
