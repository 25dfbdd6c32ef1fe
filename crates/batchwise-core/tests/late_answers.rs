//! How late an answer is seen is told to the quota.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use batchwise_core::clock::SharedClock;
use batchwise_core::quota::{Caller, Quota, QuotaHandle, Slot, Ticket};
use batchwise_core::test_util::FakeClock;
use batchwise_core::{BatchMethod, CallError, Descriptor, Record, Reply, RunOptions, Said, Statement, Verdict, run};
use common::Id;
use futures_util::{FutureExt, StreamExt, stream};

const MOMENT: Duration = Duration::from_millis(70);

/// Grants whatever is asked, and notes how late each answer was seen.
#[derive(Debug, Clone, Default)]
struct Noting(Arc<Mutex<Vec<Duration>>>);

#[async_trait]
impl Quota for Noting {
    async fn acquire(&self, _: Caller, _: u32) -> Slot {
        Slot::Granted(Ticket::new(0))
    }
    fn finished(&self, _: Ticket) {}
    fn answered(&self, _: Ticket, late: Duration) {
        self.0.lock().unwrap().push(late);
    }
    fn pause(&self, _: Duration) {}
    fn least_time(&self, _: u64) -> Duration {
        Duration::ZERO
    }
}

/// A server that answers a login and a call a moment after they left.
#[derive(Debug)]
struct Quick {
    descriptor: Descriptor,
    quotas: Vec<QuotaHandle>,
    clock: SharedClock,
    logged_in: Mutex<bool>,
}

impl BatchMethod for Quick {
    type Record = Id;
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
    fn quotas(&self) -> &[QuotaHandle] {
        &self.quotas
    }
    async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
        self.clock.sleep_until(self.clock.now() + MOMENT).await;
        let done = |record: &Id| (record.identity(), Statement::new(Said::Done));
        Ok(Reply::Named(records.iter().map(done).collect()))
    }
    fn can_renew(&self) -> bool {
        true
    }
    fn needs_renewal(&self) -> bool {
        !*self.logged_in.lock().unwrap()
    }
    async fn renew(&self, _: &CallError) -> Result<bool, CallError> {
        self.clock.sleep_until(self.clock.now() + MOMENT).await;
        *self.logged_in.lock().unwrap() = true;
        Ok(true)
    }
}

#[test]
fn logins_and_calls_whose_answers_wait_to_be_seen_say_so() {
    let (clock, noting) = (FakeClock::manual(), Noting::default());
    let method = Quick {
        descriptor: Descriptor::deleting("model", "delete", NonZeroUsize::MIN),
        quotas: vec![QuotaHandle::new(noting.clone())],
        clock: clock.shared(),
        logged_in: Mutex::default(),
    };
    let options = RunOptions::new().clock(clock.shared());
    let mut outcomes = run(method, stream::iter([Id(1)]), options);
    // The login is answered, and nobody looks for two moments.
    assert!(outcomes.next().now_or_never().is_none());
    clock.advance(MOMENT);
    clock.advance(MOMENT * 2);
    // So is the call, and nobody looks for one.
    assert!(outcomes.next().now_or_never().is_none());
    clock.advance(MOMENT);
    clock.advance(MOMENT);
    let outcome = outcomes.next().now_or_never().unwrap().unwrap();
    assert_eq!(outcome.verdict, Verdict::Deleted);
    assert_eq!(*noting.0.lock().unwrap(), [MOMENT * 2, MOMENT]);
}
