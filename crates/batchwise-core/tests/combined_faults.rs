//! Faults in combination: calls stay bounded, and outcomes true.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use batchwise_core::clock::Clock;
use batchwise_core::plan::Entry;
use batchwise_core::quota::QuotaHandle;
use batchwise_core::{
    BatchMethod, CallError, CallErrorKind, Descriptor, ReasonKind, Reply, Said, Statement, Verdict, run_all,
    run_entries,
};
use common::{Fault, Id, Model, answer, options, stop_of};
use futures_util::stream;

/// A method whose calls are answered by a function of the call's number (from 0) and its records.
#[derive(Clone)]
struct Answers<F> {
    model: Model,
    calls: Arc<AtomicUsize>,
    with: F,
}

impl<F> std::fmt::Debug for Answers<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers")
    }
}

impl<F> BatchMethod for Answers<F>
where
    F: Fn(usize, &[Id]) -> Option<CallError> + Send + Sync + 'static,
{
    type Record = Id;

    fn descriptor(&self) -> &Descriptor {
        &self.model.descriptor
    }

    fn quotas(&self) -> &[QuotaHandle] {
        &[]
    }

    async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
        match (self.with)(self.calls.fetch_add(1, Ordering::SeqCst), records) {
            Some(error) => Err(error),
            None => self.model.call(records).await,
        }
    }
}

fn answers<F>(model: &Model, with: F) -> Answers<F>
where
    F: Fn(usize, &[Id]) -> Option<CallError> + Send + Sync + 'static,
{
    Answers {
        model: model.clone(),
        calls: Arc::default(),
        with,
    }
}

fn nameless(status: u16) -> CallError {
    CallError::answered(CallErrorKind::Refused, &answer(status)).with_message("bad batch")
}

#[tokio::test]
async fn a_search_that_meets_an_outage_is_bounded_by_the_retry_budget() {
    let model = Model::new(10).with(|world| {
        world.there.extend(0..20);
        world.poison_nameless = (0..20).collect();
        world.faults = (1..99_999).map(|call| (call, Fault::Refused)).collect();
    });
    let report = run_all(model.clone(), (0..20).map(Id), options(&model)).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Budget));
    assert!(model.calls().len() <= 60, "{} calls", model.calls().len());
    assert_eq!(report.outcomes.len(), 20);
}

#[tokio::test]
async fn a_nameless_refusal_with_a_5xx_leaves_a_doubt_on_every_record() {
    let model = Model::new(10);
    // The provider removed everything, and said 500 with an envelope that reads as a refusal.
    let method = answers(&model, |call, _| (call == 0).then(|| nameless(500)));
    let report = run_all(method, (0..10).map(Id), options(&model)).await;
    assert_eq!(report.summary.counts.of(Verdict::PresumedDeleted), 10);
}

#[tokio::test]
async fn a_4xx_that_nobody_can_read_leaves_a_doubt() {
    let model = Model::new(10);
    let method = answers(&model, |call, _| {
        (call == 0).then(|| CallError::of_status(&answer(422)))
    });
    let report = run_all(method, (0..10).map(Id), options(&model)).await;
    assert_eq!(report.summary.counts.of(Verdict::PresumedDeleted), 10);
}

#[tokio::test]
async fn credentials_refused_with_a_5xx_leave_the_batch_unknown() {
    let model = Model::new(10);
    let method = answers(&model, |_, _| {
        Some(CallError::answered(CallErrorKind::Credentials, &answer(500)))
    });
    let report = run_all(method, (0..30).map(Id), options(&model)).await;
    let counts = report.summary.counts;
    assert_eq!((counts.of(Verdict::Unknown), counts.of(Verdict::NotSent)), (10, 20));
}

