//! Plays a scenario: every job to its end, in simulated time, on one thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::{Arc, PoisonError};

use batchwise_core::clock::{Clock, Tick};
use batchwise_core::test_util::FakeClock;
use batchwise_core::{BatchMethod, Identity, Record, StopToken, run_entries};
use batchwise_emulator::conformance::{
    Breach, Dice, Evidence, RecordOf, SharedSight, Subject, Watched, Wiring, least_requests, name_of,
};

use crate::arrange;
use crate::consumer::{Consumer, Got};
use crate::coverage::Coverage;
use crate::executor::Executor;
use crate::input::{Input, Read};
use crate::law::{self, Case};
use crate::methods::book::Book;
use crate::methods::campaigns::{Customers, Phones};
use crate::methods::imports::Imports;
use crate::methods::leads::Leads;
use crate::net::{Line, Net, WebServer};
use crate::scenario::{Halt, Job, Scenario, Target, When};
use crate::stacked::Stacked;
use crate::watcher::Watcher;

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
            partial_is_200,
        } => play_on(
            scenario,
            &Imports {
                refusal_deletes_others,
                partial_status: partial_is_200.then_some(200),
            },
            tell,
        ),
        Target::Leads => play_on(scenario, &Leads, tell),
        Target::BookJson => play_on(scenario, &Book::password(dellin_book::Wire::Json), tell),
        Target::BookXml => play_on(scenario, &Book::password(dellin_book::Wire::Xml), tell),
        Target::BookBrought => play_on(scenario, &Book::session(), tell),
        Target::Customers { multi_status } => play_on(
            scenario,
            &Customers {
                multi_status,
                long_ids: false,
            },
            tell,
        ),
        Target::Phones { multi_status } => play_on(scenario, &Phones { multi_status }, tell),
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

/// A job on the stage.
struct Cast<R> {
    sight: SharedSight,
    read: Read,
    got: Rc<RefCell<Got<R>>>,
    records: Vec<R>,
    descriptor: batchwise_core::Descriptor,
}

fn play_on<S>(scenario: &Scenario, subject: &S, tell: bool) -> Played
where
    S: Subject,
    S::Client: Clone,
    RecordOf<S>: Unpin,
{
    let clock = FakeClock::manual().with_jitter(scenario.chance);
    let difficult = arrange::difficult(scenario);
    let windows = arrange::windows(&scenario.quota);
    let net = Net::new(
        WebServer(arrange::world(scenario, subject, &difficult)),
        clock.clone(),
        scenario.network,
        arrange::guard(&windows),
        scenario.chance ^ 0x6e65_7400,
    );
    let (quota, stacked) = arrange::quotas(&scenario.quota, &clock);
    let wiring = || Wiring::new(Arc::new(Line::new(net.clone())), quota.clone(), clock.shared());
    let client = || Stacked::new(subject.client(&wiring()), stacked.clone());
    let first = client();
    let watcher = Arc::new(Watcher::default());
    let mut executor = Executor::new(scenario.chance ^ 0x7461_736b);
    let cast: Vec<Cast<RecordOf<S>>> = scenario
        .jobs
        .iter()
        .enumerate()
        .map(|(at, job)| {
            let client = if at == 0 || scenario.one_client {
                first.clone()
            } else {
                client()
            };
            let stage = Stage {
                clock: &clock,
                net: &net,
                watcher: &watcher,
                chance: scenario
                    .chance
                    .rotate_left(11)
                    .wrapping_add(u64::try_from(at).unwrap_or(0)),
            };
            stage.enter(&mut executor, client, arrange::items(scenario, subject, at), job)
        })
        .collect();
    drop((first, stacked, quota));
    let mut coverage = Coverage::default();
    let end = go_on(scenario, &mut executor, &clock, &net, &mut coverage);
    drop(executor);
    let (truth, log) = net.ask(|server| (server.0.truth(), server.0.log()));
    let mut played = Played {
        coverage,
        ..Played::default()
    };
    played.broken.extend(end.err());
    let mut cases = Vec::new();
    for (at, cast) in cast.into_iter().enumerate() {
        let Some(job) = scenario.jobs.get(at) else { continue };
        cases.push(case(subject, job, cast, &truth, &difficult));
    }
    if played.broken.is_empty() {
        for case in &cases {
            played.broken.extend(law::of_job(case));
        }
        played.broken.extend(law::of_world(scenario, subject, &cases, &truth));
    }
    played
        .coverage
        .note(scenario, &cases, &truth, &log, &watcher.seen(), &net.sights());
    if tell {
        played.transcript = crate::story::transcript(&cases, &log, clock.now());
    }
    played
}

