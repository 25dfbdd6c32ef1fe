//! One run of the real job, in which everything that takes time waits for a decision.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use async_trait::async_trait;
use batchwise_core::clock::{Clock, Sleep, Tick};
use batchwise_core::journal::{Journal, JournalEntries, JournalEntry, JournalError, JournalVerdict, Recall};
use batchwise_core::quota::QuotaHandle;
use batchwise_core::test_util::{FakeClock, Probe};
use batchwise_core::transport::{TransportError, TransportErrorKind};
use batchwise_core::{
    BatchMethod, CallError, Descriptor, Identity, OutcomeStream, Record, Reply, RunOptions, Said, Statement, Summary,
    Verdict, run,
};
use futures_util::{StreamExt, stream};

use super::model::Job;

/// The records of a job: a number, which is also its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id(pub u64);

impl Record for Id {
    fn key(&self) -> String {
        self.0.to_string()
    }
    fn identity(&self) -> Identity {
        Identity::number(self.0)
    }
}

/// What is durable of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Known {
    Intended,
    Settled { verdict: Verdict, maybe_sent: bool },
}

pub type Disk = BTreeMap<u64, Known>;

/// What is written at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Write {
    Intend(Vec<u64>),
    Settle(Vec<(u64, Verdict, bool)>),
    Close,
}

impl Write {
    /// Writes it, or the first so many of its entries.
    pub fn apply(&self, disk: &mut Disk, most: usize) {
        match self {
            Self::Intend(lines) => disk.extend(lines.iter().take(most).map(|line| (*line, Known::Intended))),
            Self::Settle(verdicts) => {
                let settled = |&(line, verdict, maybe_sent): &(u64, Verdict, bool)| {
                    (line, Known::Settled { verdict, maybe_sent })
                };
                disk.extend(verdicts.iter().take(most).map(settled));
            }
            Self::Close => {}
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Intend(lines) => lines.len(),
            Self::Settle(verdicts) => verdicts.len(),
            Self::Close => 0,
        }
    }
}

/// What the server does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Everything.
    All,
    /// The first record, and then it falls over.
    Half,
    /// Nothing.
    Nothing,
}

/// A request under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    pub ids: Vec<u64>,
    /// It arrived; the answer says this of each record, unless it fell over.
    pub arrived: Option<Option<Vec<bool>>>,
}

/// What a plan may have under way in the outside world.
#[derive(Debug, Default)]
pub struct Stage {
    pub disk: Disk,
    /// Bugs that are planted.
    pub bug: Option<Bug>,
    /// By number.
    pub writes: BTreeMap<usize, Write>,
    pub requests: BTreeMap<usize, Request>,
    ended_writes: BTreeMap<usize, Result<(), JournalError>>,
    ended_requests: BTreeMap<usize, Result<Reply, CallError>>,
    wakers: Vec<Waker>,
    next: usize,
    pub journal_failed: bool,
    pub broken: Option<&'static str>,
}

/// A bug in how a journal is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bug {
    /// An intent without a verdict is taken for something new.
    IntentsAreForgotten,
    /// A write is said to be durable before it is.
    AcknowledgesEarly,
    /// An outcome is not looked up in the next run.
    VerdictsAreForgotten,
}

pub type SharedStage = Arc<Mutex<Stage>>;

impl Stage {
    fn wake(&mut self) {
        self.wakers.drain(..).for_each(Waker::wake);
    }

    pub fn end_write(&mut self, number: usize, durable: bool) {
        let Some(write) = self.writes.remove(&number) else {
            return;
        };
        let end = if durable {
            write.apply(&mut self.disk, usize::MAX);
            Ok(())
        } else {
            self.journal_failed = true;
            Err(JournalError::new("the disk is full"))
        };
        self.ended_writes.insert(number, end);
        self.wake();
    }

    pub fn end_request(&mut self, number: usize, end: Result<Reply, CallError>) -> Option<Request> {
        let request = self.requests.remove(&number)?;
        self.ended_requests.insert(number, end);
        self.wake();
        Some(request)
    }

    /// The contract of a call: its records are known to be sent, and none has an outcome.
    fn begin(&mut self, ids: &[u64]) -> usize {
        for id in ids {
            match self.disk.get(id) {
                Some(
                    Known::Intended
                    | Known::Settled {
                        verdict: Verdict::Unknown,
                        ..
                    },
                ) => {}
                Some(Known::Settled { .. }) => self.broken = Some("a settled record is sent again"),
                None => self.broken = Some("a record is sent before its intent is durable"),
            }
        }
        if self.journal_failed {
            self.broken = Some("a call begins after the journal failed");
        }
        self.next += 1;
        let ids = ids.to_vec();
        self.requests.insert(self.next, Request { ids, arrived: None });
        self.next
    }
}

#[derive(Debug, Clone)]
struct Scripted(SharedStage, Descriptor, [QuotaHandle; 0]);