#[tokio::test]
async fn lines_that_are_no_records_do_not_make_batches_leave_half_empty() {
    for concurrency in [1, 4, 16] {
        let model = Model::new(100).with(|world| world.there.extend(0..900));
        let entries: Vec<_> = (0..1000)
            .map(|at| {
                Ok(match at % 10 {
                    9 => Entry::Invalid {
                        line: at + 1,
                        text: format!("x{at}"),
                        why: "no number".into(),
                    },
                    _ => Entry::Record {
                        line: at + 1,
                        record: Id(at / 10 * 9 + at % 10),
                    },
                })
            })
            .collect();
        let options = options(&model).concurrency(NonZeroUsize::new(concurrency).unwrap());
        let report = run_entries(model.clone(), stream::iter(entries), options)
            .into_report()
            .await;
        assert_eq!(model.sizes(), vec![100; 9], "{concurrency} in flight");
        assert_eq!(report.summary.counts.of(Verdict::Rejected), 100);
    }
}

#[tokio::test]
async fn one_record_that_misaligns_its_answer_does_not_take_the_others_with_it() {
    /// Leaves one result out of every answer to a request with record 13.
    #[derive(Debug, Clone)]
    struct Drops(Descriptor);
    impl BatchMethod for Drops {
        type Record = Id;
        fn descriptor(&self) -> &Descriptor {
            &self.0
        }
        fn quotas(&self) -> &[QuotaHandle] {
            &[]
        }
        async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
            let missing = usize::from(records.contains(&Id(13)));
            Ok(Reply::Positional(vec![
                Statement::new(Said::Done);
                records.len() - missing
            ]))
        }
    }
    let model = Model::new(100);
    let method = Drops(Descriptor::updating("model", "update", NonZeroUsize::new(100).unwrap()));
    let report = run_all(method, (0..1050).map(Id), options(&model)).await;
    assert!(
        report.summary.counts.of(Verdict::Updated) >= 1042,
        "{:?}",
        report.summary.counts
    );
}

#[tokio::test]
async fn a_request_that_was_too_large_is_no_batch_of_nothing_but_not_found() {
    let model = Model::new(8).with(|world| {
        world.faults = (0..2).map(|call| (call, Fault::TooLarge(2))).collect();
        world.there.insert(7);
    });
    let report = run_all(model.clone(), (0..8).map(Id), options(&model)).await;
    // 0 and 1, then 2 and 3, then 4 and 5 are not there: that is the third such answer, and not an earlier one.
    assert_eq!(stop_of(&report), Some(ReasonKind::WrongTarget));
    assert_eq!(report.summary.counts.of(Verdict::NotFound), 6);
}

#[tokio::test]
async fn a_provider_that_begins_to_refuse_everything_stops_the_job() {
    let model = Model::new(100).with(|world| world.there.extend(0..100));
    let method = answers(&model, |call, _| (call > 0).then(|| nameless(400)));
    let calls = Arc::clone(&method.calls);
    let report = run_all(method, (0..3000).map(Id), options(&model)).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Refused));
    assert!(calls.load(Ordering::SeqCst) <= 1 + 3 * 57, "{calls:?} calls");
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 100);
}

#[tokio::test]
async fn one_small_request_that_was_too_large_does_not_shrink_the_others() {
    let model = Model::new(10).with(|world| {
        world.there.extend(0..42);
        world.busy = [(0, 1), (1, 1)].into();
    });
    // The lone pair of the second round is too large; what follows it in other jobs or groups is not.
    let method = answers(&model, |_, records| {
        (records == [Id(0), Id(1)]).then(|| CallError::of_status(&answer(413)))
    });
    let report = run_all(method, (0..42).map(Id), options(&model)).await;
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 42);
    assert_eq!(model.sizes(), [10, 10, 10, 10, 2, 1, 1]);
}

#[tokio::test]
async fn a_server_for_which_every_record_is_too_large_stops_the_job() {
    let model = Model::new(100).with(|world| {
        world.faults = (0..99_999).map(|call| (call, Fault::TooLarge(0))).collect();
    });
    let report = run_all(model.clone(), (0..1000).map(Id), options(&model)).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Refused));
    assert!(model.calls().len() <= 20, "{} calls", model.calls().len());
}

