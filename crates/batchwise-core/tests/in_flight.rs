//! How many calls are in flight when the number is left to the job.
#![allow(clippy::unwrap_used)]

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use batchwise_core::clock::Clock;
use batchwise_core::quota::{LocalQuota, QuotaHandle, Window};
use batchwise_core::test_util::FakeClock;
use batchwise_core::{
    BatchMethod, CallError, Descriptor, Identity, Record, Reply, RunOptions, Said, Statement, Verdict, run_all,
};

const CALLS: u64 = 100;

#[derive(Debug, Clone)]
struct Id(u64);

impl Record for Id {
    fn key(&self) -> String {
        self.0.to_string()
    }
    fn identity(&self) -> Identity {
        Identity::number(self.0)
    }
}

/// A server that takes a second and a half for an answer, one record a call.
#[derive(Debug, Clone)]
struct Slow {
    descriptor: Descriptor,
    quotas: Vec<QuotaHandle>,
    clock: FakeClock,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Slow {
    fn new(auto: usize) -> Self {
        let descriptor = Descriptor::deleting("model", "delete", NonZeroUsize::MIN);
        Self {
            descriptor: descriptor.with_auto_concurrency(NonZeroUsize::new(auto).unwrap()),
            quotas: vec![],
            clock: FakeClock::new(),
            now: Arc::default(),
            most: Arc::default(),
        }
    }

    fn five_a_second(mut self) -> Self {
        let window = Window::per_second(NonZeroU32::new(5).unwrap());
        let quota = LocalQuota::on_clock(self.clock.shared(), [window]);
        self.quotas = vec![QuotaHandle::new(quota)];
        self
    }

    /// The most calls that were in flight in a job, and how long it took.
    async fn run(&self, options: RunOptions) -> (usize, Duration) {
        let report = run_all(self.clone(), (0..CALLS).map(Id), options.clock(self.clock.shared())).await;
        assert_eq!(report.summary.counts.of(Verdict::Deleted), CALLS);
        (self.most.load(Ordering::Relaxed), self.clock.now())
    }
}

impl BatchMethod for Slow {
    type Record = Id;
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
    fn quotas(&self) -> &[QuotaHandle] {
        &self.quotas
    }
    async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        let answered = self.clock.now() + Duration::from_millis(1500);
        self.clock.sleep_until(answered).await;
        self.now.fetch_sub(1, Ordering::Relaxed);
        let done = |record: &Id| (record.identity(), Statement::new(Said::Done));
        Ok(Reply::Named(records.iter().map(done).collect()))
    }
}

#[tokio::test]
async fn under_a_quota_slow_answers_leave_no_slot_unused() {
    let (most, took) = Slow::new(16).five_a_second().run(RunOptions::new()).await;
    assert!((7..=16).contains(&most), "{most} in flight");
    let least = Duration::from_millis(1030) * u32::try_from(CALLS).unwrap() / 5;
    // The last answer, and a moment for first calls, which count from when their answers show that they arrived.
    assert!(took <= least + Duration::from_millis(2500), "{took:?}");
}

#[tokio::test]
async fn without_a_quota_no_more_than_four_calls_are_in_flight() {
    assert_eq!(Slow::new(16).run(RunOptions::new()).await.0, 4);
}

#[tokio::test]
async fn a_method_that_wants_one_call_at_a_time_gets_one() {
    assert_eq!(Slow::new(1).five_a_second().run(RunOptions::new()).await.0, 1);
    assert_eq!(Slow::new(1).run(RunOptions::new()).await.0, 1);
}

#[tokio::test]
async fn a_number_that_is_told_counts_whatever_the_method_says() {
    let six = RunOptions::new().concurrency(NonZeroUsize::new(6).unwrap());
    assert_eq!(Slow::new(1).run(six).await.0, 6);
}
