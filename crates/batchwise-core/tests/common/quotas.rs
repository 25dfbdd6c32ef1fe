//! Quotas that several tests ask.
#![allow(dead_code, unreachable_pub)] // each test binary uses its own part

use std::num::NonZeroU32;
use std::time::Duration;

use batchwise_core::quota::{QuotaHandle, Slot, Ticket, Window};
use futures_util::FutureExt;
use proptest::prelude::*;

pub fn count(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap()
}

pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Asks on behalf of a handle; a local quota answers at once.
pub fn ask(handle: &QuotaHandle, cost: u32) -> Slot {
    handle.acquire(cost).now_or_never().unwrap()
}

pub fn granted(handle: &QuotaHandle, cost: u32) -> Ticket {
    match ask(handle, cost) {
        Slot::Granted(ticket) => ticket,
        other => panic!("no slot: {other:?}"),
    }
}

pub fn grant_all(handle: &QuotaHandle, calls: u32, cost: u32) {
    for _ in 0..calls {
        let _unfinished = granted(handle, cost);
    }
}

pub fn five_a_second() -> Vec<Window> {
    vec![Window::per_second(count(5))]
}

pub fn forty_a_minute_and_1500_an_hour() -> Vec<Window> {
    vec![
        Window::per_minute(count(40)).with_burst(count(5)),
        Window::per_hour(count(1500)),
    ]
}

pub fn window() -> impl Strategy<Value = Window> {
    (1_u32..=20, 1_u64..=90, 1_u32..=20).prop_map(|(limit, per, burst)| {
        // A real provider's windows hold more than the jitter; below that no pacing helps.
        Window::new(count(limit), secs(per)).with_burst(count(burst))
    })
}
