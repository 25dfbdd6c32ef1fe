//! What a journal is told and when, and that the law holds over any number of crashes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;
#[path = "common/journal.rs"]
mod memory;

use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batchwise_core::observe::Observer;
use batchwise_core::{Outcome, ReasonKind, Summary, Verdict, run};
use common::{Dice, Fault, Id, Model, options, there};
use futures_util::{StreamExt, stream};
use memory::{Disk, MemoryJournal, State, Trouble};
use proptest::prelude::*;

/// One run of a job: its outcomes, and its sums unless the process ended.
async fn run_on(model: &Model, journal: &MemoryJournal, ids: &[u64]) -> (Vec<Outcome<Id>>, Option<Summary>) {
    let options = options(model).journal(Arc::new(journal.clone())).allow_missing(true);
    let mut stream = run(
        model.clone(),
        stream::iter(ids.iter().copied().map(Id).collect::<Vec<_>>()),
        options,
    );
    let mut outcomes = Vec::new();
    loop {
        let next = std::future::poll_fn(|cx| {
            let polled = stream.poll_next_unpin(cx);
            if journal.crashed.load(Ordering::SeqCst) {
                // The process is gone, whatever it was about to say.
                return std::task::Poll::Ready(None);
            }
            polled.map(Some)
        })
        .await;
        match next {
            None => return (outcomes, None),
            Some(Some(outcome)) => outcomes.push(outcome),
            Some(None) => return (outcomes, Some(stream.summary())),
        }
    }
}

fn disk() -> Arc<Mutex<Disk>> {
    Arc::default()
}

fn verdicts(disk: &Mutex<Disk>) -> BTreeMap<u64, Verdict> {
    let disk = disk.lock().unwrap();
    let settled = disk.records.iter().filter_map(|((_, key), state)| match state {
        State::Settled { verdict, .. } => Some((key.parse().unwrap(), *verdict)),
        State::Intended => None,
    });
    settled.collect()
}

#[tokio::test]
async fn a_call_leaves_when_its_records_are_noted_and_an_outcome_when_it_is() {
    let model = Model::new(10).with(there(0..25));
    let disk = disk();
    let (outcomes, summary) = run_on(&model, &MemoryJournal::on(&disk, None), &(0..25).collect::<Vec<_>>()).await;
    assert_eq!((outcomes.len(), summary.unwrap().counts.of(Verdict::Deleted)), (25, 25));
    let disk = disk.lock().unwrap();
    assert!(disk.closed);
    assert_eq!(disk.calls, 3);
    // An intent for each of three batches, their verdicts alone or together, and the end.
    assert!((5..=7).contains(&disk.writes), "{}", disk.writes);
}

#[tokio::test]
async fn calls_go_on_while_the_outcomes_of_many_are_handed_out() {
    let model = Model::new(20).with(there(0..20_000));
    // Long enough for the outcomes of many calls to become durable at once.
    let slow = MemoryJournal {
        polls_of_verdicts: 300,
        ..MemoryJournal::default()
    };
    let options = options(&model).journal(Arc::new(slow));
    let mut stream = run(model.clone(), stream::iter((0..20_000).map(Id)), options);
    let (mut calls, mut since, mut longest) = (0, 0, 0);
    while stream.next().await.is_some() {
        let now = model.sizes().len();
        since = if now == calls { since + 1 } else { 0 };
        calls = now;
        if calls < 1000 {
            longest = longest.max(since);
        }
    }
    assert_eq!(calls, 1000);
    assert!(longest <= 128, "{longest} outcomes one after the other, and no call");
}

#[tokio::test]
async fn a_job_that_can_only_wait_for_its_journal_says_so() {
    let model = Model::new(10).with(there(0..250));
    let journal = MemoryJournal {
        holds: true,
        ..MemoryJournal::on(&disk(), None)
    };
    let ids: Vec<u64> = (0..250).collect();
    // It would wait for ever for a journal that waits for more.
    let ran = tokio::time::timeout(Duration::from_secs(30), run_on(&model, &journal, &ids)).await;
    let (outcomes, summary) = ran.unwrap();
    assert_eq!(
        (outcomes.len(), summary.unwrap().counts.of(Verdict::Deleted)),
        (250, 250)
    );
}