#[tokio::test]
async fn no_call_begins_after_the_deadline_however_late_the_slot_is_looked_at() {
    let mut model = Model::new(10).with(|world| world.there.extend(0..20));
    model.clock = batchwise_core::test_util::FakeClock::manual();
    let clock = model.clock.clone();
    let window = batchwise_core::quota::Window::new(std::num::NonZeroU32::MIN, Duration::from_secs(12));
    let quota = batchwise_core::quota::LocalQuota::on_clock(clock.shared(), [window]);
    model.quotas = vec![QuotaHandle::new(quota)];
    let options = options(&model).deadline(Duration::from_secs(10));
    let job = tokio::spawn(run_all(model.clone(), (0..20).map(Id), options));
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    // The machine sleeps through slot and deadline.
    clock.advance(Duration::from_secs(20));
    let report = job.await.unwrap();
    assert_eq!((stop_of(&report), model.calls().len()), (Some(ReasonKind::Deadline), 1));
    assert!(clock.now() >= Duration::from_secs(20));
}

#[tokio::test]
async fn a_batch_that_waits_for_its_slot_when_the_deadline_comes_says_deadline() {
    let mut model = Model::new(10).with(|world| world.there.extend(0..20));
    model.clock = batchwise_core::test_util::FakeClock::manual();
    let clock = model.clock.clone();
    // Spacing alone holds the second call back: the windows have room, so the batch is formed and waits.
    let window = batchwise_core::quota::Window::new(std::num::NonZeroU32::new(5).unwrap(), Duration::from_secs(60));
    let quota = batchwise_core::quota::LocalQuota::on_clock(clock.shared(), [window]);
    model.quotas = vec![QuotaHandle::new(quota)];
    let options = options(&model).deadline(Duration::from_secs(10));
    let job = tokio::spawn(run_all(model.clone(), (0..20).map(Id), options));
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_secs(20));
    let report = job.await.unwrap();
    assert_eq!((stop_of(&report), model.calls().len()), (Some(ReasonKind::Deadline), 1));
    assert_eq!(report.summary.counts.of(Verdict::NotSent), 10);
}

#[tokio::test]
async fn an_input_that_ended_is_not_left_however_long_a_stopped_job_takes() {
    /// Asks the job to stop during its first call, which then takes a minute.
    #[derive(Debug, Clone)]
    struct Slow(Model, batchwise_core::StopToken);
    impl BatchMethod for Slow {
        type Record = Id;
        fn descriptor(&self) -> &Descriptor {
            &self.0.descriptor
        }
        fn quotas(&self) -> &[QuotaHandle] {
            &[]
        }
        async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
            self.1.stop();
            self.0.clock.sleep_until(Duration::from_secs(60)).await;
            self.0.call(records).await
        }
    }
    let model = Model::new(10).with(|world| world.there.extend(0..20));
    let token = batchwise_core::StopToken::new();
    let options = options(&model).stop_token(token.clone()).drain(Duration::from_secs(10));
    let report = run_all(Slow(model.clone(), token), (0..20).map(Id), options).await;
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 10);
    assert!(!report.summary.input_left);
}

#[tokio::test]
async fn calls_that_are_refused_together_are_one_refusal() {
    let model = Model::new(1).with(|world| {
        world.there.extend(0..100);
        world.faults = (0..16).map(|call| (call, Fault::TooMany(None))).collect();
    });
    let options = options(&model).concurrency(NonZeroUsize::new(16).unwrap());
    let report = run_all(model.clone(), (0..100).map(Id), options).await;
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 100);
}

#[tokio::test]
async fn a_stream_that_is_polled_after_its_end_stays_ended() {
    use futures_util::StreamExt;
    let model = Model::new(1);
    let mut outcomes = batchwise_core::run(model.clone(), stream::iter(Vec::<Id>::new()), options(&model));
    assert!(outcomes.next().await.is_none());
    assert!(outcomes.next().await.is_none());
}
