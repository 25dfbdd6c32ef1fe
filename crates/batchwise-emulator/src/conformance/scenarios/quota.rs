//! What the provider allows.

use std::time::Duration;

use batchwise_core::quota::Window;

use super::plain::done;
use super::{CONCURRENCIES, RECORDS, SMALL};
use crate::conformance::Subject;
use crate::conformance::told::Told;
use crate::conformance::trial::Trial;
use crate::quota::QuotaConfig;

/// Windows of requests that a long run fills.
const FULL_WINDOWS: u32 = 60;

/// Most requests of a run.
const MOST: u32 = 1600;

/// The client's own quota against the emulator's strict windows: no request is refused, no window ever holds more than it
/// may, and at least nine tenths of what the quota allows are used, whether answers come soon or late.
pub fn is_used_to_nine_tenths_and_never_exceeded<S: Subject>(subject: &S) {
    let windows = subject.windows();
    let shortest = windows.iter().map(|window| window.limit().get()).min().unwrap_or(1);
    let requests = (shortest * FULL_WINDOWS).clamp(1, MOST);
    for (latency, concurrency, share) in [(0, 1, 2), (120, 1, 2), (900, 16, 1)] {
        let requests = requests / share;
        let told = Trial::of(
            subject,
            format!("{requests} requests, {latency} ms away"),
            0..u64::from(requests),
        )
        .max_records(1)
        .world(|world| world.quota(subject.emulated_quota()))
        .windows(windows.clone())
        .latency(Duration::from_millis(latency))
        .concurrency(concurrency)
        .run();
        let done = done(&told);
        told.demand_verdicts(|_| vec![done]);
        never_exceeded(&told);
        let fastest = fastest(&windows, told.least);
        // The answer to the last request comes after its latency.
        let took = told.elapsed.saturating_sub(Duration::from_millis(latency));
        told.demand(fastest >= took.mul_f64(0.9), || {
            format!("it took {took:?}; without a guard {fastest:?} is possible")
        });
    }
}

fn never_exceeded<S: Subject>(told: &Told<'_, S>) {
    let tally = told.truth.tally(told.subject.method());
    told.demand(tally.over_quota == 0, || {
        format!("{} requests over quota", tally.over_quota)
    });
    let provider = told.subject.method().provider();
    let over = told
        .truth
        .windows
        .iter()
        .filter(|window| window.provider == provider && window.most > usize::try_from(window.rate.limit).unwrap_or(0))
        .map(|window| format!("{} requests in a window of {}", window.most, window.rate));
    told.hold(over.collect::<Vec<_>>());
}

/// The time in which so many requests can arrive when every window is filled at once whenever it is free.
fn fastest(windows: &[Window], requests: u64) -> Duration {
    let mut times: Vec<Duration> = Vec::new();
    for at in 0..usize::try_from(requests).unwrap_or(0) {
        let free = windows.iter().filter_map(|window| {
            let before = at.checked_sub(usize::try_from(window.limit().get()).ok()?)?;
            Some(*times.get(before)? + window.per())
        });
        let last = times.last().copied().unwrap_or_default();
        times.push(free.max().unwrap_or_default().max(last));
    }
    times.last().copied().unwrap_or_default()
}

/// A server that allows less than the client thinks: its refusals are waited out, and everything is done.
pub fn that_is_smaller_than_thought_is_waited_for<S: Subject>(subject: &S) {
    for (retry_after, concurrency) in [true, false]
        .into_iter()
        .flat_map(|say| CONCURRENCIES.map(|calls| (say, calls)))
    {
        let rate = vec![crate::quota::Rate::new(2, Duration::from_secs(3))];
        let quota = QuotaConfig {
            off: false,
            calltouch: rate.clone(),
            dellin: rate.clone(),
            thulium: rate,
            retry_after,
        };
        let told = Trial::of(
            subject,
            format!("two in three seconds, said: {retry_after}"),
            0..RECORDS,
        )
        .max_records(SMALL)
        .world(|world| world.quota(quota))
        .concurrency(concurrency)
        .run();
        let done = done(&told);
        told.demand_verdicts(|_| vec![done]);
        told.demand(told.run.outcomes.iter().all(|outcome| outcome.attempts == 1), || {
            "a refusal for rate is no attempt".to_owned()
        });
    }
}