#[tokio::test]
async fn nothing_is_sent_before_its_intent_is_durable() {
    let model = Model::new(10).with(there(0..20));
    let disk = disk();
    let ids: Vec<u64> = (0..20).collect();
    let (outcomes, _) = run_on(&model, &MemoryJournal::on(&disk, Some((1, Trouble::CrashBefore))), &ids).await;
    assert_eq!((outcomes.len(), model.sizes().len()), (0, 0));
    let _ = run_on(&model, &MemoryJournal::on(&disk, Some((1, Trouble::CrashAfter))), &ids).await;
    assert_eq!(model.sizes().len(), 0);
}

#[tokio::test]
async fn a_job_that_ended_after_an_intent_sends_its_records_again_and_presumes() {
    let model = Model::new(10).with(there(0..20));
    let disk = disk();
    let ids: Vec<u64> = (0..20).collect();
    // The crash comes as the second answer would have been noted.
    let (first, summary) = run_on(&model, &MemoryJournal::on(&disk, Some((4, Trouble::CrashBefore))), &ids).await;
    assert_eq!((first.len(), summary.is_none()), (10, true));
    assert_eq!(model.sizes(), [10, 10]);
    let (second, summary) = run_on(&model, &MemoryJournal::on(&disk, None), &ids).await;
    let summary = summary.unwrap();
    assert_eq!(
        (summary.recalled, summary.counts.of(Verdict::PresumedDeleted)),
        (10, 10)
    );
    assert_eq!(second[0].reason.as_ref().unwrap().kind(), ReasonKind::Interrupted);
    assert_eq!(verdicts(&disk).len(), 20);
}

#[tokio::test]
async fn a_settled_record_is_not_sent_again() {
    let model = Model::new(10).with(there(0..10));
    let disk = disk();
    let ids: Vec<u64> = (0..10).collect();
    let _ = run_on(&model, &MemoryJournal::on(&disk, None), &ids).await;
    let (again, summary) = run_on(&model, &MemoryJournal::on(&disk, None), &ids).await;
    assert_eq!((again.len(), summary.unwrap().recalled), (0, 10));
    assert_eq!(model.sizes(), [10]);
}

#[tokio::test]
async fn a_repeat_of_a_settled_record_is_still_a_repeat() {
    let model = Model::new(10).with(there(0..3));
    let disk = disk();
    let _ = run_on(&model, &MemoryJournal::on(&disk, None), &[0, 1, 0, 2]).await;
    let (_, summary) = run_on(&model, &MemoryJournal::on(&disk, None), &[0, 1, 0, 2]).await;
    let summary = summary.unwrap();
    assert_eq!((summary.recalled, summary.duplicates, model.sizes().len()), (3, 1, 1));
}

#[tokio::test]
async fn nothing_is_sent_that_could_not_be_noted() {
    let model = Model::new(10).with(there(0..20));
    let disk = disk();
    let (outcomes, summary) = run_on(
        &model,
        &MemoryJournal::on(&disk, Some((1, Trouble::Fails))),
        &(0..20).collect::<Vec<_>>(),
    )
    .await;
    assert_eq!(model.sizes().len(), 0);
    assert!(outcomes.iter().all(|outcome| outcome.verdict == Verdict::NotSent));
    assert_eq!(
        (outcomes.len(), summary.unwrap().stop.unwrap().kind()),
        (20, ReasonKind::Journal)
    );
}

#[tokio::test]
async fn what_happened_is_told_even_when_it_could_not_be_noted_and_nothing_more_is_sent() {
    let model = Model::new(10).with(there(0..30));
    let disk = disk();
    let ids: Vec<u64> = (0..30).collect();
    let (outcomes, summary) = run_on(&model, &MemoryJournal::on(&disk, Some((2, Trouble::Fails))), &ids).await;
    assert!(model.sizes().len() <= 2, "{:?}", model.sizes());
    assert_eq!(outcomes.len(), 30);
    assert_eq!(summary.unwrap().stop.unwrap().kind(), ReasonKind::Journal);
    let deleted = outcomes
        .iter()
        .filter(|outcome| outcome.verdict == Verdict::Deleted)
        .count();
    assert_eq!(deleted, model.world.lock().unwrap().removed.len());
    // The next run finds intents without verdicts.
    let (_, summary) = run_on(&model, &MemoryJournal::on(&disk, None), &ids).await;
    assert!(summary.unwrap().stop.is_none());
    assert_eq!(verdicts(&disk).len(), 30);
}

