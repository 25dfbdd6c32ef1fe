//! Credentials that end in the middle of a job.

use batchwise_core::{BatchMethod, ReasonKind, Verdict};

use super::faults::FAULTS;
use super::plain::done;
use super::{RECORDS, SMALL, idle};
use crate::conformance::Subject;
use crate::conformance::trial::Trial;
use crate::fault::{Fault, FaultRule};

/// Static credentials that are refused in the middle stop the job at once: what was done is reported, the rest is not sent.
/// A session is renewed.
pub fn that_are_refused_in_mid_job_are_renewed_or_stop_it<S: Subject>(subject: &S) {
    for from in [1, 2, 4] {
        let rule = FaultRule::new(Fault::SessionExpired).on(subject.method());
        let rule = match subject.login() {
            Some(_) => rule.nth(from),
            None => rule.between(from, u64::MAX),
        };
        let told = Trial::of(subject, format!("refused from request {from}"), 0..RECORDS)
            .max_records(SMALL)
            .rule(rule)
            .run();
        let done = done(&told);
        if subject.login().is_some() {
            told.demand_verdicts(|_| vec![done]);
            // The first login, and one for the session that died.
            told.demand(told.run.summary.logins == 2, || "two logins are expected".to_owned());
            told.demand(told.run.summary.calls == told.least + 1, || {
                "one call more is expected".to_owned()
            });
        } else {
            told.demand(told.stopped() == Some(ReasonKind::Credentials), || {
                "it did not stop".to_owned()
            });
            told.demand(told.run.summary.calls == from, || format!("{from} calls are expected"));
            told.demand_verdicts(|_| vec![done, Verdict::NotSent]);
            let sent = (from - 1) * u64::try_from(SMALL).unwrap_or(1);
            told.demand(told.count(done) <= sent, || format!("more than {sent} done"));
        }
    }
}

/// Sessions that die every few calls: one login for each, however many calls are in flight.
pub fn that_die_every_few_calls_cost_one_login_each<S: Subject>(subject: &S) {
    if subject.login().is_none() {
        return;
    }
    // A call that is refused twice in a row stops the job, so a session lives for more calls than can be in flight beside it.
    for (calls, concurrency) in [(1, 1), (2, 1), (3, 1), (5, 1), (8, 4), (12, 4)] {
        let told = Trial::of(subject, format!("sessions of {calls} calls"), 0..3 * RECORDS)
            .max_records(SMALL)
            .world(|world| subject.short_sessions(world, calls))
            .concurrency(concurrency)
            .run();
        let done = done(&told);
        told.demand_verdicts(|_| vec![done]);
        let sessions = told.least.div_ceil(calls);
        told.demand(
            told.truth.logins == sessions && told.run.summary.logins == sessions,
            || format!("{} logins, {sessions} are enough", told.truth.logins),
        );
        let most = told.least + sessions * u64::try_from(concurrency).unwrap_or(1);
        told.demand(told.run.summary.calls <= most, || format!("more than {most} calls"));
    }
}

/// Logins that fail, in every way: once, at every second, at every one. A job without a session sends nothing.
pub fn that_cannot_be_had_leave_everything_unsent<S: Subject>(subject: &S) {
    let Some(login) = subject.login() else {
        assert!(
            !idle(subject).can_renew(),
            "a client that renews its credentials has to say which method logs in"
        );
        return;
    };
    for fault in FAULTS {
        for (concurrency, rule) in [
            (1, FaultRule::new(fault).nth(1)),
            (4, FaultRule::new(fault).nth(1)),
            (1, FaultRule::new(fault).every(2)),
            (1, FaultRule::new(fault)),
            (4, FaultRule::new(fault)),
        ] {
            let rule = rule.on(login);
            let told = Trial::of(subject, rule.to_string(), 0..RECORDS)
                .max_records(SMALL)
                .rule(rule)
                .world(|world| subject.short_sessions(world, 5))
                .concurrency(concurrency)
                .run();
            let done = done(&told);
            // Whatever becomes of logins, no record is in doubt.
            told.demand_verdicts(|_| vec![done, Verdict::NotSent]);
            let most = 4 * told.least + 80;
            let logins = told.truth.tally(login);
            told.demand(logins.received + logins.refused <= most, || {
                format!("more than {most} logins")
            });
        }
    }
}
