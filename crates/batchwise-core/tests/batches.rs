//! What shares a request, and in which order requests leave.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batchwise_core::observe::{Observer, Waiting, WaitingFor};
use batchwise_core::plan::Entry;
use batchwise_core::quota::{LocalQuota, QuotaHandle, Window};
use batchwise_core::{
    BatchDeleter, BatchMethod, CallError, Descriptor, Reply, RunOptions, Said, Statement, Verdict, run_all, run_entries,
};
use common::{Fault, Id, Model, Touching, World, delete, delete_with, options, there, verdict_of};
use futures_util::{StreamExt, stream};

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

/// Notes what the job waits for besides the quota.
#[derive(Debug, Default)]
struct Waits(Mutex<Vec<(WaitingFor, usize, Duration)>>);

impl Observer for Waits {
    fn waiting(&self, waiting: &Waiting) {
        let wait = (waiting.on, waiting.records, waiting.wait);
        self.0.lock().unwrap().push(wait);
    }
}

#[tokio::test]
async fn the_wait_for_a_round_is_told_with_how_many_records_are_in_use() {
    let model = Model::new(10)
        .with(there(0..20))
        .with(|world| world.busy = [(0, 1), (11, 1)].into());
    let waits = Arc::new(Waits::default());
    let observer: Arc<dyn Observer> = Arc::<Waits>::clone(&waits);
    let _ = delete_with(&model, 0..20, options(&model).observer(observer)).await;
    let waits = waits.0.lock().unwrap();
    let (on, records, wait) = waits.first().copied().unwrap();
    assert_eq!((on, records), (WaitingFor::Busy, 2));
    assert!(wait > Duration::from_secs(29) && wait <= Duration::from_secs(30));
}

#[tokio::test]
async fn a_wait_for_the_quota_is_not_told_as_a_pause_too() {
    let mut model = Model::new(10).with(there(0..40));
    let window = Window::per_second(NonZeroU32::new(1).unwrap());
    model.quotas = vec![QuotaHandle::new(LocalQuota::on_clock(model.clock.shared(), [window]))];
    let waits = Arc::new(Waits::default());
    let observer: Arc<dyn Observer> = Arc::<Waits>::clone(&waits);
    let _ = delete_with(&model, 0..35, options(&model).observer(observer)).await;
    let waits = waits.0.lock().unwrap();
    assert!(
        !waits.is_empty() && waits.iter().all(|(on, ..)| *on == WaitingFor::Quota),
        "{waits:?}"
    );
}

#[tokio::test]
async fn the_wait_that_a_server_asked_for_is_told_as_the_servers() {
    let model = Model::new(10)
        .with(there(0..10))
        .with(|world| world.faults.insert(0, Fault::TooMany(Some(2))));
    let waits = Arc::new(Waits::default());
    let observer: Arc<dyn Observer> = Arc::<Waits>::clone(&waits);
    let _ = delete_with(&model, 0..10, options(&model).observer(observer)).await;
    let waits = waits.0.lock().unwrap();
    assert!(
        !waits.is_empty() && waits.iter().all(|(on, ..)| *on == WaitingFor::Server),
        "{waits:?}"
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
async fn a_large_later_stage_leaves_in_full_batches_with_the_lines_it_came_with() {
    let model = Model::new(10)
        .with(there(0..1))
        .with(there(2_000_000..2_001_000))
        .with(there(3_000_000..3_001_000));
    // Two groups of the later stage, mixed, before the only record of the first.
    let ids = (0..1000).flat_map(|at| [2_000_000 + at, 3_000_000 + at]).chain([0]);
    let report = delete(&model, ids.clone()).await;
    assert_eq!(model.sizes()[0], 1);
    assert_eq!(model.sizes()[1..], [10; 200]);
    assert_eq!(report.summary.counts.of(Verdict::Deleted), 2001);
    let mut lines: Vec<(u64, u64)> = report
        .outcomes
        .iter()
        .map(|outcome| (outcome.line, outcome.record().unwrap().0))
        .collect();
    lines.sort_unstable();
    assert!(lines.into_iter().eq((1..).zip(ids)));
}

#[tokio::test]
async fn a_stop_gives_every_record_of_a_stage_that_never_opened_its_outcome() {
    let model = Model::new(10).with(|world| {
        world.faults.insert(0, Fault::NoCredentials);
    });
    let report = delete(&model, (2_000_000..2_001_000).chain([0])).await;
    assert_eq!(model.sizes(), [1]);
    assert_eq!(report.summary.counts.of(Verdict::NotSent), 1001);
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

#[derive(Debug, Clone)]
struct Updates {
    descriptor: Descriptor,
    calls: Arc<Mutex<Vec<Vec<u64>>>>,
    fails: usize,
}

impl BatchMethod for Updates {
    type Record = Touching;
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
    fn quotas(&self) -> &[QuotaHandle] {
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
