//! Where jobs play: one world, one clock, and what the jobs share.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use batchwise_core::quota::QuotaHandle;
use batchwise_core::test_util::FakeClock;
use batchwise_core::{BatchMethod, Descriptor, StopToken, run_entries};
use batchwise_emulator::conformance::{Dice, RecordOf, SharedSight, Subject, Watched, Wiring};

use crate::arrange;
use crate::consumer::{Consumer, Got};
use crate::executor::Executor;
use crate::input::{Input, Read};
use crate::journal::{ModelJournal, SharedDisk};
use crate::net::{Line, Net, WebServer};
use crate::noted::Noted;
use crate::play::calls;
use crate::runs::Runs;
use crate::scenario::{Halt, Job, RunEnd, Scenario, When};
use crate::stacked::Stacked;
use crate::watcher::Watcher;

/// What the runs of all jobs share.
pub(crate) struct Stage<S: Subject> {
    scenario: Scenario,
    pub(crate) subject: S,
    clock: FakeClock,
    net: Net<WebServer>,
    quotas: (QuotaHandle, Vec<QuotaHandle>),
    /// The client of the first job, and of all where they share one.
    first: Stacked<S::Client>,
    pub(crate) watcher: Arc<Watcher>,
}

/// What is left of a job when it is over.
pub(crate) struct Role<R> {
    /// Its runs, in order.
    pub(crate) turns: Rc<RefCell<Vec<Turn<R>>>>,
    pub(crate) disk: SharedDisk,
    pub(crate) records: Vec<R>,
    pub(crate) descriptor: Descriptor,
}

/// What is left of a run.
pub(crate) struct Turn<R> {
    pub(crate) sight: SharedSight,
    pub(crate) read: Read,
    pub(crate) got: Rc<RefCell<Got<R>>>,
    pub(crate) journal: Option<ModelJournal>,
}

