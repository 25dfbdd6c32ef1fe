//! Jobs that are stopped from outside.

use std::time::Duration;

use batchwise_core::{ReasonKind, Verdict};

use super::plain::done;
use super::{CONCURRENCIES, RECORDS, SMALL};
use crate::conformance::Subject;
use crate::conformance::trial::{Halt, Trial};
use crate::fault::{Fault, FaultRule};

/// Outcomes after which a job is stopped.
const AFTER: [usize; 8] = [0, 1, 5, 10, 11, 35, 59, 60];

fn trial<S: Subject>(subject: &S, halt: Halt, concurrency: usize) -> Trial<'_, S> {
    Trial::of(subject, format!("{halt:?}"), 0..RECORDS)
        .max_records(SMALL)
        .concurrency(concurrency)
        .halt(halt)
}

/// The token: no call begins after it, what is in flight is finished and reported, the rest is not sent.
pub fn by_the_token_finishes_what_is_in_flight<S: Subject>(subject: &S) {
    for (after, concurrency) in AFTER
        .into_iter()
        .flat_map(|after| CONCURRENCIES.map(|calls| (after, calls)))
    {
        let told = trial(subject, Halt::Token(after), concurrency).run();
        let done = done(&told);
        told.demand_verdicts(|_| vec![done, Verdict::NotSent]);
        let all = told.count(done) == RECORDS;
        told.demand(all || told.stopped() == Some(ReasonKind::Cancelled), || {
            "it did not stop".to_owned()
        });
        let least = u64::try_from(after).unwrap_or(0);
        told.demand(told.count(done) >= least, || format!("at least {least} are done"));
    }
}

/// A deadline: no call begins after it.
pub fn by_a_deadline_begins_no_call_after_it<S: Subject>(subject: &S) {
    let deadlines = [0, 1, 20, 110, 111, 250, 500];
    for (after, concurrency) in deadlines
        .into_iter()
        .flat_map(|after| CONCURRENCIES.map(|calls| (after, calls)))
    {
        let told = trial(subject, Halt::Deadline(Duration::from_millis(after)), concurrency)
            .latency(Duration::from_millis(100))
            .run();
        let done = done(&told);
        told.demand_verdicts(|_| vec![done, Verdict::NotSent]);
        told.demand(after > 0 || told.count(Verdict::NotSent) == RECORDS, || {
            "nothing may be sent".to_owned()
        });
    }
}

/// A stop while calls fail: what may have been done is unknown, what waits for its next round stays busy.
pub fn while_calls_fail_leaves_the_truth<S: Subject>(subject: &S) {
    for fault in [
        Fault::ResetAfter,
        Fault::ResetBefore,
        Fault::HangAfter,
        Fault::DropFromAnswer(3),
    ] {
        for (after, concurrency) in [0, 3, 8, 25]
            .into_iter()
            .flat_map(|after| CONCURRENCIES.map(|calls| (after, calls)))
        {
            for halt in [
                Halt::Token(after),
                Halt::Deadline(Duration::from_millis(60 * u64::try_from(after).unwrap_or(0))),
            ] {
                trial(subject, halt, concurrency)
                    .rule(FaultRule::new(fault).on(subject.method()).every(2))
                    .run();
            }
        }
    }
}

/// Dropping the stream: no further request, and the outcomes that were given stay true.
pub fn by_dropping_the_stream_makes_no_further_request<S: Subject>(subject: &S) {
    for (after, concurrency) in AFTER
        .into_iter()
        .flat_map(|after| CONCURRENCIES.map(|calls| (after, calls)))
    {
        let told = trial(subject, Halt::Drop(after), concurrency).run();
        let done = done(&told);
        told.demand_verdicts(|_| vec![done]);
        told.demand(told.run.outcomes.len() == after, || {
            "another number of outcomes".to_owned()
        });
        // No more is ahead of the consumer than the calls that were in flight.
        let size = u64::try_from(SMALL).unwrap_or(1);
        let most =
            u64::try_from(after.div_ceil(SMALL) + concurrency).unwrap_or(0) + told.least - RECORDS.div_ceil(size);
        told.demand(told.requests() <= most, || format!("more than {most} requests"));
    }
}
