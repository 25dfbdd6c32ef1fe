//! Faults, one rule at a time.

use std::time::Duration;

use batchwise_core::{Action, ReasonKind, Verdict};

use super::plain::done;
use super::{CONCURRENCIES, RECORDS, SMALL};
use crate::conformance::Subject;
use crate::conformance::told::Told;
use crate::conformance::trial::Trial;
use crate::fault::{Fault, FaultRule};

/// Every fault, with the parameters that make a difference.
///
/// A refusal (4xx) never acts: that a provider does nothing for a request that it refuses is what the law stands on.
pub const FAULTS: [Fault; 36] = [
    Fault::Refuse,
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::CloseAfter,
    Fault::HangBefore,
    Fault::HangAfter,
    Fault::Truncate,
    Fault::Garbage,
    Fault::Html {
        status: 200,
        acts: false,
    },
    Fault::Html {
        status: 200,
        acts: true,
    },
    Fault::Html {
        status: 400,
        acts: false,
    },
    Fault::Html {
        status: 413,
        acts: false,
    },
    Fault::Html {
        status: 502,
        acts: false,
    },
    Fault::Html {
        status: 504,
        acts: true,
    },
    Fault::Status {
        status: 400,
        acts: false,
    },
    Fault::Status {
        status: 401,
        acts: false,
    },
    Fault::Status {
        status: 403,
        acts: false,
    },
    Fault::Status {
        status: 404,
        acts: false,
    },
    Fault::Status {
        status: 408,
        acts: true,
    },
    Fault::Status {
        status: 413,
        acts: false,
    },
    Fault::Status {
        status: 414,
        acts: false,
    },
    Fault::Status {
        status: 500,
        acts: false,
    },
    Fault::Status {
        status: 500,
        acts: true,
    },
    Fault::Status {
        status: 503,
        acts: true,
    },
    Fault::TooManyRequests { retry_after: None },
    Fault::TooManyRequests { retry_after: Some(0) },
    Fault::TooManyRequests { retry_after: Some(7) },
    Fault::Slow(Duration::from_secs(1)),
    Fault::Slow(Duration::from_secs(90)),
    Fault::DropFromAnswer(1),
    Fault::DropFromAnswer(4),
    Fault::Duplicate,
    Fault::Extra,
    Fault::Contradict,
    Fault::WrongLength,
    Fault::SessionExpired,
];

/// Why a job stops for good when this happens once; `None` when it mends.
fn stops_for(fault: Fault, renewable: bool) -> Option<ReasonKind> {
    match fault {
        Fault::Status { status: 401 | 403, .. } | Fault::SessionExpired if !renewable => Some(ReasonKind::Credentials),
        Fault::Status { status: 404, .. } => Some(ReasonKind::Target),
        _ => None,
    }
}

fn trial<'s, S: Subject>(subject: &'s S, rule: FaultRule, concurrency: usize) -> Trial<'s, S> {
    let rule = rule.on(subject.method());
    Trial::of(subject, rule.to_string(), 0..RECORDS)
        .max_records(SMALL)
        .rule(rule)
        .concurrency(concurrency)
}

/// Each fault at one request mends: everything is done, or gone as it should be. What cannot mend stops the job.
fn once<S: Subject>(subject: &S, nth: impl Fn(u64) -> u64) {
    let least = Trial::of(subject, "a plain run", 0..RECORDS)
        .max_records(SMALL)
        .run()
        .least;
    for (fault, concurrency) in FAULTS
        .iter()
        .flat_map(|fault| CONCURRENCIES.map(|calls| (*fault, calls)))
    {
        let told = trial(subject, FaultRule::new(fault).nth(nth(least)), concurrency).run();
        let stops = stops_for(fault, told.renewable);
        told.demand(told.stopped() == stops, || {
            format!("expected to be stopped by {stops:?}")
        });
        let done = done(&told);
        told.demand_verdicts(|number| match stops {
            Some(_) => vec![done, Verdict::NotSent],
            None => mended(&told, done, number),
        });
        told.demand(fired(&told) == 1, || format!("it fired {} times", fired(&told)));
        if stops.is_some() {
            // The refused call and those that were in flight beside it.
            let most = nth(least) + u64::try_from(concurrency).unwrap_or(0) - 1;
            told.demand(told.run.summary.calls <= most, || format!("more than {most} calls"));
        } else {
            // One more, two where a call is repeated after a login; what is due again may leave alone. A batch that is too
            // large halves all that follow, one that is refused without a name is taken apart.
            let extra = match fault {
                Fault::Status { status: 400, .. } | Fault::Html { status: 400, .. } => 64,
                Fault::Status { status: 413 | 414, .. } | Fault::Html { status: 413, .. } => told.least + 3,
                _ => 3,
            };
            let most = told.least + extra;
            told.demand(told.run.summary.calls <= most, || format!("more than {most} calls"));
        }
    }
}

/// What a record without difficulty may come to when a lost call was repeated.
fn mended<S: Subject>(told: &Told<'_, S>, done: Verdict, number: u64) -> Vec<Verdict> {
    let mut verdicts = vec![done];
    match told.run.descriptor.action {
        Action::Delete => verdicts.push(Verdict::PresumedDeleted),
        Action::Update if !told.subject.repeat_tells(number) => verdicts.push(Verdict::Unknown),
        Action::Update => {}
    }
    verdicts
}

