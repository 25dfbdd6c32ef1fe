//! How long the rest of a job takes.

use std::time::Duration;

use batchwise::quota::QuotaHandle;

/// What is known beforehand of the rest: how many records share a call, and what the quotas allow.
#[derive(Debug, Clone)]
pub(crate) struct Outlook {
    per_call: u64,
    quotas: Vec<QuotaHandle>,
}

impl Outlook {
    /// The outlook of a method.
    pub(crate) fn new(per_call: usize, quotas: &[QuotaHandle]) -> Self {
        Self {
            per_call: u64::try_from(per_call).unwrap_or(u64::MAX).max(1),
            quotas: quotas.to_vec(),
        }
    }

    /// How long `left` more records take, when `done` took this time: no shorter than the quotas allow.
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    pub(super) fn left(&self, left: u64, done: u64, took: Duration) -> Option<Duration> {
        if left == 0 || done == 0 {
            return None;
        }
        let calls = left.div_ceil(self.per_call);
        // One call more: the window is not empty as it is for a job that begins.
        let least = self
            .quotas
            .iter()
            .map(|quota| quota.least_time(calls.saturating_add(1)));
        let seconds = took.as_secs_f64() * (left as f64 / done as f64);
        let as_before = Duration::try_from_secs_f64(seconds).ok()?;
        Some(least.max().unwrap_or_default().max(as_before))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use batchwise::quota::Window;

    use super::*;

    #[test]
    fn without_a_quota_the_rest_takes_as_long_as_it_took_so_far() {
        let outlook = Outlook::new(100, &[]);
        let took = Duration::from_secs(10);
        assert_eq!(outlook.left(3000, 1000, took), Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_fast_beginning_does_not_hide_what_the_quota_has_in_store() {
        let per_minute = Window::per_minute(NonZeroU32::new(40).unwrap()).with_burst(NonZeroU32::new(40).unwrap());
        let outlook = Outlook::new(40, &[QuotaHandle::of_windows([per_minute])]);
        // A minute's calls within a second; 4000 more records are a hundred calls.
        let left = outlook.left(4000, 1600, Duration::from_secs(1)).unwrap();
        assert!(left >= Duration::from_secs(120), "{left:?}");
    }

    #[test]
    fn before_anything_is_done_nothing_is_promised() {
        let outlook = Outlook::new(100, &[]);
        assert_eq!(outlook.left(3000, 0, Duration::from_secs(10)), None);
        assert_eq!(outlook.left(0, 3000, Duration::from_secs(10)), None);
    }
}
