//! What a job sends, and what comes out, one behaviour at a time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use batchwise_core::clock::Clock;
use batchwise_core::plan::Entry;
use batchwise_core::{
    BatchDeleter, BatchMethod, CallError, Descriptor, Identity, InputError, NamedRefusal, ReasonKind, Record, Reply,
    Report, RunOptions, Said, Statement, StopToken, Verdict, run, run_all, run_entries,
};
use common::{Fault, Id, Model, World};
use futures_util::{StreamExt, stream};

fn there(ids: std::ops::Range<u64>) -> impl FnOnce(&mut World) {
    move |world| world.there.extend(ids)
}

fn options(model: &Model) -> RunOptions {
    RunOptions::new().clock(model.clock.shared())
}

async fn delete(model: &Model, ids: impl IntoIterator<Item = u64>) -> Report<Id> {
    delete_with(model, ids, options(model)).await
}

async fn delete_with(model: &Model, ids: impl IntoIterator<Item = u64>, options: RunOptions) -> Report<Id> {
    let ids: Vec<Id> = ids.into_iter().map(Id).collect();
    run_all(model.clone(), ids, options).await
}

fn verdict_of(report: &Report<Id>, id: u64) -> Verdict {
    report
        .outcomes
        .iter()
        .find(|outcome| outcome.record() == Some(&Id(id)))
        .unwrap()
        .verdict
}

fn stop_of(report: &Report<Id>) -> Option<ReasonKind> {
    report.summary.stop.as_ref().map(batchwise_core::Reason::kind)
}

#[tokio::test]
async fn a_thousand_fresh_ids_are_ten_requests() {
    let model = Model::new(100).with(there(0..1000));
    let report = delete(&model, 0..1000).await;
    assert_eq!(model.sizes(), vec![100; 10]);
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 1000);
    assert!(report.summary.is_success());
}

#[tokio::test]
async fn records_that_are_asked_again_share_full_batches_with_fresh_ones() {
    let model = Model::new(100).with(there(0..1000)).with(|world| {
        world.silent = [(5, 1), (105, 1), (205, 1)].into();
    });
    let report = delete(&model, 0..1000).await;
    assert_eq!(model.sizes().len(), 11);
    assert!(model.sizes()[..10].iter().all(|size| *size == 100));
    assert_eq!(verdict_of(&report, 5), Verdict::PresumedDeleted);
}

#[tokio::test]
async fn a_batch_is_full_by_bytes_too() {
    let mut model = Model::new(100).with(there(100_000..100_010));
    // Seven bytes a record beside ten fixed ones: four records in forty bytes.
    model.descriptor = model.descriptor.with_max_bytes(NonZeroUsize::new(40).unwrap(), 10);
    let _ = delete(&model, 100_000..100_010).await;
    assert_eq!(model.sizes(), [4, 4, 2]);
}

#[tokio::test]
async fn a_repeated_record_is_sent_once_and_counted() {
    let model = Model::new(100).with(there(0..3));
    let report = delete(&model, [1, 2, 1, 1]).await;
    assert_eq!(model.calls(), [[1, 2]]);
    assert_eq!((report.outcomes.len(), report.summary.duplicates), (2, 2));
}

#[tokio::test]
async fn a_refusal_that_names_records_rejects_those_and_resends_the_others() {
    let model = Model::new(100)
        .with(there(0..4))
        .with(|world| world.poison_named.insert(2));
    let report = delete(&model, 0..4).await;
    assert_eq!(model.calls(), [vec![0, 1, 2, 3], vec![0, 1, 3]]);
    let rejected = report
        .outcomes
        .iter()
        .find(|outcome| outcome.verdict == Verdict::Rejected)
        .unwrap();
    assert_eq!(
        (rejected.record(), rejected.detail().as_deref()),
        (Some(&Id(2)), Some("2 is poison"))
    );
    assert_eq!(
        report.outcomes.iter().filter(|outcome| outcome.attempts == 1).count(),
        4
    );
}