fn fired<S: Subject>(told: &Told<'_, S>) -> usize {
    told.log.len()
}

/// Each fault at the first request.
pub fn at_the_first_request<S: Subject>(subject: &S) {
    once(subject, |_| 1);
}

/// Each fault at a request in the middle.
pub fn at_a_request_in_the_middle<S: Subject>(subject: &S) {
    once(subject, |least| least.div_ceil(2));
}

/// Each fault at the last request.
pub fn at_the_last_request<S: Subject>(subject: &S) {
    once(subject, |least| least);
}

/// Each fault at every third request: the law holds, and the job goes on to its end unless it has to stop.
pub fn at_every_third_request<S: Subject>(subject: &S) {
    for (fault, concurrency) in FAULTS
        .iter()
        .flat_map(|fault| CONCURRENCIES.map(|calls| (*fault, calls)))
    {
        let told = trial(subject, FaultRule::new(fault).every(3), concurrency).run();
        let stops = stops_for(fault, told.renewable);
        told.demand(told.stopped() == stops, || {
            format!("expected to be stopped by {stops:?}")
        });
        let refuses = matches!(
            fault,
            Fault::Status { status: 400, .. }
                | Fault::Html { status: 400 | 413, .. }
                | Fault::Status { status: 413 | 414, .. }
        );
        let unreadable = matches!(fault, Fault::Html { status: 400, .. });
        let done = done(&told);
        told.demand_verdicts(|number| {
            let mut allowed = mended(&told, done, number);
            allowed.extend(stops.map(|_| Verdict::NotSent));
            allowed.extend(unreadable.then_some(Verdict::Unknown));
            // A request that carried one record alone was refused: nobody can know that it was not the record's fault.
            allowed.extend(refuses.then_some(Verdict::Rejected));
            allowed
        });
    }
}

/// Each fault at every request: the job ends after a bounded number of calls, and nothing that was not done counts as done.
pub fn at_every_request<S: Subject>(subject: &S) {
    for (fault, concurrency) in FAULTS
        .iter()
        .flat_map(|fault| CONCURRENCIES.map(|calls| (*fault, calls)))
    {
        let told = trial(subject, FaultRule::new(fault), concurrency).run();
        let all = |verdict| move |_: u64| vec![verdict];
        let done = done(&told);
        match fault {
            Fault::Refuse => {
                told.demand(told.stopped() == Some(ReasonKind::Budget), || {
                    "expected a spent budget".to_owned()
                });
                told.demand_verdicts(all(Verdict::NotSent));
            }
            Fault::TooManyRequests { .. } => {
                told.demand(told.stopped() == Some(ReasonKind::Quota), || {
                    "expected a spent quota".to_owned()
                });
                told.demand_verdicts(all(Verdict::NotSent));
                told.demand(told.elapsed >= Duration::from_secs(60), || {
                    "a minute is the least".to_owned()
                });
                // Refusals of calls that were in flight together count as one.
                let most = 14 * u64::try_from(concurrency).unwrap_or(1);
                told.demand(told.run.summary.calls <= most, || format!("more than {most} calls"));
            }
            Fault::Status { status: 401 | 403, .. } | Fault::SessionExpired => {
                told.demand(told.stopped() == Some(ReasonKind::Credentials), || {
                    "expected to stop".to_owned()
                });
                told.demand_verdicts(all(Verdict::NotSent));
                let most = 2 * u64::try_from(concurrency).unwrap_or(1);
                told.demand(told.run.summary.calls <= most, || format!("more than {most} calls"));
            }
            Fault::Status { status: 404, .. } => {
                told.demand(told.stopped() == Some(ReasonKind::Target), || {
                    "expected to stop".to_owned()
                });
                told.demand_verdicts(all(Verdict::NotSent));
            }
            Fault::Slow(time) if time < Duration::from_secs(30) => told.demand_verdicts(all(done)),
            Fault::Status { status: 400, .. } => {
                told.demand_verdicts(|_| vec![Verdict::Rejected, Verdict::NotSent]);
            }
            // Nobody can read what a page means: the call may have acted.
            Fault::Html { status: 400, .. } => told.demand_verdicts(|_| vec![Verdict::Unknown, Verdict::NotSent]),
            Fault::Status { status: 413 | 414, .. } | Fault::Html { status: 413, .. } => {
                told.demand_verdicts(|_| vec![Verdict::Rejected, Verdict::NotSent]);
            }
            Fault::ResetBefore
            | Fault::ResetAfter
            | Fault::CloseAfter
            | Fault::HangBefore
            | Fault::HangAfter
            | Fault::Truncate
            | Fault::Garbage
            | Fault::Slow(_)
            | Fault::Html { .. }
            | Fault::Status { .. } => told.demand_verdicts(|_| vec![Verdict::Unknown, Verdict::NotSent]),
            Fault::DropFromAnswer(_) | Fault::Duplicate | Fault::Extra | Fault::Contradict | Fault::WrongLength => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_that_a_state_file_can_name_is_tried() {
        for name in Fault::NAMES.split(", ") {
            assert!(FAULTS.iter().any(|fault| fault.name() == name), "{name}");
        }
    }
}
