//! The law, held against one answer: every record has exactly one finding, one next step and one outcome.

use std::collections::HashMap;
use std::fmt::Debug;

use batchwise_core::plan::{Attempt, Entry, Plan, PlanOptions, Step};
use batchwise_core::{
    BatchMethod, CallError, Finding, Identity, Outcome, Reason, ReasonKind, Record, Reply, Said, Verdict, reconcile,
};

use crate::answers::{Answered, SECRET};

/// Most bytes of a provider's text that an error may keep.
const LONGEST_TEXT: usize = 1100;

/// Calls that a job of a handful of records can cost, whatever it is answered.
const MOST_CALLS: usize = 400;

/// What one answer was found to say of each record.
#[derive(Debug)]
pub struct Held {
    /// What is said of each record; `None` where the answer says nothing that counts.
    pub said: Vec<Option<Said>>,
    /// The verdict that each record has after one call and a stop.
    pub verdicts: Vec<Verdict>,
}

/// Of so many inputs one is answered to every call of a whole job, which costs as much as the rest together.
const JOB_EVERY: u32 = 8;

/// Bytes of the longest answer that is answered to a whole job: what a longer one costs is measured call by call.
const LONGEST_OF_A_JOB: usize = 16 * 1024;

/// Calls once, and holds the answer against the law; for some answers, drives a whole job over the same answer.
pub fn hold<M>(answered: &Answered<M>, records: &[M::Record]) -> Held
where
    M: BatchMethod,
    M::Record: PartialEq,
{
    let result = answered.call(records);
    nothing_leaks(&result);
    if let Err(error) = &result {
        is_bounded(error, records.len());
    }
    let said = match &result {
        Ok(reply) => findings(records, reply),
        Err(_) => vec![None; records.len()],
    };
    let verdicts = one_call(answered, records, result, &said);
    if answered.body_len() <= LONGEST_OF_A_JOB && answered.chance() % JOB_EVERY == 0 {
        whole_job(answered, records);
    }
    Held { said, verdicts }
}

/// No text of an answer repeats a secret.
fn nothing_leaks(shown: &impl Debug) {
    let shown = format!("{shown:?}");
    assert!(!shown.contains(SECRET), "a secret is shown: {shown}");
}

/// An error keeps little of an answer, and names no record that was not sent.
fn is_bounded(error: &CallError, sent: usize) {
    for text in [error.message(), error.code(), error.request_id(), error.snippet()].into_iter().flatten() {
        assert!(text.len() <= LONGEST_TEXT, "{} bytes are kept", text.len());
    }
    let mut named = vec![false; sent];
    for violation in error.violations() {
        let seen = named.get_mut(violation.index).expect("a violation names a record of the request");
        assert!(!std::mem::replace(seen, true), "record {} is named twice", violation.index);
        assert!(violation.path.len() <= LONGEST_TEXT && violation.message.len() <= LONGEST_TEXT);
    }
}