#[tokio::test]
async fn after_an_unclear_refusal_by_name_absence_is_presumed_deletion() {
    let mut model = Model::new(100)
        .with(there(0..4))
        .with(|world| world.poison_named.insert(3));
    model.descriptor = model.descriptor.named_refusal(NamedRefusal::OthersUnclear);
    let report = delete(&model, [0, 1, 2, 3, 9]).await;
    // The provider did remove 0 and 1 before it refused; 9 was never there.
    assert_eq!(verdict_of(&report, 0), Verdict::PresumedDeleted);
    assert_eq!(verdict_of(&report, 2), Verdict::Deleted);
    assert_eq!(verdict_of(&report, 3), Verdict::Rejected);
    assert_eq!(verdict_of(&report, 9), Verdict::PresumedDeleted);
}

#[tokio::test]
async fn a_refusal_without_a_name_is_bisected_down_to_the_record() {
    let model = Model::new(100)
        .with(there(0..100))
        .with(|world| world.poison_nameless.insert(37));
    let report = delete(&model, 0..100).await;
    assert_eq!(verdict_of(&report, 37), Verdict::Rejected);
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 99);
    assert!(model.calls().len() <= 15, "{} calls", model.calls().len());
}

#[tokio::test]
async fn several_nameless_poisons_are_found_within_the_budget() {
    let model = Model::new(100)
        .with(there(0..100))
        .with(|world| world.poison_nameless = [3, 50, 99].into());
    let report = delete(&model, 0..100).await;
    assert_eq!(
        (
            report.summary.counts.of(Verdict::Rejected),
            report.summary.counts.of(Verdict::Deleted)
        ),
        (3, 97)
    );
}

#[tokio::test]
async fn what_cannot_be_isolated_within_the_budget_is_rejected_with_the_batchs_reason() {
    let model = Model::new(100)
        .with(there(0..200))
        .with(|world| world.poison_nameless = (100..200).collect());
    let report = delete(&model, 0..200).await;
    assert_eq!(
        (
            report.summary.counts.of(Verdict::Rejected),
            report.summary.counts.of(Verdict::Deleted)
        ),
        (100, 100)
    );
    assert!(model.calls().len() <= 2 + 57, "{} calls", model.calls().len());
}

#[tokio::test]
async fn a_provider_that_refuses_everything_stops_the_job() {
    let model = Model::new(10)
        .with(there(0..1000))
        .with(|world| world.poison_nameless = (0..1000).collect());
    let report = delete(&model, 0..1000).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Refused));
    assert!(model.calls().len() <= 3 * 33, "{} calls", model.calls().len());
    assert_eq!(report.outcomes.len(), 1000);
}

#[tokio::test]
async fn a_request_that_is_too_large_halves_the_batches() {
    let model = Model::new(100).with(there(0..200)).with(|world| {
        world.faults = (0..50).map(|call| (call, Fault::TooLarge(30))).collect();
    });
    let report = delete(&model, 0..200).await;
    assert_eq!(model.sizes()[..4], [100, 50, 25, 25]);
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 200);
}

#[tokio::test]
async fn a_single_record_that_is_too_large_is_rejected() {
    let model = Model::new(2).with(there(0..2)).with(|world| {
        world.faults = (0..9).map(|call| (call, Fault::TooLarge(0))).collect();
    });
    let report = delete(&model, 0..2).await;
    assert_eq!(report.summary.counts.of(Verdict::Rejected), 2);
}

