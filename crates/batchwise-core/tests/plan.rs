//! The plan by itself: what leaves when, told by its own words.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod common;

use std::num::NonZeroUsize;
use std::ops::Range;
use std::time::Duration;

use batchwise_core::journal::Recall;
use batchwise_core::plan::{Attempt, Batch, Entry, Offered, Plan, PlanOptions, Step};
use batchwise_core::{
    CallError, CallErrorKind, Descriptor, Identity, Outcome, Reason, ReasonKind, Record, Reply, Said, Statement,
    Verdict, Violation,
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

/// Offers a record of the line that is its id, which an earlier run of the job settled.
fn settled_before(plan: &mut Plan<Id>, id: u64, verdict: Verdict) {
    let entry = Entry::Record {
        line: id,
        record: Id(id),
    };
    let offered = plan.offer_again(entry, Recall::Settled(verdict), NOW);
    assert_eq!(offered, Offered::Settled);
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
fn nothing_was_found_only_when_an_answer_says_so_and_none_says_otherwise() {
    let mut plan = plan(1, 1, 1..3);
    assert!(!plan.found_nothing(), "no answer came yet");
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, told([(1, Said::Absent)]), NOW, 0.0);
    assert!(plan.found_nothing());
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, told([(2, Said::Done)]), NOW, 0.0);
    assert!(!plan.found_nothing());
}

#[test]
fn what_earlier_runs_found_is_found() {
    for (earlier, found_nothing) in [
        (vec![Verdict::NotFound], true),
        (vec![Verdict::NotFound; 3], true),
        (vec![Verdict::Deleted, Verdict::NotFound], false),
        (vec![Verdict::NotFound, Verdict::Deleted], false),
        (vec![], false),
    ] {
        let mut plan = plan(2, 1, 0..0);
        for (id, verdict) in (1..).zip(&earlier) {
            settled_before(&mut plan, id, *verdict);
        }
        assert_eq!(plan.found_nothing(), found_nothing, "{earlier:?}");
    }
}

#[test]
fn what_earlier_runs_settled_counts_for_the_limit() {
    let mut options = PlanOptions::default();
    options.limit = Some(2);
    let mut plan = Plan::new(Descriptor::deleting("model", "delete", NonZeroUsize::MIN), options);
    settled_before(&mut plan, 1, Verdict::Deleted);
    for line in 2..4 {
        plan.offer(Entry::Record { line, record: Id(line) }, NOW);
    }
    let left = outcome(&mut plan);
    assert_eq!((left.line, left.verdict), (3, Verdict::NotSent));
    assert_eq!(left.reason.unwrap().kind(), ReasonKind::Limit);
}

#[test]
fn a_record_of_a_kind_that_may_come_again_is_no_repeat() {
    #[derive(Debug, Clone)]
    struct Note;

    impl Record for Note {
        fn key(&self) -> String {
            "note".to_owned()
        }
        fn identity(&self) -> Identity {
            Identity::number(1)
        }
        fn is_repeatable() -> bool {
            true
        }
    }

    let mut plan = Plan::new(
        Descriptor::deleting("model", "delete", NonZeroUsize::MIN),
        PlanOptions::default(),
    );
    for line in 1..3 {
        assert_eq!(plan.offer(Entry::Record { line, record: Note }, NOW), Offered::Taken);
    }
}

/// A plan whose budget for retries is spent from the beginning, and whose last records wait for no company.
fn without_retries(most_records: usize, ids: Range<u64>) -> Plan<Id> {
    let most_records = NonZeroUsize::new(most_records).unwrap();
    let mut options = PlanOptions::default();
    options.retry_budget = 0;
    options.linger = Duration::ZERO;
    let mut plan = Plan::new(Descriptor::deleting("model", "delete", most_records), options);
    for (line, id) in (1..).zip(ids) {
        plan.offer(Entry::Record { line, record: Id(id) }, NOW);
    }
    plan.end_input();
    plan
}

#[test]
fn a_spent_budget_stops_the_job_at_the_first_retry_and_not_before() {
    let mut plan = without_retries(2, 1..4);
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, told([(1, Said::Done)]), NOW, 1.0);
    let retry_at = Duration::from_millis(400);
    // What has never been sent goes on.
    assert_eq!(plan.poll(NOW), Step::Ready);
    let batch = plan.take(NOW).unwrap();
    assert_eq!(batch.records(), [Id(3)]);
    plan.settle(batch, told([(3, Said::Done)]), NOW, 1.0);
    assert_eq!(plan.poll(NOW), Step::Wait(Some(retry_at)));
    assert_eq!(plan.poll(retry_at), Step::Done);
    assert_eq!(plan.stopped().unwrap().kind(), ReasonKind::Budget);
    let verdicts: Vec<(u64, Verdict)> = outcomes(&mut plan).iter().map(|one| (one.line, one.verdict)).collect();
    assert_eq!(
        verdicts,
        [(1, Verdict::Deleted), (3, Verdict::Deleted), (2, Verdict::Unknown)]
    );
}