#[tokio::test]
async fn a_stopped_job_sends_in_its_next_run_what_it_had_not_sent() {
    let model = Model::new(10).with(there(0..30)).with(|world| {
        world.faults.insert(1, Fault::NoCredentials);
    });
    let disk = disk();
    let ids: Vec<u64> = (0..30).collect();
    let (_, summary) = run_on(&model, &MemoryJournal::on(&disk, None), &ids).await;
    assert_eq!(summary.unwrap().stop.unwrap().kind(), ReasonKind::Credentials);
    assert!(!disk.lock().unwrap().closed);
    let (_, summary) = run_on(&model, &MemoryJournal::on(&disk, None), &ids).await;
    let summary = summary.unwrap();
    assert_eq!((summary.recalled, summary.counts.of(Verdict::Deleted)), (10, 20));
    assert!(disk.lock().unwrap().closed);
}

#[tokio::test]
async fn a_verdict_names_the_last_call_that_carried_its_record() {
    // The second batch is answered in a second try.
    let model = Model::new(10).with(there(0..20)).with(|world| {
        world.faults.insert(1, Fault::ResetAfter);
    });
    let disk = disk();
    let _ = run_on(&model, &MemoryJournal::on(&disk, None), &(0..20).collect::<Vec<_>>()).await;
    let disk = disk.lock().unwrap();
    let calls: BTreeMap<u64, Option<u64>> = disk
        .verdicts
        .iter()
        .map(|(entry, end)| (entry.line, end.call))
        .collect();
    assert_eq!((calls[&1], calls[&11]), (Some(1), Some(3)));
    assert!(disk.verdicts.iter().all(|(_, end)| !end.cut_short));
}

#[tokio::test]
async fn a_stop_cuts_short_what_another_run_goes_on_with() {
    // Ten are deleted, ten lose their answer, and then the credentials are refused.
    let model = Model::new(10).with(there(0..30)).with(|world| {
        world.faults.insert(1, Fault::ResetAfter);
        world.faults.insert(2, Fault::NoCredentials);
    });
    let disk = disk();
    let _ = run_on(&model, &MemoryJournal::on(&disk, None), &(0..30).collect::<Vec<_>>()).await;
    let disk = disk.lock().unwrap();
    let mut cut = BTreeMap::new();
    for (_, one) in &disk.verdicts {
        *cut.entry((one.verdict, one.cut_short)).or_insert(0) += 1;
    }
    let expected = [
        ((Verdict::Deleted, false), 10),
        ((Verdict::Unknown, true), 10),
        ((Verdict::NotSent, true), 10),
    ];
    assert_eq!(cut, BTreeMap::from(expected));
}

#[tokio::test]
async fn an_entry_of_which_the_journal_cannot_be_asked_is_not_sent_and_the_job_stops() {
    let model = Model::new(10).with(there(0..30));
    let journal = MemoryJournal {
        unreadable: Some(16),
        ..MemoryJournal::on(&disk(), None)
    };
    let (outcomes, summary) = run_on(&model, &journal, &(0..30).collect::<Vec<_>>()).await;
    let summary = summary.unwrap();
    assert_eq!(summary.stop.unwrap().kind(), ReasonKind::Journal);
    assert!(summary.input_left, "the rest of the input did not go in");
    assert_eq!(outcomes.len(), 15);
    assert!(model.calls().iter().flatten().all(|id| *id < 15), "{:?}", model.calls());
}

#[tokio::test]
async fn the_last_verdicts_are_told_even_when_they_could_not_be_noted() {
    let model = Model::new(10).with(there(0..10));
    // An intent, and the verdicts.
    let journal = MemoryJournal::on(&disk(), Some((2, Trouble::Fails)));
    let (outcomes, summary) = run_on(&model, &journal, &(0..10).collect::<Vec<_>>()).await;
    assert_eq!(outcomes.len(), 10);
    let summary = summary.unwrap();
    assert_eq!(summary.counts.of(Verdict::Deleted), 10);
    assert_eq!(summary.stop.unwrap().kind(), ReasonKind::Journal);
}