#[tokio::test]
async fn a_record_that_a_lost_call_may_have_deleted_is_not_rejected_by_a_refusal_alone() {
    let model = Model::new(2).with(there(0..1)).with(|world| {
        world.faults = [(0, Fault::ResetAfter), (1, Fault::TooLarge(0))].into();
    });
    let report = delete(&model, [0]).await;
    // It was deleted by the first call: "rejected" would say that this job did nothing to it.
    assert_eq!(verdict_of(&report, 0), Verdict::Unknown);
    assert_eq!(
        report.outcomes[0].reason.as_ref().unwrap().kind(),
        ReasonKind::Ambiguous
    );
}

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
        fn quotas(&self) -> &[batchwise_core::quota::QuotaHandle] {
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
        fn quotas(&self) -> &[batchwise_core::quota::QuotaHandle] {
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
async fn static_credentials_that_are_refused_stop_the_job() {
    let model = Model::new(10)
        .with(there(0..30))
        .with(|world| world.faults = [(1, Fault::NoCredentials)].into());
    let report = delete(&model, 0..30).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Credentials));
    assert_eq!(model.calls().len(), 2);
    assert_eq!(
        (
            report.summary.counts.of(Verdict::Deleted),
            report.summary.counts.of(Verdict::NotSent)
        ),
        (10, 20)
    );
}

#[tokio::test]
async fn an_unknown_campaign_stops_the_job() {
    let model = Model::new(10).with(|world| world.faults = [(0, Fault::NoCampaign)].into());
    let report = delete(&model, 0..30).await;
    assert_eq!((stop_of(&report), model.calls().len()), (Some(ReasonKind::Target), 1));
    assert_eq!(report.summary.counts.of(Verdict::NotSent), 30);
}

#[tokio::test]
async fn a_session_that_dies_again_and_again_is_renewed_each_time() {
    let mut model = Model::new(10)
        .with(there(0..200))
        .with(|world| world.session_dies_every = 3);
    model.renewable = true;
    let report = delete(&model, 0..200).await;
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 200);
    assert!(report.outcomes.iter().all(|outcome| outcome.attempts == 1));
    assert_eq!(report.summary.logins, 7);
}

#[tokio::test]
async fn a_call_that_is_refused_after_a_login_stops_the_job() {
    let mut model = Model::new(10).with(there(0..20)).with(|world| {
        world.faults = (0..99).map(|call| (call, Fault::NoCredentials)).collect();
    });
    model.renewable = true;
    let report = delete(&model, 0..20).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Credentials));
    assert_eq!((model.calls().len(), report.summary.logins), (1, 1));
}

#[tokio::test]
async fn a_call_that_had_to_wait_for_the_first_login_may_still_be_refused_once() {
    /// Has no session at first; the session of the first login is dead when the call comes.
    #[derive(Debug, Clone)]
    struct DeadAtOnce(Model, Arc<AtomicUsize>);
    impl BatchMethod for DeadAtOnce {
        type Record = Id;
        fn descriptor(&self) -> &Descriptor {
            &self.0.descriptor
        }
        fn quotas(&self) -> &[batchwise_core::quota::QuotaHandle] {
            &[]
        }
        async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
            match self.1.load(Ordering::SeqCst) {
                0 => Err(CallError::no_session()),
                1 => Err(CallError::of_status(&common::answer(401))),
                _ => self.0.call(records).await,
            }
        }
        fn can_renew(&self) -> bool {
            true
        }
        async fn renew(&self, _: &CallError) -> Result<bool, CallError> {
            self.1.fetch_add(1, Ordering::SeqCst);
            Ok(true)
        }
    }
    let model = Model::new(10).with(there(0..20));
    let method = DeadAtOnce(model.clone(), Arc::default());
    let report = run_all(method, (0..20).map(Id), options(&model)).await;
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 20);
    assert_eq!((report.summary.logins, report.summary.calls), (2, 3));
}

