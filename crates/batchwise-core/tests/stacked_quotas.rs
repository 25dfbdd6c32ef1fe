//! Several quotas above each other: a slot counts from the moment at which its call leaves.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use batchwise_core::clock::Clock;
use batchwise_core::observe::{CallFinished, Observer};
use batchwise_core::quota::{Caller, LocalQuota, Quota, QuotaHandle, Slot, Ticket, Window};
use batchwise_core::test_util::FakeClock;
use batchwise_core::{BatchMethod, CallError, Descriptor, Reply, RunOptions, run_all};
use common::{Id, Model, there};
use futures_util::FutureExt;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn windowed(clock: &FakeClock, limit: u32, per: Duration) -> QuotaHandle {
    let window = Window::new(NonZeroU32::new(limit).unwrap(), per).with_guard(Duration::ZERO);
    QuotaHandle::new(LocalQuota::on_clock(
        clock.shared(),
        [window.with_burst(window.limit())],
    ))
}

fn granted(handle: &QuotaHandle) -> Ticket {
    match handle.acquire(1).now_or_never().unwrap() {
        Slot::Granted(ticket) => ticket,
        other => panic!("no slot: {other:?}"),
    }
}

#[test]
fn a_call_that_leaves_later_than_its_slot_was_granted_counts_from_then() {
    let clock = FakeClock::manual();
    let quota = windowed(&clock, 1, secs(10));
    let ticket = granted(&quota);
    clock.advance(secs(6));
    assert!(quota.leaves(ticket, 1));
    quota.finished(ticket);
    clock.advance(secs(9));
    assert_eq!(quota.ready_in(1), secs(1));
}

#[test]
fn a_call_that_leaves_after_its_window_needs_room_in_the_next() {
    let clock = FakeClock::manual();
    let quota = windowed(&clock, 1, secs(10));
    let first = granted(&quota);
    clock.advance(secs(11));
    let second = granted(&quota);
    assert!(!quota.leaves(first, 1), "two calls in one window");
    quota.finished(second);
    assert_eq!(quota.ready_in(1), secs(10), "the first one was given back");
}

#[test]
fn a_call_does_not_leave_while_the_server_asked_everyone_to_wait() {
    let clock = FakeClock::manual();
    let quota = windowed(&clock, 5, secs(10));
    let ticket = granted(&quota);
    quota.pause(secs(3));
    assert!(!quota.leaves(ticket, 1));
    clock.advance(secs(3));
    assert_eq!(quota.ready_in(1), Duration::ZERO);
}

#[test]
fn a_call_that_does_not_leave_gives_its_slot_back() {
    let clock = FakeClock::manual();
    let quota = windowed(&clock, 2, secs(10));
    let (ticket, _other) = (granted(&quota), granted(&quota));
    quota.pause(secs(1));
    assert!(!quota.leaves(ticket, 1));
    clock.advance(secs(1));
    assert_eq!(quota.ready_in(1), Duration::ZERO, "one of two is under way");
}

#[test]
fn a_call_that_leaves_late_counts_once() {
    let clock = FakeClock::manual();
    let quota = windowed(&clock, 2, secs(10));
    let ticket = granted(&quota);
    clock.advance(secs(1));
    assert!(quota.leaves(ticket, 1));
    assert_eq!(quota.ready_in(1), Duration::ZERO, "one of two is under way");
}

/// A quota that does as it is told, and notes what is asked of it.
#[derive(Debug)]
struct Told {
    name: &'static str,
    log: Arc<Mutex<Vec<String>>>,
    /// What it answers, the last first; granted when there is nothing more.
    waits: Mutex<Vec<Duration>>,
    /// True when a slot is gone by the time its call leaves, the last first.
    gone: Mutex<Vec<bool>>,
}

impl Told {
    fn note(&self, what: &str) {
        self.log.lock().unwrap().push(format!("{} {what}", self.name));
    }
}

