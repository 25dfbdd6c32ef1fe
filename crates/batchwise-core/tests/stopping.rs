//! When a job stops before its end, and what becomes of the rest.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::num::NonZeroUsize;
use std::time::Duration;

use batchwise_core::clock::Clock;
use batchwise_core::quota::QuotaHandle;
use batchwise_core::{BatchMethod, CallError, Descriptor, ReasonKind, Reply, StopToken, Verdict, run, run_all};
use common::{Id, Model, delete, delete_with, options, stop_of, there, verdict_of};
use futures_util::{StreamExt, stream};

#[tokio::test]
async fn three_batches_of_nothing_but_not_found_stop_the_job() {
    let model = Model::new(10);
    let report = delete(&model, 0..100).await;
    assert_eq!(
        (stop_of(&report), model.calls().len()),
        (Some(ReasonKind::WrongTarget), 3)
    );
    assert_eq!(
        (
            report.summary.counts.of(Verdict::NotFound),
            report.summary.counts.of(Verdict::NotSent)
        ),
        (30, 70)
    );
}

#[tokio::test]
async fn a_shorter_job_says_that_nothing_was_found() {
    let model = Model::new(10);
    let report = delete(&model, 0..20).await;
    assert!(report.summary.found_nothing && report.summary.stop.is_none());
}

#[tokio::test]
async fn missing_records_may_be_allowed() {
    let model = Model::new(10);
    let report = delete_with(&model, 0..100, options(&model).allow_missing(true)).await;
    assert_eq!(
        (report.summary.counts.of(Verdict::NotFound), report.summary.is_success()),
        (100, true)
    );
}

#[tokio::test]
async fn what_a_stop_leaves_of_large_batches_has_its_outcomes_to_the_last() {
    // Hundreds of records wait for their turn when the third answer stops the job, and have their outcomes at once.
    let model = Model::new(500);
    let report = delete(&model, 0..4000).await;
    assert_eq!(
        (stop_of(&report), model.calls().len()),
        (Some(ReasonKind::WrongTarget), 3)
    );
    assert_eq!((report.outcomes.len(), report.summary.counts.total()), (4000, 4000));
}

#[tokio::test]
async fn only_so_many_records_are_sent_under_a_limit() {
    let model = Model::new(10).with(there(0..100));
    let report = delete_with(&model, 0..100, options(&model).limit(Some(15))).await;
    assert_eq!(
        (stop_of(&report), model.sizes()),
        (Some(ReasonKind::Limit), vec![10, 5])
    );
    assert_eq!(report.summary.counts.of(Verdict::NotSent), 85);
    let report = delete_with(&model, 0..15, options(&model).limit(Some(15)).allow_missing(true)).await;
    assert_eq!(stop_of(&report), None);
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight_and_gives_the_rest_its_outcome() {
    let model = Model::new(10).with(there(0..100));
    let token = StopToken::new();
    let mut stream = run(
        model.clone(),
        stream::iter((0..100).map(Id)),
        options(&model).stop_token(token.clone()),
    );
    let first = stream.next().await.unwrap();
    assert_eq!(first.verdict, Verdict::Deleted);
    token.stop();
    let report = stream.into_report().await;
    assert_eq!(model.calls().len(), 1);
    assert_eq!(
        (
            report.summary.counts.of(Verdict::Deleted),
            report.summary.counts.of(Verdict::NotSent)
        ),
        (10, 90)
    );
    assert_eq!(stop_of(&report), Some(ReasonKind::Cancelled));
}

#[tokio::test]
async fn a_stop_from_within_a_call_keeps_the_batch_beside_it_from_leaving() {
    #[derive(Debug, Clone)]
    struct Stopping(Model, StopToken);
    impl BatchMethod for Stopping {
        type Record = Id;
        fn descriptor(&self) -> &Descriptor {
            &self.0.descriptor
        }
        fn quotas(&self) -> &[QuotaHandle] {
            &[]
        }
        async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
            self.1.stop();
            self.0.clock.sleep_until(Duration::from_secs(1)).await;
            self.0.call(records).await
        }
    }
    let model = Model::new(10).with(there(0..40));
    let token = StopToken::new();
    let options = options(&model)
        .stop_token(token.clone())
        .concurrency(NonZeroUsize::new(4).unwrap());
    let report = run_all(Stopping(model.clone(), token), (0..40).map(Id), options).await;
    assert_eq!(model.calls().len(), 1);
    assert_eq!(report.summary.counts.of(Verdict::NotSent), 30);
    assert_eq!(stop_of(&report), Some(ReasonKind::Cancelled));
}

#[tokio::test]
async fn after_a_deadline_no_new_call_is_made() {
    let model = Model::new(10).with(there(0..20)).with(|world| world.busy.insert(0, 99));
    let report = delete_with(&model, 0..20, options(&model).deadline(Duration::from_secs(40))).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Deadline));
    assert_eq!((verdict_of(&report, 0), model.calls().len()), (Verdict::Busy, 3));
    assert!(model.clock.now() <= Duration::from_secs(41));
}

#[tokio::test]
async fn a_record_in_use_when_the_job_stops_has_a_reason_of_its_own() {
    let model = Model::new(10).with(there(0..20)).with(|world| world.busy.insert(0, 99));
    let report = delete_with(&model, 0..20, options(&model).deadline(Duration::from_secs(40))).await;
    let busy = report
        .outcomes
        .iter()
        .find(|outcome| outcome.verdict == Verdict::Busy)
        .unwrap();
    let detail = busy.detail().unwrap();
    assert!(detail.contains("in use when it was asked last"), "{detail}");
}

#[tokio::test]
async fn a_dropped_stream_makes_no_further_call() {
    let model = Model::new(10).with(there(0..100));
    let mut stream = run(model.clone(), stream::iter((0..100).map(Id)), options(&model));
    let _ = stream.next().await;
    drop(stream);
    assert_eq!(model.calls().len(), 1);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_an_input_that_stays_open() {
    let model = Model::new(10).with(there(0..15));
    let token = StopToken::new();
    let input = stream::iter((0..15).map(Id)).chain(stream::pending());
    let mut stream = run(model.clone(), input, options(&model).stop_token(token.clone()));
    for _ in 0..10 {
        let _ = stream.next().await;
    }
    token.stop();
    let report = stream.into_report().await;
    assert_eq!(report.summary.counts.of(Verdict::NotSent), 5);
}

#[tokio::test]
async fn a_stop_ends_an_input_that_never_ends() {
    let model = Model::new(10).with(there(0..10));
    let token = StopToken::new();
    let clock = model.clock.clone();
    // Something new every tenth of a second, for ever.
    let input = stream::iter((0..10).map(Id)).chain(stream::unfold(10, move |id| {
        let clock = clock.clone();
        async move {
            clock.sleep_until(clock.now() + Duration::from_millis(100)).await;
            Some((Id(id), id + 1))
        }
    }));
    let options = options(&model).stop_token(token.clone()).drain(Duration::from_secs(5));
    let mut stream = run(model.clone(), Box::pin(input), options);
    let _ = stream.next().await;
    token.stop();
    let report = stream.into_report().await;
    let not_sent = report.summary.counts.of(Verdict::NotSent);
    assert!((40..60).contains(&not_sent), "{not_sent}");
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 10);
}