#[tokio::test]
async fn busy_records_wait_for_their_round_and_hold_no_fresh_one_up() {
    let model = Model::new(10)
        .with(there(0..30))
        .with(|world| world.busy = [(0, 2), (11, 1)].into());
    let report = delete(&model, 0..30).await;
    let calls = model.calls();
    assert_eq!(calls[3..], [vec![0, 11], vec![0]]);
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 30);
    let times = model.world.lock().unwrap().call_times.clone();
    assert!(
        times[2] < Duration::from_secs(1) && times[3] >= Duration::from_secs(30) && times[4] >= Duration::from_secs(60)
    );
}

#[tokio::test]
async fn a_record_that_stays_busy_is_busy_after_five_rounds() {
    let model = Model::new(10).with(there(0..1)).with(|world| world.busy.insert(0, 99));
    let report = delete(&model, [0]).await;
    assert_eq!((verdict_of(&report, 0), model.calls().len()), (Verdict::Busy, 6));
    assert!(report.outcomes[0].is_retryable() && !report.outcomes[0].reached());
}

#[tokio::test]
async fn fresh_records_of_every_group_go_before_any_deferred_one() {
    let model = Model::new(2)
        .with(there(0..4))
        .with(there(1_000_000..1_000_004))
        .with(|world| {
            world.busy = [(0, 1), (1_000_001, 1)].into();
        });
    let _ = delete(&model, [0, 1, 1_000_000, 1_000_001, 2, 1_000_002]).await;
    let calls = model.calls();
    assert_eq!(calls.len(), 6);
    assert_eq!(calls[4..], [vec![0], vec![1_000_001]]);
}

#[tokio::test]
async fn a_later_stage_waits_until_the_earlier_one_is_settled() {
    let model = Model::new(10)
        .with(there(0..2))
        .with(there(2_000_000..2_000_002))
        .with(|world| {
            world.busy.insert(1, 2);
        });
    let report = delete(&model, [2_000_000, 0, 1, 2_000_001]).await;
    assert_eq!(
        model.calls(),
        [vec![0, 1], vec![1], vec![1], vec![2_000_000, 2_000_001]]
    );
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 4);
}

#[tokio::test]
async fn a_later_stage_may_begin_when_the_input_says_that_the_earlier_one_has_ended() {
    let model = Model::new(10).with(there(0..1)).with(there(2_000_000..2_000_010));
    let mut entries = vec![Ok(Entry::Record { line: 1, record: Id(0) }), Ok(Entry::StageEnd(0))];
    entries.extend((0..10).map(|at| {
        Ok(Entry::Record {
            line: 2 + at,
            record: Id(2_000_000 + at),
        })
    }));
    // The input stays open: the batch of the later stage is full and leaves all the same.
    let input = stream::iter(entries).chain(stream::pending());
    let outcomes: Vec<_> = run_entries(model.clone(), input, options(&model))
        .take(11)
        .collect()
        .await;
    assert!(outcomes.iter().all(|outcome| outcome.verdict == Verdict::Deleted));
}

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
async fn after_a_deadline_no_new_call_is_made() {
    let model = Model::new(10).with(there(0..20)).with(|world| world.busy.insert(0, 99));
    let report = delete_with(&model, 0..20, options(&model).deadline(Duration::from_secs(40))).await;
    assert_eq!(stop_of(&report), Some(ReasonKind::Deadline));
    assert_eq!((verdict_of(&report, 0), model.calls().len()), (Verdict::Busy, 3));
    assert!(model.clock.now() <= Duration::from_secs(41));
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
async fn look_ahead_is_bounded_by_what_the_consumer_has_taken() {
    let model = Model::new(10).with(there(0..10_000));
    let pulled = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&pulled);
    let input = stream::iter(0..10_000)
        .inspect(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        })
        .map(Id);
    let mut stream = run(model.clone(), input, options(&model));
    for _ in 0..10 {
        let _ = stream.next().await;
    }
    assert_eq!(model.calls().len(), 1);
    assert!(
        pulled.load(Ordering::SeqCst) <= 30,
        "{pulled:?} records were taken from the input"
    );
}

