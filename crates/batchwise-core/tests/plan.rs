//! The plan by itself: what leaves when, told by its own words.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::num::NonZeroUsize;
use std::ops::Range;
use std::time::Duration;

use batchwise_core::journal::Recall;
use batchwise_core::plan::{Attempt, Batch, Entry, Plan, PlanOptions, Step};
use batchwise_core::{
    CallError, CallErrorKind, Descriptor, Outcome, Reason, ReasonKind, Record, Reply, Said, Statement, Verdict,
    Violation,
};
use common::{Id, answer};

const NOW: Duration = Duration::ZERO;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A plan for requests of at most so many records, with these records and no more to come.
fn plan(most_records: usize, most_calls: usize, ids: Range<u64>) -> Plan<Id> {
    let most_records = NonZeroUsize::new(most_records).unwrap();
    let mut options = PlanOptions::default();
    options.concurrency = NonZeroUsize::new(most_calls).unwrap();
    let mut plan = Plan::new(Descriptor::deleting("model", "delete", most_records), options);
    for (line, id) in (1..).zip(ids) {
        plan.offer(Entry::Record { line, record: Id(id) }, NOW);
    }
    plan.end_input();
    plan
}

/// An answer that says these things of these ids.
fn told<const N: usize>(said: [(u64, Said); N]) -> Attempt {
    let named = |(id, said)| (Id(id).identity(), Statement::new(said));
    Attempt::Reply(Reply::Named(said.map(named).into()))
}

fn refused(violations: &[usize]) -> Attempt {
    let violation = |index: &usize| Violation {
        index: *index,
        path: format!("ids[{index}]"),
        message: "no".to_owned(),
    };
    let error = CallError::answered(CallErrorKind::Refused, &answer(400));
    Attempt::Failed(error.with_violations(violations.iter().map(violation).collect()))
}

fn outcomes(plan: &mut Plan<Id>) -> Vec<Outcome<Id>> {
    std::iter::from_fn(|| plan.take_outcome()).collect()
}

/// The only outcome there is.
fn outcome(plan: &mut Plan<Id>) -> Outcome<Id> {
    let mut all = outcomes(plan);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn all_deleted(batch: &Batch<Id>) -> Attempt {
    let done = |record: &Id| (record.identity(), Statement::new(Said::Done));
    Attempt::Reply(Reply::Named(batch.records().iter().map(done).collect()))
}

fn failed(status: u16) -> Attempt {
    Attempt::Failed(CallError::of_status(&answer(status)))
}

#[test]
fn after_a_rate_refusal_calls_go_one_at_a_time_until_one_is_answered() {
    let mut plan = plan(1, 2, 1..6);
    let batch = plan.take(NOW).unwrap();
    let wait = plan.settle(batch, failed(429), NOW, 0.0).pause;
    assert_eq!(wait, Some(seconds(1)));
    let alone = plan.take(seconds(1)).unwrap();
    assert_eq!(
        plan.poll(seconds(1)),
        Step::Wait(None),
        "two calls may be in flight, and one is"
    );
    assert!(plan.take(seconds(1)).is_none());
    let answer = all_deleted(&alone);
    plan.settle(alone, answer, seconds(1), 0.0);
    let first = plan.take(seconds(1)).unwrap();
    let second = plan.take(seconds(1)).unwrap();
    assert_eq!([first.records(), second.records()], [[Id(2)], [Id(3)]]);
    assert!(plan.take(seconds(1)).is_none());
}

#[test]
fn halves_of_what_was_too_large_are_not_joined_again_by_a_refusal_for_rate() {
    let mut plan = plan(4, 2, 1..3);
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, failed(413), NOW, 0.0);
    let (first, second) = (plan.take(NOW).unwrap(), plan.take(NOW).unwrap());
    plan.settle(first, failed(429), seconds(1), 0.0);
    plan.settle(second, failed(429), seconds(1), 0.0);
    let later = seconds(2);
    let again = plan.take(later).unwrap();
    assert_eq!(again.records().len(), 1);
    let answer = all_deleted(&again);
    plan.settle(again, answer, later, 0.0);
    assert_eq!(plan.take(later).unwrap().records().len(), 1);
}

#[test]
fn a_settled_batch_says_how_many_of_its_records_go_again_and_how_many_wait_for_their_round() {
    let mut plan = plan(3, 1, 1..7);
    for first in [1, 4] {
        let batch = plan.take(NOW).unwrap();
        assert_eq!(batch.records()[0], Id(first));
        let answer = told([(first, Said::Done), (first + 1, Said::Busy { partly: false })]);
        let settled = plan.settle(batch, answer, NOW, 1.0);
        assert_eq!(
            (settled.retried, settled.deferred),
            (1, 1),
            "the third was not mentioned"
        );
    }
}

#[test]
fn busy_records_go_again_in_their_order() {
    let mut plan = plan(3, 1, 1..4);
    let batch = plan.take(NOW).unwrap();
    let busy = Said::Busy { partly: false };
    plan.settle(batch, told([(1, busy), (2, busy), (3, busy)]), NOW, 0.0);
    assert_eq!(plan.poll(NOW), Step::Wait(Some(seconds(30))));
    assert_eq!(plan.poll(seconds(30)), Step::Ready);
    assert_eq!(plan.take(seconds(30)).unwrap().records(), [Id(1), Id(2), Id(3)]);
}

#[test]
fn records_of_a_failed_call_let_fresh_ones_go_first() {
    let mut plan = plan(2, 1, 1..5);
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, failed(503), NOW, 1.0);
    let pause = Duration::from_millis(200);
    assert_eq!(plan.poll(NOW), Step::Wait(Some(pause)));
    assert_eq!(plan.take(pause).unwrap().records(), [Id(3), Id(4)]);
}

