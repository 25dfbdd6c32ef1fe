//! What a lost answer, an outage and a rate limit mean.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batchwise_core::clock::Clock;
use batchwise_core::quota::{Caller, LocalQuota, Quota, QuotaHandle, Slot, Ticket, Window};
use batchwise_core::{
    BatchMethod, CallError, Descriptor, ReasonKind, Reply, RunOptions, Said, Statement, Verdict, run_all,
};
use common::{Fault, Id, Model, Touching, delete, delete_with, options, stop_of, there, verdict_of};

#[tokio::test]
async fn a_failed_connect_leaves_records_as_they_were() {
    let model = Model::new(10)
        .with(there(0..1))
        .with(|world| world.faults = [(0, Fault::Refused)].into());
    let report = delete(&model, [0, 7]).await;
    assert_eq!(verdict_of(&report, 0), Verdict::Deleted);
    assert_eq!(verdict_of(&report, 7), Verdict::NotFound);
    assert!(report.outcomes.iter().all(|outcome| outcome.attempts == 1));
}

#[tokio::test]
async fn a_server_that_is_not_trusted_stops_the_job_after_three_connections_and_nothing_was_sent() {
    let model = Model::new(10)
        .with(there(0..30))
        .with(|world| world.faults = (0..99).map(|call| (call, Fault::Untrusted)).collect());
    let report = delete(&model, 0..30).await;
    assert_eq!(model.calls().len(), 3);
    assert_eq!(stop_of(&report), Some(ReasonKind::Untrusted));
    assert!(
        report
            .outcomes
            .iter()
            .all(|outcome| (outcome.verdict, outcome.attempts) == (Verdict::NotSent, 0))
    );
}

#[tokio::test]
async fn a_server_that_is_not_trusted_now_and_then_stops_nothing() {
    let model = Model::new(10).with(there(0..100)).with(|world| {
        world.faults = (0..99)
            .filter(|call| call % 3 > 0)
            .map(|call| (call, Fault::Untrusted))
            .collect();
    });
    let report = delete(&model, 0..100).await;
    assert!(report.summary.is_success(), "{:?}", report.summary);
    assert!(
        report
            .outcomes
            .iter()
            .all(|outcome| outcome.verdict == Verdict::Deleted)
    );
}

#[tokio::test]
async fn absence_after_a_lost_answer_is_presumed_deletion_and_says_why() {
    let model = Model::new(10)
        .with(there(0..1))
        .with(|world| world.faults = [(0, Fault::ResetAfter)].into());
    let report = delete(&model, [0]).await;
    assert_eq!(verdict_of(&report, 0), Verdict::PresumedDeleted);
    let outcome = &report.outcomes[0];
    assert!(outcome.reached() && outcome.attempts == 2);
    assert_eq!(outcome.reason.as_ref().unwrap().kind(), ReasonKind::Ambiguous);
}

#[tokio::test]
async fn a_record_without_a_readable_answer_is_unknown_after_eight_calls() {
    let model = Model::new(10)
        .with(there(0..1))
        .with(|world| world.silent.insert(0, 99));
    let report = delete(&model, [0]).await;
    assert_eq!(
        (verdict_of(&report, 0), report.outcomes[0].attempts),
        (Verdict::Unknown, 8)
    );
    assert!(report.summary.stop.is_none());
}

#[tokio::test]
async fn max_attempts_is_a_setting() {
    let model = Model::new(10)
        .with(there(0..1))
        .with(|world| world.silent.insert(0, 99));
    let report = delete_with(&model, [0], options(&model).max_attempts(3)).await;
    assert_eq!((verdict_of(&report, 0), model.calls().len()), (Verdict::Unknown, 3));
}