#[tokio::test]
async fn an_input_that_fails_is_settled_up_to_there() {
    let model = Model::new(10).with(there(0..3));
    let entries: Vec<Result<Entry<Id>, InputError>> = vec![
        Ok(Entry::Record { line: 1, record: Id(0) }),
        Ok(Entry::Record { line: 2, record: Id(1) }),
        Err(InputError::new("line 3: `x` is not a number")),
        Ok(Entry::Record { line: 4, record: Id(2) }),
    ];
    let report = run_entries(model.clone(), stream::iter(entries), options(&model))
        .into_report()
        .await;
    assert_eq!(
        (model.calls(), report.summary.counts.of(Verdict::Deleted)),
        (vec![vec![0, 1]], 2)
    );
    assert_eq!(stop_of(&report), Some(ReasonKind::Input));
}

#[tokio::test]
async fn a_text_that_is_no_record_is_rejected_and_never_sent() {
    let model = Model::new(10).with(there(0..1));
    let entries = [
        Ok(Entry::Invalid {
            line: 1,
            text: "x".into(),
            why: "`x` is not a number".into(),
        }),
        Ok(Entry::Record { line: 2, record: Id(0) }),
    ];
    let report = run_entries(model.clone(), stream::iter(entries), options(&model))
        .into_report()
        .await;
    let bad = report.outcomes.iter().find(|outcome| outcome.line == 1).unwrap();
    assert_eq!(
        (bad.verdict, bad.key(), bad.attempts),
        (Verdict::Rejected, "x".to_owned(), 0)
    );
    assert_eq!(model.calls(), [[0]]);
}

#[tokio::test]
async fn a_partly_filled_batch_leaves_after_a_second_without_input() {
    let model = Model::new(10).with(there(0..3));
    let input = stream::iter((0..3).map(Id)).chain(stream::pending());
    let outcomes: Vec<_> = run(model.clone(), input, options(&model)).take(3).collect().await;
    assert_eq!((outcomes.len(), model.sizes()), (3, vec![3]));
    assert_eq!(model.clock.now(), Duration::from_secs(1));
}