#[tokio::test]
async fn an_end_that_could_not_be_noted_is_told() {
    let model = Model::new(10).with(there(0..10));
    // An intent, the verdicts, and the end.
    let journal = MemoryJournal::on(&disk(), Some((3, Trouble::Fails)));
    let (_, summary) = run_on(&model, &journal, &(0..10).collect::<Vec<_>>()).await;
    let summary = summary.unwrap();
    assert_eq!(summary.counts.of(Verdict::Deleted), 10);
    assert_eq!(summary.stop.unwrap().kind(), ReasonKind::Journal);
}

/// What a watcher heard of entries that were not sent.
#[derive(Debug, Default)]
struct Heard {
    repeats: Mutex<Vec<(u64, Option<u64>)>>,
    recalled: Mutex<u32>,
}

impl Observer for Heard {
    fn duplicate(&self, line: u64, first: Option<u64>) {
        self.repeats.lock().unwrap().push((line, first));
    }

    fn recalled(&self) {
        *self.recalled.lock().unwrap() += 1;
    }
}

#[tokio::test]
async fn whoever_watches_hears_of_repeats_and_of_what_an_earlier_run_settled() {
    let model = Model::new(10).with(there(0..3));
    let disk = disk();
    let _ = run_on(&model, &MemoryJournal::on(&disk, None), &[0, 1]).await;
    let heard = Arc::new(Heard::default());
    let watcher: Arc<dyn Observer> = Arc::<Heard>::clone(&heard);
    let options = options(&model)
        .journal(Arc::new(MemoryJournal::on(&disk, None)))
        .observer(watcher);
    let ids: Vec<Id> = [0, 1, 2, 2].map(Id).into();
    let report = run(model.clone(), stream::iter(ids), options).into_report().await;
    assert_eq!(report.outcomes.len(), 1);
    assert_eq!(*heard.recalled.lock().unwrap(), 2);
    assert_eq!(*heard.repeats.lock().unwrap(), [(4, Some(3))]);
}

#[tokio::test]
async fn repeats_are_told_with_their_first_line() {
    let model = Model::new(10).with(there(0..3));
    let disk = disk();
    let _ = run_on(&model, &MemoryJournal::on(&disk, None), &[0, 1, 0, 2, 1]).await;
    assert_eq!(disk.lock().unwrap().repeats, [(3, Some(1)), (5, Some(2))]);
}

#[tokio::test]
async fn the_next_batch_is_noted_while_a_call_is_in_flight() {
    let model = Model::new(10).with(there(0..200));
    let disk = disk();
    // The process ends when the third intent is durable: two batches were sent at most, and of the rest few are noted.
    let ids: Vec<u64> = (0..200).collect();
    let _ = run_on(&model, &MemoryJournal::on(&disk, Some((3, Trouble::CrashAfter))), &ids).await;
    let (sent, noted) = (model.sizes().len() * 10, disk.lock().unwrap().records.len());
    assert!(sent < noted && noted <= sent + 20, "{sent} sent, {noted} noted");
}

#[tokio::test]
async fn nothing_is_noted_ahead_where_a_doubt_would_cost_an_outcome() {
    let ids: Vec<u64> = (0..100).collect();
    let mut model = Model::new(10).with(there(0..100));
    model.descriptor = model.descriptor.absence_not_reached();
    let disk = disk();
    let _ = run_on(&model, &MemoryJournal::on(&disk, None), &ids).await;
    assert_eq!(disk.lock().unwrap().intents, [10; 10]);
}

#[tokio::test]
async fn a_slow_disk_is_given_more_at_once() {
    let model = Model::new(10).with(there(0..2000));
    let disk = disk();
    let journal = MemoryJournal {
        polls: 4,
        ..MemoryJournal::on(&disk, None)
    };
    let (outcomes, _) = run_on(&model, &journal, &(0..2000).collect::<Vec<_>>()).await;
    assert_eq!(outcomes.len(), 2000);
    let disk = disk.lock().unwrap();
    assert!(disk.intents.len() < 100, "{:?}", disk.intents);
    assert!(disk.intents.iter().all(|entries| *entries <= 160), "{:?}", disk.intents);
}