#[tokio::test]
async fn a_record_that_breaks_the_server_does_not_take_the_others_with_it() {
    /// Answers 500 to every request that carries 13.
    #[derive(Debug, Clone)]
    struct Breaks(Model);
    impl BatchMethod for Breaks {
        type Record = Id;
        fn descriptor(&self) -> &Descriptor {
            &self.0.descriptor
        }
        fn quotas(&self) -> &[QuotaHandle] {
            &[]
        }
        async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
            if records.contains(&Id(13)) {
                return Err(CallError::of_status(&common::answer(500)));
            }
            self.0.call(records).await
        }
    }
    let model = Model::new(40).with(there(0..400));
    let report = run_all(Breaks(model.clone()), (0..400).map(Id), options(&model)).await;
    assert_eq!(verdict_of(&report, 13), Verdict::Unknown);
    assert!(
        report.summary.counts.of(Verdict::Deleted) >= 396,
        "{:?}",
        report.summary.counts
    );
}

#[tokio::test]
async fn an_outage_costs_a_bounded_number_of_calls() {
    let model = Model::new(10).with(there(0..1000)).with(|world| {
        world.faults = (2..10_000).map(|call| (call, Fault::ServerBefore)).collect();
    });
    let report = delete(&model, 0..1000).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Budget));
    assert_eq!(model.calls().len(), 2 + 1 + 50);
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 20);
    assert_eq!(report.outcomes.len(), 1000);
}

#[tokio::test]
async fn several_calls_in_flight_have_no_larger_budget_for_retries() {
    /// Answers late, each call after another time, so that some call is always in flight.
    #[derive(Debug, Clone)]
    struct Late(Model, Arc<AtomicUsize>);
    impl BatchMethod for Late {
        type Record = Id;
        fn descriptor(&self) -> &Descriptor {
            &self.0.descriptor
        }
        fn quotas(&self) -> &[QuotaHandle] {
            &[]
        }
        async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
            let call = u64::try_from(self.1.fetch_add(1, Ordering::SeqCst)).unwrap();
            let until = self.0.clock.now() + Duration::from_millis(500 + 77 * (call % 5));
            self.0.clock.sleep_until(until).await;
            self.0.call(records).await
        }
    }
    for concurrency in [1, 4] {
        let model = Model::new(10)
            .with(there(0..400))
            .with(|world| world.silent = (0..400).map(|id| (id, 99)).collect());
        let options = options(&model).concurrency(NonZeroUsize::new(concurrency).unwrap());
        let report = run_all(Late(model.clone(), Arc::default()), (0..400).map(Id), options).await;
        assert_eq!(stop_of(&report), Some(ReasonKind::Budget));
        // 40 of fresh records, 50 retries, and one for every five calls.
        let calls = model.calls().len();
        assert!(
            calls <= (40 + 50) * 5 / 4 + 4,
            "{calls} calls with {concurrency} in flight"
        );
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_leaves_everything_not_sent() {
    let model = Model::new(10).with(|world| world.faults = (0..999).map(|call| (call, Fault::Refused)).collect());
    let report = delete(&model, 0..100).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Budget));
    assert_eq!(report.summary.counts.of(Verdict::NotSent), 100);
}

#[tokio::test]
async fn a_rate_refusal_waits_as_asked_and_is_no_attempt() {
    let model = Model::new(10)
        .with(there(0..1))
        .with(|world| world.faults = [(0, Fault::TooMany(Some(7)))].into());
    let report = delete(&model, [0]).await;
    assert_eq!(
        (verdict_of(&report, 0), report.outcomes[0].attempts),
        (Verdict::Deleted, 1)
    );
    assert!(model.clock.now() >= Duration::from_secs(7));
}

#[tokio::test]
async fn refusals_without_end_mean_that_the_quota_is_spent() {
    let model = Model::new(10).with(there(0..20)).with(|world| {
        world.faults = (1..999).map(|call| (call, Fault::TooMany(None))).collect();
    });
    let report = delete(&model, 0..20).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Quota));
    assert_eq!(model.calls().len(), 1 + 8);
    assert_eq!(
        (
            report.summary.counts.of(Verdict::Deleted),
            report.summary.counts.of(Verdict::NotSent)
        ),
        (10, 10)
    );
}

