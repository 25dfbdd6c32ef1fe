//! Quotas as callers ask them: slots, waits, pauses, budgets, and the least time of a job.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "common/quotas.rs"]
mod quotas;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use batchwise_core::clock::Clock;
use batchwise_core::quota::{Caller, LocalQuota, Quota, QuotaHandle, Slot, Ticket, Window};
use batchwise_core::test_util::FakeClock;
use proptest::prelude::*;
use quotas::{ask, count, five_a_second, forty_a_minute_and_1500_an_hour, grant_all, granted, ms, secs, window};

#[test]
fn a_window_is_as_long_as_its_name_says() {
    let lengths = [
        (Window::per_second(count(1)), 1),
        (Window::per_minute(count(1)), 60),
        (Window::per_hour(count(1)), 3_600),
        (Window::daily_budget(count(1)), 86_400),
    ];
    for (window, length) in lengths {
        assert_eq!(window.per(), secs(length), "{window:?}");
    }
}

#[test]
fn a_refusal_by_the_server_pauses_every_sharer() {
    let clock = FakeClock::manual();
    let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), five_a_second()));
    let sharers: Vec<QuotaHandle> = (0..5).map(|_| handle.clone()).collect();
    sharers[0].pause(secs(7));
    sharers[1].pause(secs(2));
    for sharer in &sharers {
        let expected = Slot::Wait {
            wait: secs(7),
            paused: true,
        };
        assert_eq!(ask(sharer, 1), expected);
        assert_eq!(sharer.ready_in(1), secs(7));
    }
    clock.advance(secs(4));
    let expected = Slot::Wait {
        wait: secs(3),
        paused: true,
    };
    assert_eq!(ask(&sharers[4], 1), expected);
    clock.advance(secs(3));
    granted(&sharers[4], 1);
}

#[test]
fn an_unlimited_quota_waits_for_a_refusal_by_the_server_alone() {
    let clock = FakeClock::manual();
    let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), []));
    grant_all(&handle, 1000, 7);
    assert_eq!(handle.least_time(1_000_000), Duration::ZERO);
    handle.pause(ms(10));
    assert!(matches!(ask(&handle.clone(), 1), Slot::Wait { paused: true, .. }));
    clock.advance(ms(10));
    granted(&handle, 1);
}

#[test]
fn after_a_lost_call_the_next_one_counts_as_one_that_makes_its_connection() {
    let next_may_leave = |end: fn(&QuotaHandle, Ticket)| {
        let clock = FakeClock::manual();
        let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), [Window::per_second(count(1))]));
        end(&handle, granted(&handle, 1));
        clock.advance(ms(1030));
        let _under_way = granted(&handle, 1);
        handle.ready_in(1)
    };
    assert_eq!(next_may_leave(QuotaHandle::finished), ms(1030));
    // It may arrive up to half a second after it left.
    assert_eq!(next_may_leave(QuotaHandle::lost), ms(1530));
}

#[test]
fn an_answer_that_waited_to_be_seen_leaves_no_connection_that_another_call_may_have_found() {
    let next_leaves_warm = |late: Duration| {
        let clock = FakeClock::manual();
        let windows = [Window::per_second(count(3)).with_burst(count(3))];
        let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), windows));
        let first = granted(&handle, 1);
        clock.advance(ms(600));
        let _finder = granted(&handle, 1);
        clock.advance(ms(100));
        handle.answered(first, late);
        clock.advance(ms(1500));
        let _next = granted(&handle, 1);
        let _another = granted(&handle, 1);
        // A call that may have to make its connection first may arrive half a second after it left.
        handle.ready_in(2) == ms(1030)
    };
    assert!(next_leaves_warm(ms(0)));
    assert!(!next_leaves_warm(ms(150)));
}

#[test]
fn a_heavy_call_weighs_its_cost() {
    let clock = FakeClock::manual();
    let windows = [Window::per_second(count(10)).with_burst(count(10))];
    let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), windows));
    handle.finished(granted(&handle, 7));
    handle.finished(granted(&handle, 3));
    assert!(matches!(ask(&handle, 1), Slot::Wait { .. }));
    clock.advance(ms(1030));
    granted(&handle, 10);
    assert!(matches!(ask(&handle, 1), Slot::Wait { .. }));
}