#[test]
fn what_is_absent_after_a_part_of_it_was_removed_is_deleted() {
    for busy_rounds in 1..4 {
        let mut plan = plan(1, 1, 1..2);
        let mut now = NOW;
        for _ in 0..busy_rounds {
            let batch = plan.take(now).unwrap();
            plan.settle(batch, told([(1, Said::Busy { partly: true })]), now, 0.0);
            now += seconds(30);
            assert_eq!(plan.poll(now), Step::Ready);
        }
        let batch = plan.take(now).unwrap();
        plan.settle(batch, told([(1, Said::Absent)]), now, 0.0);
        assert_eq!(
            outcome(&mut plan).verdict,
            Verdict::Deleted,
            "after {busy_rounds} rounds"
        );
    }
}

#[test]
fn a_conclusive_refusal_holds_even_after_a_lost_call() {
    for (conclusive, verdict) in [(true, Verdict::Rejected), (false, Verdict::Unknown)] {
        let mut plan = plan(1, 1, 1..2);
        let batch = plan.take(NOW).unwrap();
        plan.settle(batch, failed(503), NOW, 0.0);
        let batch = plan.take(NOW).unwrap();
        plan.settle(batch, told([(1, Said::Refused { conclusive })]), NOW, 0.0);
        assert_eq!(outcome(&mut plan).verdict, verdict);
    }
}

#[test]
fn a_violation_behind_the_last_record_names_nobody() {
    let mut plan = plan(2, 1, 1..3);
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, refused(&[2]), NOW, 0.0);
    assert_eq!(
        plan.take(NOW).unwrap().records(),
        [Id(1)],
        "the bad record is searched for"
    );
}

#[test]
fn a_login_at_a_wrong_address_stops_the_job_for_its_target() {
    let mut plan = plan(2, 1, 1..3);
    let batch = plan.take(NOW).unwrap();
    let error = CallError::answered(CallErrorKind::Target, &answer(404));
    plan.settle(batch, Attempt::NotCalled(error), NOW, 0.0);
    assert_eq!(plan.stopped().unwrap().kind(), ReasonKind::Target);
    assert_eq!(plan.poll(NOW), Step::Done);
    assert_eq!(
        outcomes(&mut plan).iter().map(|one| one.verdict).collect::<Vec<_>>(),
        [Verdict::NotSent; 2]
    );
}

#[test]
fn a_request_that_is_too_large_is_halved_and_so_are_those_after_it() {
    let mut plan = plan(5, 1, 1..11);
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, failed(413), NOW, 0.0);
    let mut sizes = Vec::new();
    while let Some(batch) = plan.take(NOW) {
        sizes.push(batch.records().len());
        let answer = all_deleted(&batch);
        plan.settle(batch, answer, NOW, 0.0);
    }
    assert_eq!(sizes, [2; 5]);
}

#[test]
fn a_request_that_cannot_be_built_rejects_its_records_unless_an_earlier_call_is_in_doubt() {
    let unbuilt = || Attempt::Failed(CallError::local("too long"));
    let mut fresh = plan(1, 1, 0..1);
    let batch = fresh.take(NOW).unwrap();
    fresh.settle(batch, unbuilt(), NOW, 0.5);
    assert_eq!(outcome(&mut fresh).verdict, Verdict::Rejected);

    let mut doubted = plan(1, 1, 0..1);
    let batch = doubted.take(NOW).unwrap();
    doubted.settle(batch, failed(502), NOW, 0.5);
    let batch = doubted.take(seconds(60)).unwrap();
    doubted.settle(batch, unbuilt(), seconds(60), 0.5);
    assert_eq!(outcome(&mut doubted).verdict, Verdict::Unknown);
}

#[test]
fn what_an_earlier_run_may_have_sent_is_unknown_when_this_one_stops_before_it() {
    for (maybe_sent, verdict, reason) in [
        (true, Verdict::Unknown, ReasonKind::Interrupted),
        (false, Verdict::NotSent, ReasonKind::Cancelled),
    ] {
        let mut plan = Plan::new(
            Descriptor::deleting("model", "delete", NonZeroUsize::MIN),
            PlanOptions::default(),
        );
        plan.stop(Reason::new(ReasonKind::Cancelled));
        let entry = Entry::Record { line: 1, record: Id(7) };
        plan.offer_again(
            entry,
            Recall::Open {
                maybe_sent,
                attempts: 2,
            },
            NOW,
        );
        let left = outcome(&mut plan);
        assert_eq!((left.verdict, left.attempts), (verdict, 2));
        assert_eq!(left.reason.unwrap().kind(), reason);
    }
}

#[test]
fn what_an_update_does_not_find_is_unmatched() {
    let descriptor = Descriptor::updating("model", "update", NonZeroUsize::MIN);
    let mut plan = Plan::new(descriptor, PlanOptions::default());
    plan.offer(Entry::Record { line: 1, record: Id(7) }, NOW);
    plan.end_input();
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, told([(7, Said::Absent)]), NOW, 0.5);
    assert_eq!(outcome(&mut plan).verdict, Verdict::Unmatched);
}

#[test]
fn a_plan_wants_input_until_a_few_batches_wait_or_the_input_ends() {
    let mut plan = Plan::new(
        Descriptor::deleting("model", "delete", NonZeroUsize::MIN),
        PlanOptions::default(),
    );
    assert!(plan.wants_input());
    let mut offered = 0;
    while plan.wants_input() {
        offered += 1;
        let record = Id(offered);
        plan.offer(Entry::Record { line: offered, record }, NOW);
    }
    assert!((1..=10).contains(&offered), "{offered}");
    assert!(plan.take(NOW).is_some());
    assert!(plan.wants_input());
    plan.end_input();
    assert!(!plan.wants_input());
}
