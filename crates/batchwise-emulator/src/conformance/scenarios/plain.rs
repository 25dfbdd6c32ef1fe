//! Nothing goes wrong.

use std::time::Duration;

use batchwise_core::Verdict;

use super::{CONCURRENCIES, batches};
use crate::conformance::Subject;
use crate::conformance::told::Told;
use crate::conformance::trial::Trial;
use batchwise_core::Action;

/// What a record comes to when nothing is wrong with it.
pub(super) fn done<S: Subject>(told: &Told<'_, S>) -> Verdict {
    match told.run.descriptor.action {
        Action::Delete => Verdict::Deleted,
        Action::Update => Verdict::Updated,
    }
}

/// Full batches of the client's own size: everything is done, and no request is made that could have been saved.
pub fn takes_the_least_number_of_requests<S: Subject>(subject: &S) {
    for concurrency in CONCURRENCIES {
        for latency in [0, 300, 3000] {
            let told = Trial::of(subject, format!("a plain run, {latency} ms away"), batches(subject, 6))
                .concurrency(concurrency)
                .latency(Duration::from_millis(latency))
                .run();
            told.demand_verdicts(|_| vec![done(&told)]);
            let (calls, least) = (told.run.summary.calls, told.least);
            told.demand(calls == least, || format!("{calls} calls, where {least} are enough"));
            told.demand(told.run.summary.is_success(), || "no success".to_owned());
            told.demand(told.run.outcomes.iter().all(|outcome| outcome.attempts == 1), || {
                "more than one attempt for a record".to_owned()
            });
        }
    }
}

/// Lists of no record, of one, and of one more or less than a batch.
pub fn takes_lists_of_every_length<S: Subject>(subject: &S) {
    let batch = batches(subject, 1).end + 3;
    for count in [0, 1, 2, batch - 1, batch, batch + 1] {
        let told = Trial::of(subject, format!("a list of {count}"), 0..count).run();
        told.demand_verdicts(|_| vec![done(&told)]);
        let (calls, least) = (told.run.summary.calls, told.least);
        told.demand(calls == least, || format!("{calls} calls, where {least} are enough"));
    }
}

/// Records that come again: a repeat is counted and sent once, or is an update of its own where order has a meaning.
pub fn sends_a_repeated_record_once<S: Subject>(subject: &S) {
    for concurrency in CONCURRENCIES {
        let numbers = (0..45_u64).chain(20..30).chain([7, 7, 7, 44]).chain(40..70);
        let told = Trial::of(subject, "records that come again", numbers)
            .max_records(super::SMALL)
            .concurrency(concurrency)
            .run();
        told.demand(told.run.summary.is_success(), || "no success".to_owned());
        for number in [7, 25, 44] {
            let (calls, lines) = (told.run.calls_with(number).len(), told.outcomes_of(number));
            told.demand(calls == lines, || {
                format!("record {number} has {lines} outcomes and was in {calls} calls")
            });
        }
    }
}