#[tokio::test]
async fn a_full_batch_of_an_open_input_leaves_at_once() {
    let model = Model::new(10).with(there(0..15));
    let input = stream::iter((0..15).map(Id)).chain(stream::pending());
    let outcomes: Vec<_> = run(model.clone(), input, options(&model)).take(10).collect().await;
    assert_eq!((outcomes.len(), model.clock.now()), (10, Duration::ZERO));
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

#[tokio::test]
async fn repeats_do_not_hold_a_partly_filled_batch_back() {
    let model = Model::new(10).with(there(0..1));
    let clock = model.clock.clone();
    let input = stream::unfold((), move |()| {
        let clock = clock.clone();
        async move {
            clock.sleep_until(clock.now() + Duration::from_millis(100)).await;
            Some((Id(0), ()))
        }
    });
    let outcome = run(model.clone(), Box::pin(input), options(&model))
        .next()
        .await
        .unwrap();
    assert_eq!(outcome.verdict, Verdict::Deleted);
    assert!(model.clock.now() < Duration::from_secs(2));
}

#[tokio::test]
async fn the_common_trait_makes_the_same_calls_as_the_typed_stream() {
    let trouble = |world: &mut World| {
        world.there.extend(0..500);
        world.poison_named.insert(77);
        world.poison_nameless.insert(250);
        world.silent.insert(300, 2);
        world.busy.insert(4, 1);
        world.faults = [(1, Fault::ResetAfter), (3, Fault::TooMany(Some(1)))].into();
    };
    let typed = Model::new(100).with(trouble);
    let of_typed = delete(&typed, 0..600).await;
    let by_key = Model::new(100).with(trouble);
    let deleter: &dyn BatchDeleter = &by_key;
    let keys = (0..600).map(|id| id.to_string()).collect();
    let of_deleter = deleter.delete_all(keys, options(&by_key)).await;
    assert_eq!(typed.calls(), by_key.calls());
    assert_eq!(of_typed.summary.counts, of_deleter.summary.counts);
}

#[tokio::test]
async fn a_key_that_does_not_parse_is_rejected_by_the_common_trait() {
    let model = Model::new(100).with(there(0..2));
    let report = BatchDeleter::delete_all(&model, vec!["1".into(), "one".into()], options(&model)).await;
    let rejected = report
        .outcomes
        .iter()
        .find(|outcome| outcome.verdict == Verdict::Rejected)
        .unwrap();
    assert_eq!(rejected.key(), "one");
    assert_eq!(model.calls(), [[1]]);
}

#[tokio::test]
async fn several_calls_may_be_in_flight() {
    let model = Model::new(10).with(there(0..1000));
    let report = delete_with(
        &model,
        0..1000,
        options(&model).concurrency(NonZeroUsize::new(4).unwrap()),
    )
    .await;
    assert_eq!(
        (report.summary.counts.of(Verdict::Deleted), model.sizes().len()),
        (1000, 100)
    );
}

/// A record that touches something; those that touch the same keep their order and never meet.
#[derive(Debug, Clone, PartialEq)]
struct Touching(u64, Vec<u64>);

impl Record for Touching {
    fn key(&self) -> String {
        self.0.to_string()
    }
    fn identity(&self) -> Identity {
        Identity::Unique
    }
    fn conflicts(&self) -> &[u64] {
        &self.1
    }
}

#[derive(Debug, Clone)]
struct Updates {
    descriptor: Descriptor,
    calls: Arc<std::sync::Mutex<Vec<Vec<u64>>>>,
    fails: usize,
}

impl BatchMethod for Updates {
    type Record = Touching;
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
    fn quotas(&self) -> &[batchwise_core::quota::QuotaHandle] {
        &[]
    }
    async fn call(&self, records: &[Touching]) -> Result<Reply, CallError> {
        let mut calls = self.calls.lock().unwrap();
        calls.push(records.iter().map(|record| record.0).collect());
        if calls.len() <= self.fails {
            return Err(CallError::of_status(&common::answer(503)));
        }
        Ok(Reply::Positional(vec![Statement::new(Said::Done); records.len()]))
    }
}

#[tokio::test]
async fn records_that_touch_the_same_are_never_reordered_and_never_share_a_request() {
    for fails in 0..3 {
        let method = Updates {
            descriptor: Descriptor::updating("model", "update", NonZeroUsize::new(10).unwrap()),
            calls: Arc::default(),
            fails,
        };
        let records = [(1, vec![7]), (2, vec![8]), (3, vec![7, 8]), (4, vec![9]), (5, vec![8])];
        let clock = batchwise_core::test_util::FakeClock::new();
        let options = RunOptions::new()
            .clock(clock.shared())
            .concurrency(NonZeroUsize::new(3).unwrap());
        let records = records.map(|(id, touches)| Touching(id, touches));
        let report = run_all(method.clone(), records.clone(), options).await;
        assert_eq!(report.summary.counts.of(Verdict::Updated), 5);
        let order: Vec<u64> = report
            .outcomes
            .iter()
            .map(|outcome| outcome.record().unwrap().0)
            .collect();
        let place = |id: u64| order.iter().position(|other| *other == id).unwrap();
        assert!(
            place(1) < place(3) && place(2) < place(3) && place(3) < place(5),
            "{order:?}"
        );
        for call in method.calls.lock().unwrap().iter() {
            let touched: Vec<u64> = call
                .iter()
                .flat_map(|id| records[usize::try_from(*id).unwrap() - 1].1.clone())
                .collect();
            let mut distinct = touched.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), touched.len(), "{call:?}");
        }
    }
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
        fn quotas(&self) -> &[batchwise_core::quota::QuotaHandle] {
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