impl Scripted {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap()
    }

    async fn write(&self, write: Write) -> Result<(), JournalError> {
        let number = {
            let mut stage = self.stage();
            if stage.bug == Some(Bug::AcknowledgesEarly) {
                // It is lost, if the process ends before anything else is written.
                return Ok(());
            }
            stage.next += 1;
            let number = stage.next;
            stage.writes.insert(number, write);
            number
        };
        std::future::poll_fn(move |cx| {
            let mut stage = self.stage();
            match stage.ended_writes.remove(&number) {
                Some(end) => Poll::Ready(end),
                None => {
                    stage.wakers.push(cx.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

#[async_trait]
impl Journal for Scripted {
    fn recall(&self, entry: &JournalEntry) -> Result<Recall, JournalError> {
        let stage = self.stage();
        let open = |maybe_sent| Recall::Open {
            maybe_sent,
            attempts: 0,
        };
        Ok(match stage.disk.get(&entry.line) {
            None => Recall::New,
            Some(Known::Intended) => open(stage.bug != Some(Bug::IntentsAreForgotten)),
            Some(Known::Settled {
                verdict: Verdict::NotSent,
                ..
            }) => open(false),
            // As a person asks for with a second look at them.
            Some(Known::Settled {
                verdict: Verdict::Unknown,
                maybe_sent,
            }) => open(*maybe_sent),
            Some(Known::Settled { .. }) if stage.bug == Some(Bug::VerdictsAreForgotten) => open(true),
            Some(Known::Settled { verdict, .. }) => Recall::Settled(*verdict),
        })
    }

    async fn intend(&self, batches: Vec<JournalEntries>) -> Result<(), JournalError> {
        let lines = batches.iter().flat_map(JournalEntries::lines).copied().collect();
        self.write(Write::Intend(lines)).await
    }

    async fn settle(&self, verdicts: Vec<JournalVerdict>) -> Result<(), JournalError> {
        let verdicts = verdicts.iter().flat_map(|all| {
            let lines = all.entries.lines().iter();
            lines.map(|line| (*line, all.verdict, all.maybe_sent))
        });
        self.write(Write::Settle(verdicts.collect())).await
    }

    async fn close(&self, _: &Summary) -> Result<(), JournalError> {
        self.write(Write::Close).await
    }
}

impl BatchMethod for Scripted {
    type Record = Id;

    fn descriptor(&self) -> &Descriptor {
        &self.1
    }

    fn quotas(&self) -> &[QuotaHandle] {
        &self.2
    }

    async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
        let ids: Vec<u64> = records.iter().map(|record| record.0).collect();
        let number = self.stage().begin(&ids);
        std::future::poll_fn(move |cx| {
            let mut stage = self.stage();
            match stage.ended_requests.remove(&number) {
                Some(end) => Poll::Ready(end),
                None => {
                    stage.wakers.push(cx.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

/// A clock without chance: two paths to the same moment are the same.
#[derive(Debug)]
struct Steady(FakeClock);

impl Clock for Steady {
    fn now(&self) -> Tick {
        self.0.now()
    }
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
    fn sleep_until(&self, tick: Tick) -> Sleep {
        self.0.sleep_until(tick)
    }
    fn jitter(&self) -> f64 {
        0.5
    }
}

/// A run under way.
pub struct Scene {
    stream: OutcomeStream<Id>,
    pub stage: SharedStage,
    pub clock: FakeClock,
    probe: Probe,
    /// What was told, in order.
    pub told: Vec<(u64, Verdict)>,
    /// The sums, once it is over.
    pub ended: Option<Summary>,
}

impl Scene {
    /// The job begins, on what is durable, and goes on until it waits.
    pub fn begin(job: &Job, disk: Disk) -> Self {
        let (clock, probe) = (FakeClock::manual(), Probe::default());
        let stage = Arc::new(Mutex::new(Stage {
            disk,
            bug: job.bug,
            ..Stage::default()
        }));
        let size = NonZeroUsize::new(job.batch).unwrap();
        let scripted = Scripted(Arc::clone(&stage), Descriptor::deleting("modelled", "delete", size), []);
        let options = RunOptions::new()
            .clock(Arc::new(Steady(clock.clone())))
            .concurrency(NonZeroUsize::new(2).unwrap())
            .max_attempts(job.attempts)
            .retry_budget(job.retries)
            .allow_missing(true)
            .journal(Arc::new(scripted.clone()))
            .probe(&probe);
        let mut scene = Self {
            stream: run(scripted, stream::iter((1..=job.records).map(Id)), options),
            stage,
            clock,
            probe,
            told: Vec::new(),
            ended: None,
        };
        scene.go_on();
        scene
    }

    /// Lets the job do all that it can without a decision.
    pub fn go_on(&mut self) {
        let mut cx = Context::from_waker(Waker::noop());
        while self.ended.is_none() {
            match self.stream.poll_next_unpin(&mut cx) {
                Poll::Pending => return,
                Poll::Ready(Some(outcome)) => self.hear(outcome.line, outcome.verdict),
                Poll::Ready(None) => self.ended = Some(self.stream.summary()),
            }
        }
    }

    fn hear(&mut self, line: u64, verdict: Verdict) {
        let mut stage = self.stage.lock().unwrap();
        let durable = matches!(stage.disk.get(&line), Some(Known::Settled { verdict: known, .. }) if *known == verdict);
        if !durable && !stage.journal_failed {
            stage.broken = Some("an outcome is told before it is durable");
        }
        self.told.push((line, verdict));
    }

    /// Everything that the job knows.
    pub fn state(&self) -> String {
        if self.ended.is_some() {
            String::new()
        } else {
            self.probe.state()
        }
    }
}

/// The answer to a request on which the server did what it was asked.
pub fn answer(ids: &[u64], done: &[bool]) -> Reply {
    let said = ids.iter().zip(done).map(|(id, done)| {
        let said = if *done { Said::Done } else { Said::Absent };
        (Identity::number(*id), Statement::new(said))
    });
    Reply::Named(said.collect())
}

pub fn failed(kind: TransportErrorKind) -> CallError {
    CallError::from_transport(TransportError::new(kind))
}