#[tokio::test]
async fn a_quota_leaves_time_to_note_each_batch_by_itself() {
    use batchwise_core::quota::{LocalQuota, QuotaHandle, Window};
    let mut model = Model::new(10).with(there(0..100));
    let window = Window::new(NonZeroU32::MIN, Duration::from_secs(1));
    model.quotas = vec![QuotaHandle::new(LocalQuota::on_clock(model.clock.shared(), [window]))];
    let disk = disk();
    let (outcomes, _) = run_on(&model, &MemoryJournal::on(&disk, None), &(0..100).collect::<Vec<_>>()).await;
    assert_eq!(outcomes.len(), 100);
    assert_eq!(disk.lock().unwrap().intents, [10; 10]);
}

fn world(seed: u64, ids: &[u64]) -> Model {
    let mut dice = Dice::new(seed);
    let size = NonZeroUsize::new(1 + usize::try_from(dice.below(9)).unwrap()).unwrap();
    Model::new(size.get()).with(|world| {
        for id in ids {
            if dice.percent(80) {
                world.there.insert(*id);
            }
            match dice.below(20) {
                0 => {
                    world.busy.insert(*id, u32::try_from(dice.below(9)).unwrap());
                }
                1 => {
                    world.poison_named.insert(*id);
                }
                2 => {
                    world.silent.insert(*id, u32::try_from(dice.below(12)).unwrap());
                }
                _ => {}
            }
        }
        world.fault_chance = [0, 10, 40][usize::try_from(dice.below(3)).unwrap()];
        world.dice = Some(Dice::new(seed ^ 0x5eed));
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Crashes at any write, before or after it is durable, several times over; then a last run to the end.
    #[test]
    fn over_any_crashes_every_record_gets_one_true_verdict(
        seed in any::<u64>(),
        count in 1_usize..80,
        crashes in proptest::collection::vec((1_usize..12, any::<bool>()), 0..6),
    ) {
        let mut dice = Dice::new(seed ^ 0x77);
        // Few distinct numbers, so that repeats come; a later stage among them.
        let ids: Vec<u64> = (0..count).map(|_| dice.below(3) * 1_000_000 + dice.below(30)).collect();
        let model = world(seed, &ids);
        let before = model.world.lock().unwrap().there.clone();
        let disk = disk();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut told: BTreeMap<u64, Verdict> = BTreeMap::new();
        let mut crashes = crashes.into_iter();
        for _ in 0..30 {
            let trouble = crashes.next().map(|(write, after)| {
                (write, if after { Trouble::CrashAfter } else { Trouble::CrashBefore })
            });
            let (outcomes, summary) = runtime.block_on(run_on(&model, &MemoryJournal::on(&disk, trouble), &ids));
            for outcome in outcomes {
                let id = outcome.record().unwrap().0;
                let earlier = told.insert(id, outcome.verdict);
                // Only what a stopped run did not send is told again.
                prop_assert!(earlier.is_none_or(|verdict| verdict == Verdict::NotSent), "{} told twice", id);
                prop_assert_eq!(verdicts(&disk).remove(&id), Some(outcome.verdict), "{} told before it was noted", id);
            }
            if summary.is_some_and(|summary| summary.stop.is_none()) {
                break;
            }
        }
        let distinct: BTreeSet<u64> = ids.iter().copied().collect();
        let settled = verdicts(&disk);
        prop_assert_eq!(settled.keys().copied().collect::<BTreeSet<_>>(), distinct);
        let world = model.world.lock().unwrap();
        for (id, verdict) in settled {
            let removed = world.removed.contains(&id);
            match verdict {
                Verdict::Deleted => prop_assert!(removed, "{} was never deleted", id),
                Verdict::NotFound => prop_assert!(!removed && !before.contains(&id), "{} was removed by this job", id),
                Verdict::PresumedDeleted => prop_assert!(!world.there.contains(&id), "{} is there", id),
                Verdict::Rejected | Verdict::NotSent | Verdict::Busy => prop_assert!(!removed, "{} was removed", id),
                Verdict::Unknown => {}
                other => prop_assert!(false, "{other}: not an outcome of a deleting method"),
            }
        }
    }
}