#[test]
fn a_spent_daily_budget_says_so_instead_of_waiting() {
    let clock = FakeClock::manual();
    let windows = [
        Window::daily_budget(count(3)),
        Window::per_second(count(5)).with_burst(count(5)),
    ];
    let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), windows));
    (0..3).for_each(|_| handle.finished(granted(&handle, 1)));
    clock.advance(secs(3600));
    let Slot::Exhausted { wait } = ask(&handle, 1) else {
        panic!("the budget is spent")
    };
    assert!(wait >= secs(23 * 3600) && wait <= secs(23 * 3600 + 1), "{wait:?}");
    assert_eq!(handle.ready_in(1), Duration::ZERO);
    clock.advance(wait);
    granted(&handle, 1);
}

#[test]
fn a_budget_that_has_too_little_left_for_a_heavy_call_is_spent_for_it_alone() {
    let clock = FakeClock::manual();
    let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), [Window::daily_budget(count(10))]));
    handle.finished(granted(&handle, 8));
    assert!(matches!(ask(&handle, 3), Slot::Exhausted { .. }));
    granted(&handle, 2);
}

#[test]
fn a_refusal_by_the_slower_window_takes_nothing_from_the_faster_one() {
    let clock = FakeClock::manual();
    let windows = [
        Window::per_second(count(5)).with_burst(count(5)),
        Window::per_minute(count(10)).with_burst(count(5)),
    ];
    let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), windows));
    for _ in 0..2 {
        (0..5).for_each(|_| handle.finished(granted(&handle, 1)));
        clock.advance(ms(1030));
    }
    // Asked in vain up to the last moment: 10 of 10 a minute are used.
    for _ in 0..59 {
        assert!(matches!(ask(&handle, 1), Slot::Wait { paused: false, .. }));
        clock.advance(ms(1000));
    }
    // The first five are out of the minute; all five slots of this second are there.
    grant_all(&handle, 5, 1);
}

#[test]
fn a_spent_budget_takes_nothing_from_the_windows() {
    let clock = FakeClock::manual();
    let windows = [
        Window::per_second(count(5)).with_burst(count(5)),
        Window::daily_budget(count(10)),
    ];
    let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), windows));
    granted(&handle, 7);
    (0..100).for_each(|_| assert!(matches!(ask(&handle, 5), Slot::Exhausted { .. })));
    clock.advance(secs(2));
    grant_all(&handle, 3, 1);
}

#[test]
fn ready_in_never_promises_a_wait_that_is_not_needed() {
    let clock = FakeClock::manual();
    let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), five_a_second()));
    for _ in 0..200 {
        let hint = handle.ready_in(1);
        match ask(&handle, 1) {
            Slot::Granted(ticket) => {
                assert_eq!(hint, Duration::ZERO);
                handle.finished(ticket);
            }
            Slot::Wait { wait, .. } => assert!(hint <= wait, "{hint:?} {wait:?}"),
            other => panic!("{other:?}"),
        }
        clock.advance(ms(37));
    }
}

/// The time between the first and the last of so many calls by someone who never sleeps too long.
fn simulated_time(windows: &[Window], calls: u64) -> Duration {
    let clock = FakeClock::manual();
    let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), windows.iter().copied()));
    let mut done = 0;
    loop {
        match ask(&handle, 1) {
            Slot::Granted(ticket) => {
                handle.finished(ticket);
                done += 1;
                if done == calls {
                    return clock.now();
                }
            }
            Slot::Wait { wait, .. } | Slot::Exhausted { wait } => clock.advance(wait),
            other => panic!("{other:?}"),
        }
    }
}

fn assert_least_time(windows: &[Window], calls: u64) {
    let handle = QuotaHandle::of_windows(windows.iter().copied());
    let (least, simulated) = (handle.least_time(calls), simulated_time(windows, calls));
    let slack = simulated / 1000 + ms(2);
    assert!(
        least <= simulated + ms(1),
        "{calls} calls take {simulated:?}, not {least:?}, under {windows:?}"
    );
    assert!(
        least + slack >= simulated,
        "{calls} calls take {simulated:?}, not {least:?}, under {windows:?}"
    );
}