#[test]
fn a_retry_that_shares_a_request_with_fresh_records_costs_nothing() {
    let mut plan = without_retries(2, 1..4);
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, told([(1, Said::Done)]), NOW, 0.0);
    assert_eq!(plan.poll(NOW), Step::Ready);
    assert_eq!(plan.take(NOW).unwrap().records(), [Id(2), Id(3)]);
}

#[test]
fn halves_of_what_was_too_large_are_no_retries() {
    let mut plan = without_retries(4, 1..3);
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, failed(413), NOW, 0.0);
    assert_eq!(plan.poll(NOW), Step::Ready);
    assert_eq!(plan.take(NOW).unwrap().records(), [Id(1)]);
}

/// The records of the requests that a plan with a limit of bytes makes of these.
fn requests_within(max_bytes: usize, ids: Range<u64>) -> Vec<Vec<Id>> {
    let hundred = NonZeroUsize::new(100).unwrap();
    let descriptor =
        Descriptor::deleting("model", "delete", hundred).with_max_bytes(NonZeroUsize::new(max_bytes).unwrap(), 10);
    let mut plan = Plan::new(descriptor, PlanOptions::default());
    for id in ids {
        plan.offer(
            Entry::Record {
                line: id,
                record: Id(id),
            },
            NOW,
        );
    }
    plan.end_input();
    let mut requests = Vec::new();
    while let Some(batch) = plan.take(NOW) {
        requests.push(batch.records().to_vec());
        let answer = all_deleted(&batch);
        plan.settle(batch, answer, NOW, 0.0);
    }
    requests
}

#[test]
fn a_request_may_be_as_long_as_its_limit() {
    // Two bytes a record beside ten fixed ones.
    assert_eq!(requests_within(14, 1..4), [vec![Id(1), Id(2)], vec![Id(3)]]);
}

#[test]
fn a_record_that_is_longer_than_any_request_goes_alone() {
    assert_eq!(requests_within(11, 1..3), [[Id(1)], [Id(2)]]);
}

#[test]
fn of_groups_that_fill_no_request_the_largest_goes_first() {
    let mut plan = plan(3, 1, 999_999..1_000_002);
    assert_eq!(plan.take(NOW).unwrap().records(), [Id(1_000_000), Id(1_000_001)]);
}

#[test]
fn a_plan_without_records_waits_for_no_moment() {
    let mut plan: Plan<Id> = Plan::new(
        Descriptor::deleting("model", "delete", NonZeroUsize::MIN),
        PlanOptions::default(),
    );
    assert_eq!(plan.poll(NOW), Step::Wait(None));
}

#[test]
fn a_record_that_has_lingered_and_waits_for_another_in_flight_waits_for_no_moment() {
    /// One of those that all touch the same.
    #[derive(Debug, Clone, PartialEq)]
    struct Sharing(u64);

    impl Record for Sharing {
        fn key(&self) -> String {
            self.0.to_string()
        }
        fn identity(&self) -> Identity {
            Identity::number(self.0)
        }
        fn conflicts(&self) -> &[u64] {
            &[7]
        }
    }

    let mut options = PlanOptions::default();
    options.concurrency = NonZeroUsize::new(2).unwrap();
    let lingered = options.linger;
    let mut plan = Plan::new(Descriptor::deleting("model", "delete", NonZeroUsize::MIN), options);
    for line in 1..3 {
        let record = Sharing(line);
        plan.offer(Entry::Record { line, record }, NOW);
    }
    assert_eq!(plan.take(NOW).unwrap().records(), [Sharing(1)]);
    assert_eq!(plan.poll(lingered), Step::Wait(None));
}

#[test]
fn a_plan_lingers_while_records_wait_for_more_input_and_for_nothing_else() {
    let two = NonZeroUsize::new(2).unwrap();
    let mut plan = Plan::new(Descriptor::deleting("model", "delete", two), PlanOptions::default());
    assert!(!plan.is_lingering(NOW), "nothing waits");
    for line in 1..4 {
        plan.offer(Entry::Record { line, record: Id(line) }, NOW);
    }
    assert!(plan.is_lingering(NOW));
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, failed(429), NOW, 0.0);
    assert!(!plan.is_lingering(NOW), "it waits for the server");
    assert!(plan.is_lingering(seconds(1)));
    plan.end_input();
    assert!(!plan.is_lingering(seconds(1)), "no input comes any more");
}

#[test]
fn a_round_of_busy_records_begins_even_when_the_plan_is_asked_late() {
    let mut plan = plan(1, 1, 1..2);
    let batch = plan.take(NOW).unwrap();
    plan.settle(batch, told([(1, Said::Busy { partly: false })]), NOW, 0.0);
    assert_eq!(plan.poll(seconds(31)), Step::Ready);
}

#[test]
fn a_round_of_busy_records_begins_when_no_call_is_in_flight() {
    let mut plan = plan(1, 2, 1..3);
    let (first, second) = (plan.take(NOW).unwrap(), plan.take(NOW).unwrap());
    plan.settle(first, told([(1, Said::Busy { partly: false })]), NOW, 0.0);
    assert_eq!(plan.poll(seconds(30)), Step::Wait(None));
    plan.settle(second, told([(2, Said::Done)]), seconds(30), 0.0);
    assert_eq!(plan.poll(seconds(30)), Step::Ready);
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
