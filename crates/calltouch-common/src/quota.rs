//! What Calltouch allows: requests a second for an IP address, and points a day for an account.

use std::num::NonZeroU32;

use batchwise_core::quota::{QuotaHandle, Window};

/// The documented rate: 5 requests a second from one IP address, over the whole API.
const PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);

/// Calls that may leave close together after a quiet time.
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// The quotas of Calltouch as one cloneable value: clones share what they count.
///
/// The rate belongs to the **IP address**, so give clones of one value to the clients of all accounts of a process. The
/// points belong to an **account**: their price for a call and how their end is reported are not documented, so the budget
/// counts calls, and only where it is asked for.
///
/// ```
/// # use std::num::NonZeroU32;
/// use calltouch_common::CalltouchQuota;
///
/// let ip = CalltouchQuota::per_ip();
/// let first = ip.clone().with_daily_budget(NonZeroU32::new(10_000).unwrap());
/// let second = ip.clone().with_daily_budget(NonZeroU32::new(500).unwrap());
/// // `first` and `second` share the rate and have a budget each.
/// assert_eq!((ip.quotas().len(), first.quotas().len(), second.quotas().len()), (1, 2, 2));
/// ```
#[derive(Debug, Clone)]
pub struct CalltouchQuota {
    ip: QuotaHandle,
    /// Slowest first, the IP's last. Owned, so that each client that gets a clone is a caller of its own.
    all: Vec<QuotaHandle>,
}

impl CalltouchQuota {
    /// The documented rate of 5 requests a second, two of which may leave close together.
    #[must_use]
    pub fn per_ip() -> Self {
        Self::per_second(PER_SECOND)
    }

    /// The window behind [`per_ip`](Self::per_ip), for a quota on a clock of your own.
    #[must_use]
    pub fn default_window() -> Window {
        Self::window(PER_SECOND)
    }

    fn window(rate: NonZeroU32) -> Window {
        Window::per_second(rate).with_burst(BURST)
    }

    /// Another rate, for instance 4 a second where other programs call from the same address.
    #[must_use]
    pub fn per_second(rate: NonZeroU32) -> Self {
        Self::from(QuotaHandle::of_windows([Self::window(rate)]))
    }

    /// No rate of our own: only a 429 pauses.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::from(QuotaHandle::unlimited())
    }

    /// The same rate and a new budget of calls in 24 hours for one account. A spent budget stops a job.
    #[must_use]
    pub fn with_daily_budget(self, calls: NonZeroU32) -> Self {
        self.with_budget(QuotaHandle::of_windows([Window::daily_budget(calls)]))
    }

    /// The same rate and a budget of your own for one account, in place of any budget so far.
    #[must_use]
    pub fn with_budget(self, budget: QuotaHandle) -> Self {
        let all = [budget, self.ip.clone()];
        Self {
            ip: self.ip,
            all: all.into(),
        }
    }

    /// All handles, slowest first: the account's budget if there is one, then the rate of the IP address.
    #[must_use]
    pub fn quotas(&self) -> &[QuotaHandle] {
        &self.all
    }
}

impl Default for CalltouchQuota {
    fn default() -> Self {
        Self::per_ip()
    }
}

impl From<QuotaHandle> for CalltouchQuota {
    /// Takes a handle of your own as the rate of the IP address.
    fn from(ip: QuotaHandle) -> Self {
        let all = vec![ip.clone()];
        Self { ip, all }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use batchwise_core::quota::Slot;

    use super::*;

    fn count(calls: u32) -> NonZeroU32 {
        NonZeroU32::new(calls).unwrap()
    }

    /// A local quota answers at once, so no runtime is needed.
    fn acquire(handle: &QuotaHandle) -> Slot {
        let mut asked = pin!(handle.acquire(1));
        match asked.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(slot) => slot,
            Poll::Pending => panic!("a local quota answers at once"),
        }
    }

    #[test]
    fn five_a_second_unless_set() {
        let least = |quota: &CalltouchQuota, calls| quota.quotas().last().unwrap().least_time(calls);
        assert!(least(&CalltouchQuota::per_ip(), 5) < Duration::from_secs(1));
        assert!(least(&CalltouchQuota::default(), 6) >= Duration::from_secs(1));
        assert!(least(&CalltouchQuota::per_second(count(4)), 5) >= Duration::from_secs(1));
        assert_eq!(least(&CalltouchQuota::unlimited(), 1_000_000), Duration::ZERO);
    }

    #[test]
    fn a_spent_budget_is_exhausted_for_all_clones_and_comes_first() {
        let account = CalltouchQuota::unlimited().with_daily_budget(count(1));
        let clone = account.clone();
        assert!(matches!(acquire(&account.quotas()[0]), Slot::Granted(_)));
        assert!(matches!(acquire(&clone.quotas()[0]), Slot::Exhausted { .. }));
        assert!(matches!(acquire(&clone.quotas()[1]), Slot::Granted(_)));
    }

    #[test]
    fn accounts_share_the_pause_of_their_address() {
        let ip = CalltouchQuota::per_ip();
        let first = ip.clone().with_daily_budget(count(9));
        let second = ip.with_daily_budget(count(9));
        first.quotas()[1].pause(Duration::from_secs(60));
        assert!(matches!(acquire(&second.quotas()[1]), Slot::Wait { paused: true, .. }));
        assert!(matches!(acquire(&second.quotas()[0]), Slot::Granted(_)));
    }
}