#[async_trait]
impl Quota for Told {
    async fn acquire(&self, _: Caller, _: u32) -> Slot {
        match self.waits.lock().unwrap().pop() {
            Some(wait) => {
                self.note("waits");
                Slot::Wait { wait, paused: false }
            }
            None => {
                self.note("grants");
                Slot::Granted(Ticket::new(0))
            }
        }
    }

    fn leaves(&self, _: Ticket, _: u32) -> bool {
        let gone = self.gone.lock().unwrap().pop().unwrap_or(false);
        self.note(if gone { "has it no more" } else { "counts it from now" });
        !gone
    }

    fn finished(&self, _: Ticket) {}

    fn pause(&self, _: Duration) {}

    fn least_time(&self, _: u64) -> Duration {
        Duration::ZERO
    }
}

/// A client under two quotas.
#[derive(Debug)]
struct Under {
    model: Model,
    quotas: [QuotaHandle; 2],
    log: Arc<Mutex<Vec<String>>>,
}

impl BatchMethod for Under {
    type Record = Id;

    fn descriptor(&self) -> &Descriptor {
        self.model.descriptor()
    }

    fn quotas(&self) -> &[QuotaHandle] {
        &self.quotas
    }

    async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
        self.log.lock().unwrap().push("call".to_owned());
        self.model.call(records).await
    }
}

/// What one call asks of its two quotas, where the fast one makes it wait so often and the slow one has lost its slot.
async fn asked(waits: usize, gone: Vec<bool>) -> Vec<String> {
    let log: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = |name, waits, gone| {
        QuotaHandle::new(Told {
            name,
            log: Arc::clone(&log),
            waits: Mutex::new(vec![secs(1); waits]),
            gone: Mutex::new(gone),
        })
    };
    let method = Under {
        model: Model::new(10).with(there(0..3)),
        quotas: [told("slow", 0, gone), told("fast", waits, Vec::new())],
        log: Arc::clone(&log),
    };
    let clock = FakeClock::new();
    let _ = run_all(method, (0..3).map(Id), RunOptions::new().clock(clock.shared())).await;
    assert!(clock.now() >= secs(u64::try_from(waits).unwrap()));
    std::mem::take(&mut *log.lock().unwrap())
}

#[tokio::test]
async fn a_call_that_waited_for_no_quota_leaves_at_once() {
    assert_eq!(asked(0, Vec::new()).await, ["slow grants", "fast grants", "call"]);
}

#[tokio::test]
async fn a_call_that_one_quota_made_wait_counts_from_its_leaving_in_the_others() {
    let told = [
        "slow grants",
        "fast waits",
        "fast grants",
        "slow counts it from now",
        "call",
    ];
    assert_eq!(asked(1, Vec::new()).await, told);
}

#[tokio::test]
async fn a_call_whose_slot_went_while_it_waited_asks_for_another() {
    let told = [
        "slow grants",
        "fast waits",
        "fast waits",
        "fast grants",
        "slow has it no more",
        "slow grants",
        "call",
    ];
    assert_eq!(asked(2, vec![true]).await, told);
}

/// How long each call had waited for its slot.
#[derive(Debug, Default)]
struct Waits(Mutex<Vec<Duration>>);

impl Observer for Waits {
    fn call_finished(&self, call: &CallFinished) {
        self.0.lock().unwrap().push(call.waited);
    }
}

#[tokio::test]
async fn a_call_tells_all_the_time_that_its_batch_was_held_for_a_slot() {
    let clock = FakeClock::new();
    let method = Under {
        model: Model::new(1).with(there(0..3)),
        quotas: [windowed(&clock, 1, secs(10)), windowed(&clock, 10, secs(10))],
        log: Arc::default(),
    };
    let waits = Arc::new(Waits::default());
    let options = RunOptions::new()
        .clock(clock.shared())
        .observer(Arc::clone(&waits) as _);
    let _ = run_all(method, (0..3).map(Id), options).await;
    assert_eq!(*waits.0.lock().unwrap(), [secs(0), secs(10), secs(10)]);
}