#[test]
fn least_time_is_what_a_simulation_takes() {
    for calls in [0, 1, 2, 5, 6, 10, 11, 100, 2000] {
        if calls > 0 {
            assert_least_time(&five_a_second(), calls);
            assert_least_time(&[Window::per_second(count(5)).with_burst(count(2))], calls);
            assert_least_time(&[Window::per_second(count(5)).with_burst(count(5))], calls);
            assert_least_time(&forty_a_minute_and_1500_an_hour(), calls);
            assert_least_time(&[Window::per_minute(count(1))], calls);
        }
        assert_eq!(QuotaHandle::of_windows(five_a_second()).least_time(0), Duration::ZERO);
    }
    assert_least_time(&forty_a_minute_and_1500_an_hour(), 3100);
}

#[test]
fn a_job_without_end_has_a_least_time_all_the_same() {
    assert!(QuotaHandle::of_windows(five_a_second()).least_time(u64::MAX) > secs(1_000_000));
}

#[test]
fn callers_that_are_dropped_in_the_middle_of_a_call_do_not_stop_the_others() {
    let clock = FakeClock::manual();
    let handle = QuotaHandle::new(LocalQuota::on_clock(clock.shared(), five_a_second()));
    for _ in 0..20_000 {
        let _unfinished = granted(&handle.clone(), 1);
        // Never finished: each counts as a call that arrived half a second late.
        clock.advance(ms(1530));
    }
    granted(&handle, 1);
}

/// A quota of somebody else's that has no more than it must: it grants whatever is asked, and notes who asks and what ends.
#[derive(Debug, Clone, Default)]
struct Plain {
    callers: Arc<Mutex<Vec<u64>>>,
    ended: Arc<Mutex<Vec<Ticket>>>,
}

#[async_trait]
impl Quota for Plain {
    async fn acquire(&self, caller: Caller, _: u32) -> Slot {
        let mut callers = self.callers.lock().unwrap();
        callers.push(caller.number());
        Slot::Granted(Ticket::new(u64::try_from(callers.len()).unwrap()))
    }

    fn finished(&self, ticket: Ticket) {
        self.ended.lock().unwrap().push(ticket);
    }

    fn pause(&self, _: Duration) {}

    fn least_time(&self, _: u64) -> Duration {
        Duration::ZERO
    }
}

#[test]
fn each_clone_of_a_handle_is_a_caller_of_its_own() {
    let plain = Plain::default();
    let handle = QuotaHandle::new(plain.clone());
    let clone = handle.clone();
    for asks in [&handle, &clone, &handle, &clone.clone()] {
        granted(asks, 1);
    }
    assert_eq!(*plain.callers.lock().unwrap(), [0, 1, 0, 2]);
}

#[test]
fn a_call_that_leaves_late_leaves_under_a_quota_that_knows_nothing_of_it() {
    let handle = QuotaHandle::new(Plain::default());
    let ticket = granted(&handle, 1);
    assert!(handle.leaves(ticket, 1));
}

#[test]
fn a_lost_call_has_finished_for_a_quota_that_makes_no_difference() {
    let plain = Plain::default();
    let handle = QuotaHandle::new(plain.clone());
    let (lost, answered) = (granted(&handle, 1), granted(&handle, 1));
    handle.lost(lost);
    handle.finished(answered);
    assert_eq!(*plain.ended.lock().unwrap(), [lost, answered]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_least_time_of_random_windows_is_never_too_long(windows in prop::collection::vec(window(), 1..=3), calls in 1_u64..300) {
        let least = QuotaHandle::of_windows(windows.iter().copied()).least_time(calls);
        prop_assert!(least <= simulated_time(&windows, calls) + ms(1));
    }

    #[test]
    fn the_least_time_of_a_random_window_is_exact(window in window(), calls in 1_u64..300) {
        assert_least_time(&[window], calls);
    }
}