impl<S> Stage<S>
where
    S: Subject + 'static,
    S::Client: Clone,
    RecordOf<S>: Unpin,
{
    pub(crate) fn new(scenario: &Scenario, subject: S, clock: FakeClock, net: Net<WebServer>) -> Self {
        let quotas = arrange::quotas(&scenario.quota, &clock);
        let first = client(&subject, &clock, &net, quotas.clone());
        Self {
            scenario: scenario.clone(),
            subject,
            clock,
            net,
            quotas,
            first,
            watcher: Arc::default(),
        }
    }

    /// A job comes on, and does all its runs.
    pub(crate) fn enter(stage: &Rc<Self>, at: usize, job: &Job, executor: &mut Executor) -> Role<RecordOf<S>> {
        let (items, records) = arrange::items(&stage.scenario, &stage.subject, at);
        let (disk, turns) = (SharedDisk::default(), Rc::new(RefCell::new(Vec::new())));
        let role = Role {
            turns: Rc::clone(&turns),
            disk: SharedDisk::clone(&disk),
            records,
            descriptor: limited(&stage.first, job),
        };
        let downs: Vec<_> = job
            .life
            .iter()
            .flat_map(|life| &life.earlier)
            .map(|run| run.down)
            .collect();
        let (here, job) = (Rc::clone(stage), job.clone());
        executor.spawn(Runs::new(downs, stage.clock.clone(), move |run| {
            let (consumer, turn) = here.run((at, &job), run, &disk, items.clone());
            turns.borrow_mut().push(turn);
            consumer
        }));
        role
    }

    /// The client of a job's run: a process that begins anew has nothing of the one before.
    fn client(&self, at: usize, run: usize, forgets_calls: bool) -> Stacked<S::Client> {
        if run == 0 && (at == 0 || self.scenario.one_client) {
            return self.first.clone();
        }
        let quotas = if run > 0 && forgets_calls {
            arrange::quotas(&self.scenario.quota, &self.clock)
        } else {
            self.quotas.clone()
        };
        client(&self.subject, &self.clock, &self.net, quotas)
    }

    fn run(
        &self,
        (at, job): (usize, &Job),
        run: usize,
        disk: &SharedDisk,
        items: std::collections::VecDeque<crate::input::Item<RecordOf<S>>>,
    ) -> (Consumer<RecordOf<S>>, Turn<RecordOf<S>>) {
        let chance = self.scenario.chance ^ u64::try_from(at * 16 + run).unwrap_or(0);
        let (clock, sight, end) = (self.clock.clone(), SharedSight::default(), job.run_end(run));
        let journal = job.life.as_ref().map(|life| {
            let sight = SharedSight::clone(&sight);
            ModelJournal::new(disk, life, end, clock.clone(), sight, chance ^ 0x6a6f)
        });
        let forgets_calls = job.life.as_ref().is_some_and(|life| life.forgets_calls);
        let client = Noted::new(self.client(at, run, forgets_calls), journal.clone());
        let most = job.max_records.and_then(NonZeroUsize::new);
        let client = Watched::new(client, most, clock.shared(), SharedSight::clone(&sight));
        let (token, got): (StopToken, Rc<RefCell<Got<RecordOf<S>>>>) = (StopToken::new(), Rc::default());
        self.ends_while_sending(end, &token, journal.as_ref(), &sight, &got);
        let read = Read::default();
        let input = Input::new(items, job.end(), clock.clone(), Read::clone(&read));
        let mut options = arrange::options(job, &clock, token.clone()).observer(Arc::clone(&self.watcher) as _);
        if let Some(journal) = &journal {
            options = options.journal(Arc::new(journal.clone()));
        }
        let consumer = Consumer {
            begin: Some(Box::new(move || run_entries(client, input, options))),
            starts: job.starts,
            stream: None,
            end,
            journal: journal.clone(),
            token,
            rest: job.rest,
            clock,
            sight: SharedSight::clone(&sight),
            dice: Dice::new(chance),
            sleep: None,
            alarm: None,
            got: Rc::clone(&got),
        };
        let turn = Turn {
            sight,
            read,
            got,
            journal,
        };
        (consumer, turn)
    }

    /// A run that ends while a request is sent does so from within the call, which is on a thread of its own in life.
    fn ends_while_sending(
        &self,
        end: RunEnd,
        token: &StopToken,
        journal: Option<&ModelJournal>,
        sight: &SharedSight,
        got: &RefCell<Got<RecordOf<S>>>,
    ) {
        match (end, journal) {
            (RunEnd::Halt(Halt::Stop(When::Send(nth))), _) => {
                let (token, sight) = (token.clone(), SharedSight::clone(sight));
                let at_halt: Arc<Mutex<Option<usize>>> = Arc::default();
                let noted = Arc::clone(&at_halt);
                self.net.alarm(nth, move || {
                    *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(calls(&sight));
                    token.stop();
                });
                got.borrow_mut().stopped_by_send = Some(at_halt);
            }
            (RunEnd::Crash(When::Send(nth)), Some(journal)) => {
                let journal = journal.clone();
                self.net.alarm(nth, move || journal.crash());
            }
            _ => {}
        }
    }
}

fn client<S: Subject>(
    subject: &S,
    clock: &FakeClock,
    net: &Net<WebServer>,
    (quota, stacked): (QuotaHandle, Vec<QuotaHandle>),
) -> Stacked<S::Client> {
    let wiring = Wiring::new(Arc::new(Line::new(net.clone())), quota, clock.shared());
    Stacked::new(subject.client(&wiring), stacked)
}

/// The client's limits, as a job uses them.
fn limited<M: BatchMethod>(client: &M, job: &Job) -> Descriptor {
    let descriptor = client.descriptor().clone();
    match job.max_records.and_then(NonZeroUsize::new) {
        Some(most) => descriptor.with_max_records(most),
        None => descriptor,
    }
}
