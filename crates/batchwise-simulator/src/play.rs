//! Plays a scenario: every job to its end, in simulated time, on one thread.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::PoisonError;

use batchwise_core::clock::{Clock, Tick};
use batchwise_core::test_util::FakeClock;
use batchwise_emulator::conformance::{Breach, RecordOf, SharedSight, Subject};

use crate::arrange;
use crate::case;
use crate::coverage::Coverage;
use crate::executor::Executor;
use crate::law;
use crate::methods::book::Book;
use crate::methods::campaigns::{Customers, Phones};
use crate::methods::imports::Imports;
use crate::methods::leads::Leads;
use crate::net::{Net, WebServer};
use crate::scenario::{Scenario, Target};
use crate::stage::Stage;

/// More polls than any scenario can need: a job that takes them goes round and round.
const ENDLESS: u64 = 1_000_000;

/// Every job comes to its end.
const ENDS: &str = "every job ends";

/// A scenario that was played.
#[derive(Debug, Default)]
pub struct Played {
    /// The laws that were broken; none, when all is well.
    pub broken: Vec<Breach>,
    /// What happened.
    pub coverage: Coverage,
    /// Every call and every outcome in words, where they were asked for.
    pub transcript: String,
}

/// Plays a scenario and holds it against the law; with `tell`, it also writes down what happened.
#[must_use]
pub fn play(scenario: &Scenario, tell: bool) -> Played {
    let played = std::panic::catch_unwind(AssertUnwindSafe(|| match scenario.target {
        Target::Imports {
            refusal_deletes_others,
            refusal_is_a_result,
            partial_is_200,
        } => play_on(
            scenario,
            Imports {
                refusal_deletes_others,
                refusal_is_a_result,
                partial_status: partial_is_200.then_some(200),
            },
            tell,
        ),
        Target::Leads => play_on(scenario, Leads, tell),
        Target::BookJson => play_on(scenario, Book::password(dellin_book::Wire::Json), tell),
        Target::BookXml => play_on(scenario, Book::password(dellin_book::Wire::Xml), tell),
        Target::BookBrought => play_on(scenario, Book::session(), tell),
        Target::Customers { multi_status } => play_on(
            scenario,
            Customers {
                multi_status,
                long_ids: false,
            },
            tell,
        ),
        Target::Phones { multi_status } => play_on(scenario, Phones { multi_status }, tell),
    }));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Played {
            broken: vec![Breach::new("no panic", text.unwrap_or("a panic without a text"))],
            ..Played::default()
        }
    })
}

/// Calls begun so far.
pub(crate) fn calls(sight: &SharedSight) -> usize {
    sight.lock().unwrap_or_else(PoisonError::into_inner).calls.len()
}

fn play_on<S>(scenario: &Scenario, subject: S, tell: bool) -> Played
where
    S: Subject + 'static,
    S::Client: Clone,
    RecordOf<S>: Unpin,
{
    let clock = FakeClock::manual().with_jitter(scenario.chance);
    let difficult = arrange::difficult(scenario);
    let net = Net::new(
        WebServer(arrange::world(scenario, &subject, &difficult)),
        clock.clone(),
        scenario.network,
        arrange::guard(&arrange::windows(&scenario.quota)),
        scenario.chance ^ 0x6e65_7400,
    );
    let stage = Rc::new(Stage::new(scenario, subject, clock.clone(), net.clone()));
    let mut executor = Executor::new(scenario.chance ^ 0x7461_736b);
    let jobs = scenario.jobs.iter().enumerate();
    let roles: Vec<_> = jobs
        .map(|(at, job)| Stage::enter(&stage, at, job, &mut executor))
        .collect();
    let mut coverage = Coverage::default();
    let end = go_on(scenario, &mut executor, &clock, &net, &mut coverage);
    drop(executor);
    let (truth, log) = net.ask(|server| (server.0.truth(), server.0.log()));
    let mut played = Played {
        coverage,
        ..Played::default()
    };
    played.broken.extend(end.err());
    let jobs = scenario.jobs.iter().zip(roles);
    let cases: Vec<case::Case<RecordOf<S>>> = jobs
        .map(|(job, role)| case::of(&stage.subject, job, &role, &truth, &difficult))
        .collect();
    if played.broken.is_empty() {
        for case in &cases {
            played.broken.extend(law::of_job(case));
        }
        played
            .broken
            .extend(law::of_world(scenario, &stage.subject, &cases, &truth));
    }
    played
        .coverage
        .note(scenario, &cases, &truth, &log, &stage.watcher.seen(), &net.sights());
    if tell {
        played.transcript = crate::story::transcript(&cases, &log, clock.now());
    }
    played
}

/// Lets time pass until every job is over and nothing is on its way any more.
fn go_on(
    scenario: &Scenario,
    executor: &mut Executor,
    clock: &FakeClock,
    net: &Net<WebServer>,
    coverage: &mut Coverage,
) -> Result<(), Breach> {
    let mut jumps = scenario.jumps.iter().peekable();
    let mut polls = 0;
    loop {
        while executor.poll_one() {
            polls += 1;
            if polls > ENDLESS {
                return Err(Breach::new(ENDS, format!("{ENDLESS} polls, and no end")));
            }
        }
        let sleep = clock.next_sleep().filter(|_| !executor.is_done());
        let Some(next) = [sleep, net.next_event()].into_iter().flatten().min() else {
            if executor.is_done() {
                return Ok(());
            }
            let what = format!("at {:?} it waits for nothing that could happen", clock.now());
            return Err(Breach::new(ENDS, what));
        };
        let now = clock.now();
        let to = match jumps.next_if(|jump| jump.at <= next) {
            Some(jump) => {
                coverage.count(if net.under_way() > 0 {
                    "the machine slept while a call was under way"
                } else {
                    "the machine slept while nothing was under way"
                });
                now.max(jump.at) + jump.by
            }
            None => next.max(now),
        };
        net.advance(to);
        clock.advance(to - now);
    }
}

/// A moment as a transcript writes it.
pub(crate) fn moment(at: Tick) -> String {
    format!("{:.6} s", at.as_secs_f64())
}