#[tokio::test]
async fn unchanged_after_a_lost_answer_is_unknown() {
    /// Loses its first answer, then says that nothing was written.
    #[derive(Debug, Clone)]
    struct Keeps(Descriptor, Arc<AtomicUsize>, bool);
    impl BatchMethod for Keeps {
        type Record = Touching;
        fn descriptor(&self) -> &Descriptor {
            &self.0
        }
        fn quotas(&self) -> &[QuotaHandle] {
            &[]
        }
        async fn call(&self, records: &[Touching]) -> Result<Reply, CallError> {
            if self.1.fetch_add(1, Ordering::SeqCst) == 0 && self.2 {
                return Err(CallError::of_status(&common::answer(502)));
            }
            Ok(Reply::Positional(vec![Statement::new(Said::Unchanged); records.len()]))
        }
    }
    let descriptor = Descriptor::updating("model", "update", NonZeroUsize::new(10).unwrap());
    for (lost, expected) in [(false, Verdict::Unchanged), (true, Verdict::Unknown)] {
        let clock = batchwise_core::test_util::FakeClock::new();
        let method = Keeps(descriptor.clone(), Arc::default(), lost);
        let report = run_all(method, [Touching(1, vec![])], RunOptions::new().clock(clock.shared())).await;
        assert_eq!(report.outcomes[0].verdict, expected);
    }
}

#[tokio::test]
async fn only_a_call_with_a_whole_answer_leaves_its_connection_to_the_next() {
    /// Lets everything through, and notes the tickets that come back with an answer.
    #[derive(Debug, Default)]
    struct Spy(AtomicU64, Arc<Mutex<Vec<u64>>>);
    #[async_trait::async_trait]
    impl Quota for Spy {
        async fn acquire(&self, _: Caller, _: u32) -> Slot {
            Slot::Granted(Ticket::new(self.0.fetch_add(1, Ordering::Relaxed)))
        }
        fn finished(&self, ticket: Ticket) {
            self.1.lock().unwrap().push(ticket.number());
        }
        fn lost(&self, _: Ticket) {}
        fn pause(&self, _: Duration) {}
        fn least_time(&self, _: u64) -> Duration {
            Duration::ZERO
        }
    }
    let answered = Arc::default();
    let mut model = Model::new(1).with(there(0..1)).with(|world| {
        world.faults = [
            (0, Fault::Refused),
            (1, Fault::ResetAfter),
            (2, Fault::CutAfter),
            (3, Fault::ServerBefore),
            (4, Fault::TooMany(None)),
        ]
        .into();
    });
    model.quotas = vec![QuotaHandle::new(Spy(AtomicU64::new(0), Arc::clone(&answered)))];
    let _ = delete(&model, 0..1).await;
    // A 5xx and a 429 are whole answers.
    assert_eq!(*answered.lock().unwrap(), [3, 4, 5]);
}

#[tokio::test]
async fn a_spent_daily_budget_stops_the_job_and_what_it_did_not_send_is_not_sent() {
    let mut model = Model::new(10).with(there(0..30));
    let budget = Window::daily_budget(NonZeroU32::new(2).unwrap());
    model.quotas = vec![QuotaHandle::new(LocalQuota::on_clock(model.clock.shared(), [budget]))];
    let report = delete(&model, 0..30).await;
    assert_eq!(
        (stop_of(&report), model.sizes()),
        (Some(ReasonKind::Quota), vec![10, 10])
    );
    let counts = &report.summary.counts;
    assert_eq!((counts.of(Verdict::Deleted), counts.of(Verdict::NotSent)), (20, 10));
}

#[tokio::test]
async fn a_busy_record_is_asked_for_as_often_and_as_late_as_told() {
    let model = Model::new(10)
        .with(there(0..1))
        .with(|world| world.busy = [(0, 99)].into());
    let options = options(&model).busy_rounds(2).busy_wait(Duration::from_secs(7));
    let report = delete_with(&model, [0], options).await;
    assert_eq!((verdict_of(&report, 0), model.sizes()), (Verdict::Busy, vec![1, 1, 1]));
    assert!(model.clock.now() >= Duration::from_secs(14));
}