/// What jobs enter.
struct Stage<'a> {
    clock: &'a FakeClock,
    net: &'a Net<WebServer>,
    watcher: &'a Arc<Watcher>,
    chance: u64,
}

impl Stage<'_> {
    fn enter<M: BatchMethod>(
        self,
        executor: &mut Executor,
        client: M,
        (items, records): (
            std::collections::VecDeque<crate::input::Item<M::Record>>,
            Vec<M::Record>,
        ),
        job: &Job,
    ) -> Cast<M::Record>
    where
        M::Record: Unpin,
    {
        let clock = self.clock.clone();
        let sight = SharedSight::default();
        let most = job.max_records.and_then(NonZeroUsize::new);
        let client = Watched::new(client, most, clock.shared(), SharedSight::clone(&sight));
        let descriptor = client.descriptor().clone();
        let token = StopToken::new();
        let got: Rc<RefCell<Got<M::Record>>> = Rc::default();
        match job.halt {
            Halt::Stop(When::Time(after)) => {
                let (clock, token, sight, got) = (clock.clone(), token.clone(), Arc::clone(&sight), Rc::clone(&got));
                let until = job.starts + after;
                executor.spawn(async move {
                    clock.sleep_until(until).await;
                    got.borrow_mut().calls_at_halt = Some(calls(&sight));
                    token.stop();
                });
            }
            Halt::Stop(When::Send(nth)) => {
                // The stop comes from within a call, which is on a thread of its own in life.
                let sight = SharedSight::clone(&sight);
                let at_halt: Arc<std::sync::Mutex<Option<usize>>> = Arc::default();
                let noted = Arc::clone(&at_halt);
                self.net.stop_at(nth, token.clone(), move || {
                    *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(calls(&sight));
                });
                got.borrow_mut().stopped_by_send = Some(at_halt);
            }
            _ => {}
        }
        let read = Read::default();
        let input = Input::new(items, job.end(), clock.clone(), Read::clone(&read));
        let options = arrange::options(job, &clock, token.clone()).observer(Arc::clone(self.watcher) as _);
        executor.spawn(Consumer {
            begin: Some(Box::new(move || run_entries(client, input, options))),
            starts: job.starts,
            stream: None,
            halt: job.halt,
            token,
            rest: job.rest,
            clock,
            sight: SharedSight::clone(&sight),
            dice: Dice::new(self.chance),
            sleep: None,
            alarm: None,
            got: Rc::clone(&got),
        });
        Cast {
            sight,
            read,
            got,
            records,
            descriptor,
        }
    }
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

fn case<S: Subject>(
    subject: &S,
    job: &Job,
    cast: Cast<RecordOf<S>>,
    truth: &batchwise_emulator::Truth,
    difficult: &batchwise_emulator::conformance::Difficult,
) -> Case<RecordOf<S>> {
    let got = cast.got.take();
    let lines = std::mem::take(&mut *cast.read.lock().unwrap_or_else(PoisonError::into_inner));
    let mut sight = cast.sight.lock().unwrap_or_else(PoisonError::into_inner);
    let numbers = || {
        lines.iter().filter_map(|(_, line)| match line {
            batchwise_emulator::conformance::Line::Record(number) => Some(*number),
            batchwise_emulator::conformance::Line::Invalid(_) => None,
        })
    };
    let names: HashMap<u64, String> = numbers()
        .map(|number| (number, name_of(&subject.record(number))))
        .collect();
    let facts = numbers().map(|number| (number, subject.truth(truth, number))).collect();
    let unique = cast
        .records
        .first()
        .is_some_and(|record| matches!(record.identity(), Identity::Content { .. }));
    let calls_at_halt = got.calls_at_halt();
    Case {
        job: job.clone(),
        least: least_requests(&cast.records, &cast.descriptor),
        polls: got.polls,
        rests: got.rests,
        revived: got.revived,
        all_read: lines.len() == job.lines.len(),
        evidence: Evidence {
            lines,
            outcomes: got.outcomes,
            summary: got.summary,
            facts,
            difficult: difficult.clone(),
            names,
            unique,
            calls: std::mem::take(&mut sight.calls),
            breaches: std::mem::take(&mut sight.breaches),
            dropped: got.dropped,
            calls_at_halt,
            deadline: job.options.deadline.map(|after| got.began + after),
            descriptor: cast.descriptor,
        },
    }
}

/// A moment as a transcript writes it.
pub(crate) fn moment(at: Tick) -> String {
    format!("{:.6} s", at.as_secs_f64())
}