/// Reconciles, and reads the reply a second time: slowly, and by the law's own words.
fn findings<R: Record>(records: &[R], reply: &Reply) -> Vec<Option<Said>> {
    let reconciled = reconcile(records, reply.clone());
    assert_eq!(reconciled.findings.len(), records.len(), "one finding for each record");
    let expected: Vec<Finding2> = match reply {
        Reply::Positional(statements) if statements.len() == records.len() => {
            statements.iter().map(|statement| Finding2::Said(statement.said)).collect()
        }
        Reply::Positional(_) => vec![Finding2::Nothing; records.len()],
        Reply::Named(statements) => {
            let mut by_name: HashMap<&Identity, Finding2> = HashMap::new();
            for (name, statement) in statements {
                by_name
                    .entry(name)
                    .and_modify(|found| {
                        if *found != Finding2::Said(statement.said) {
                            *found = Finding2::Nothing;
                        }
                    })
                    .or_insert(Finding2::Said(statement.said));
            }
            let strangers = statements
                .iter()
                .filter(|(name, _)| records.iter().all(|record| record.identity() != *name))
                .count();
            assert_eq!(reconciled.unexpected, strangers, "names that were not sent are counted");
            let of = |record: &R| by_name.get(&record.identity()).copied().unwrap_or(Finding2::Nothing);
            records.iter().map(of).collect()
        }
    };
    let said = |finding: &Finding| match finding {
        Finding::Said(statement) => Some(statement.said),
        Finding::Missing | Finding::Conflicting | Finding::Misaligned => None,
    };
    let said: Vec<Option<Said>> = reconciled.findings.iter().map(said).collect();
    let expected: Vec<Option<Said>> = expected.into_iter().map(Finding2::said).collect();
    assert_eq!(said, expected, "a finding is what the answer says once");
    said
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Finding2 {
    Said(Said),
    Nothing,
}

impl Finding2 {
    fn said(self) -> Option<Said> {
        match self {
            Self::Said(said) => Some(said),
            Self::Nothing => None,
        }
    }
}

fn plan_of<M: BatchMethod>(answered: &Answered<M>, records: &[M::Record]) -> Plan<M::Record> {
    let mut plan = Plan::new(answered.client.descriptor().clone(), PlanOptions::default());
    for (line, record) in (1..).zip(records) {
        plan.offer(Entry::Record { line, record: record.clone() }, now());
    }
    plan.end_input();
    plan
}

const fn now() -> batchwise_core::clock::Tick {
    std::time::Duration::ZERO
}

fn drained<R: Record>(plan: &mut Plan<R>) -> Vec<Outcome<R>> {
    std::iter::from_fn(|| plan.take_outcome()).collect()
}

fn attempt(result: Result<Reply, CallError>) -> Attempt {
    match result {
        Ok(reply) => Attempt::Reply(reply),
        Err(error) => Attempt::Failed(error),
    }
}

/// One call, then a stop: every record has one outcome, and it claims no more than the answer does.
fn one_call<M>(
    answered: &Answered<M>,
    records: &[M::Record],
    result: Result<Reply, CallError>,
    said: &[Option<Said>],
) -> Vec<Verdict>
where
    M: BatchMethod,
    M::Record: PartialEq,
{
    let mut plan = plan_of(answered, records);
    assert_eq!(plan.poll(now()), Step::Ready);
    let batch = plan.take(now()).expect("a batch that is ready");
    assert_eq!(batch.records(), records, "the records travel in one request");
    let failure = result.as_ref().err().cloned();
    plan.settle(batch, attempt(result), now(), 0.5);
    plan.stop(Reason::new(ReasonKind::Cancelled));
    assert_eq!(plan.poll(now()), Step::Done, "nothing is left after a stop");
    let outcomes = drained(&mut plan);
    let verdicts = in_order(records, &outcomes);
    nothing_leaks(&outcomes);
    for (index, (verdict, said)) in verdicts.iter().zip(said).enumerate() {
        let right = match (said, &failure) {
            (Some(Said::Done), _) => matches!(verdict, Verdict::Deleted | Verdict::Updated),
            (Some(Said::Unchanged), _) => *verdict == Verdict::Unchanged,
            (Some(Said::Absent), _) => *verdict == Verdict::NotFound,
            (Some(Said::Unmatched), _) => *verdict == Verdict::Unmatched,
            (Some(Said::Busy { .. }), _) => matches!(verdict, Verdict::Busy | Verdict::Unknown),
            (Some(Said::Refused { .. }), _) => *verdict == Verdict::Rejected,
            (Some(_), _) | (None, None) => *verdict == Verdict::Unknown,
            (None, Some(error)) if error.violations().iter().any(|violation| violation.index == index) => {
                matches!(verdict, Verdict::Rejected | Verdict::Unknown)
            }
            (None, Some(error)) if error.may_have_acted() => *verdict == Verdict::Unknown,
            (None, Some(_)) => matches!(verdict, Verdict::NotSent | Verdict::Unknown | Verdict::Rejected),
        };
        assert!(right, "record {index}: {verdict} of {said:?}, {failure:?}");
    }
    verdicts
}

/// The verdicts in the order of the records, each of which has exactly one.
fn in_order<R: Record + PartialEq>(records: &[R], outcomes: &[Outcome<R>]) -> Vec<Verdict> {
    assert_eq!(outcomes.len(), records.len(), "one outcome for each record");
    let of = |(line, record): (u64, &R)| {
        let mut own = outcomes.iter().filter(|outcome| outcome.line == line);
        let outcome = own.next().expect("an outcome for this line");
        assert!(own.next().is_none(), "one outcome for line {line}");
        assert_eq!(outcome.record(), Some(record));
        outcome.verdict
    };
    (1..).zip(records).map(of).collect()
}

/// A job in which every call gets this answer: it ends, in a bounded number of calls, with one outcome for each record.
fn whole_job<M>(answered: &Answered<M>, records: &[M::Record])
where
    M: BatchMethod,
    M::Record: PartialEq,
{
    let mut plan = plan_of(answered, records);
    let mut outcomes = Vec::new();
    let (mut time, mut calls) = (now(), 0);
    loop {
        match plan.poll(time) {
            Step::Done => break,
            Step::Wait(until) => time = until.expect("a job without calls in flight waits for time alone").max(time),
            Step::Ready => {
                let Some(batch) = plan.take(time) else { continue };
                calls += 1;
                assert!(calls <= MOST_CALLS, "the job does not end");
                let result = answered.call(batch.records());
                plan.settle(batch, attempt(result), time, 0.5);
            }
        }
        outcomes.extend(drained(&mut plan));
    }
    outcomes.extend(drained(&mut plan));
    in_order(records, &outcomes);
}
