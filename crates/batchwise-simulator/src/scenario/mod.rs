//! Everything that a play is, drawn from one seed: what is deleted, who does it, and what goes wrong.

mod draw;
mod draw_life;
mod life;
mod show;

pub use draw::{Drawn, draw};
pub use life::{Fate, Life, Run, RunEnd};

use std::time::Duration;

use batchwise_emulator::Fault;
use batchwise_emulator::conformance::Difficulty;

/// A play: one or more jobs of one method in one world.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The seed of what happens by chance while it is played: delays, jitter, and who comes first.
    pub chance: u64,
    /// Which method, and what its documents leave open.
    pub target: Target,
    /// The jobs; each has records of its own.
    pub jobs: Vec<Job>,
    /// The jobs use clones of one client, not a client each.
    pub one_client: bool,
    /// What goes wrong with requests.
    pub faults: Vec<FaultPlan>,
    /// What the provider allows, and what the clients think that it does.
    pub quota: Quota,
    /// How long things take on the way.
    pub network: Network,
    /// The machine sleeps.
    pub jumps: Vec<Jump>,
    /// Sessions die after so many calls, where there are sessions.
    pub session_calls: Option<u64>,
}

/// A method, and what its documents leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// `calltouch-import`.
    Imports {
        /// The others of a request that names an invalid element are deleted all the same.
        refusal_deletes_others: bool,
        /// An import that is refused is told of in its own result.
        refusal_is_a_result: bool,
        /// The status of an envelope that tells of unknown ids is 200.
        partial_is_200: bool,
    },
    /// `calltouch-leads`.
    Leads,
    /// `dellin-book` over JSON, logging in.
    BookJson,
    /// `dellin-book` over XML, logging in.
    BookXml,
    /// `dellin-book` over JSON, with a session that the caller brought.
    BookBrought,
    /// `thulium-campaign` by customer.
    Customers {
        /// Mixed answers come with 207.
        multi_status: bool,
    },
    /// `thulium-campaign` by phone.
    Phones {
        /// Mixed answers come with 207.
        multi_status: bool,
    },
}

/// One job.
#[derive(Debug, Clone)]
pub struct Job {
    /// When it starts.
    pub starts: Duration,
    /// Its input.
    pub lines: Vec<LinePlan>,
    /// The input comes stage by stage, and says where each ends, as from a file that is read once for each.
    pub in_passes: bool,
    /// How long the input pauses before a line that is late.
    pub pause: Duration,
    /// How the input ends.
    pub end: InputEnd,
    /// Most records of a request; the client's own limit when `None`.
    pub max_records: Option<usize>,
    /// Calls in flight.
    pub concurrency: usize,
    /// The options of its run that are not the default.
    pub options: Options,
    /// The consumer rests so long after some outcomes.
    pub rest: Option<Duration>,
    /// Who stops it; with a journal, who stops its last run.
    pub halt: Halt,
    /// It keeps a journal, and may have several runs.
    pub life: Option<Life>,
}

/// Options of a run; `None` is the default.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Goes on when nothing but "not found" comes.
    pub allow_missing: bool,
    /// Failed calls for each record.
    pub max_attempts: Option<u32>,
    /// Rounds of busy records.
    pub busy_rounds: Option<u32>,
    /// The pause between them.
    pub busy_wait: Option<Duration>,
    /// How long a partly filled batch waits for more.
    pub linger: Option<Duration>,
    /// The retry budget.
    pub retry_budget: Option<u32>,
    /// Only so many records.
    pub limit: Option<u64>,
    /// No call after this time.
    pub deadline: Option<Duration>,
    /// How long a stopped job reads on.
    pub drain: Option<Duration>,
}

/// A line of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinePlan {
    /// What stands there.
    pub what: What,
    /// It comes after a pause.
    pub late: bool,
}

/// What stands on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A record by its number within the job, and what is difficult about it unless an earlier line has said so.
    Record(u64, Option<Difficulty>),
    /// One of a few texts that are no record.
    Invalid(u8),
}

/// How an input ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputEnd {
    /// In good order.
    Ends,
    /// With an error.
    Fails,
    /// Not at all: it stays open and says nothing more.
    StaysOpen,
}

/// Who stops a job, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// Nobody.
    Never,
    /// Its token.
    Stop(When),
    /// Whoever drops its stream.
    Drop(When),
}

/// A moment of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// After so many outcomes.
    Outcomes(usize),
    /// Before this poll of its stream, from 1.
    Poll(u64),
    /// This time after its start.
    Time(Duration),
    /// While this request of the world is sent, from 1.
    Send(u64),
}

/// A fault rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaultPlan {
    /// What happens.
    pub fault: Fault,
    /// To which requests.
    pub at: At,
    /// To logins, not to the method's own calls; where there are no logins, to the latter all the same.
    pub logins: bool,
}

/// Which requests a fault happens to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum At {
    /// One, from 1.
    Nth(u64),
    /// Every so-manieth.
    Every(u64),
    /// A burst: from the first number, so many.
    Burst(u64, u64),
    /// An outage: from this one on.
    From(u64),
    /// So many of a hundred.
    Percent(u64),
    /// Those that carry the record with this number of the first job, so often.
    Record(u64, u64),
}

/// Quotas of clients and server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quota {
    /// Neither has any.
    Free,
    /// The clients keep what the server allows: no window may ever be exceeded.
    Kept {
        /// The windows, shortest first.
        windows: Vec<WindowPlan>,
        /// Each window is a handle of its own, where the client takes several.
        apart: bool,
    },
    /// The clients know nothing of what the server allows.
    Unknown {
        /// What the server allows.
        window: WindowPlan,
        /// Its refusals say how long to wait.
        retry_after: bool,
    },
}

/// A window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowPlan {
    /// Requests.
    pub limit: u32,
    /// In so much time.
    pub per: Duration,
    /// So many of them close together.
    pub burst: u32,
    /// A budget: spent means stop.
    pub budget: bool,
}

/// How long things take on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// What every request takes to its server at least.
    pub way: Duration,
    /// Requests jitter, over warm connections within the guard of the shortest window.
    pub jitter: bool,
    /// What making a connection takes at most.
    pub connect: Duration,
    /// What an answer takes at most.
    pub back: Duration,
    /// How long the server keeps an idle connection.
    pub keeps: Duration,
}

/// The machine sleeps: what was due meanwhile is late, and the server has gone on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// When, from the start.
    pub at: Duration,
    /// For how long.
    pub by: Duration,
}

/// Numbers of a job's records are within this; the next job's begin here.
pub const NUMBERS: u64 = 200;

impl Scenario {
    /// The number in the world of a job's record.
    #[must_use]
    pub fn number(&self, job: usize, number: u64) -> u64 {
        u64::try_from(job).unwrap_or(0) * NUMBERS + number
    }

    /// True when a fault makes the server refuse what it would take.
    #[must_use]
    pub fn refuses_by_fault(&self) -> bool {
        self.faults.iter().any(|plan| {
            matches!(
                plan.fault,
                Fault::Status { status: 400..=499, .. } | Fault::Html { status: 400..=499, .. }
            )
        })
    }

    /// Records that are difficult, by their number in the world; the first line that names a record decides.
    #[must_use]
    pub fn difficult(&self) -> std::collections::BTreeMap<u64, Option<Difficulty>> {
        let mut difficult = std::collections::BTreeMap::new();
        for (at, job) in self.jobs.iter().enumerate() {
            for line in &job.lines {
                if let What::Record(number, difficulty) = line.what {
                    difficult.entry(self.number(at, number)).or_insert(difficulty);
                }
            }
        }
        difficult
    }
}

impl Job {
    /// How the input ends: one that stays open needs someone who stops every run for sure.
    #[must_use]
    pub fn end(&self) -> InputEnd {
        let halted = matches!(self.halt, Halt::Stop(When::Time(_)) | Halt::Drop(When::Time(_)));
        let stops = self.options.deadline.is_some() || (halted && self.runs() == 1);
        match self.end {
            InputEnd::StaysOpen if !stops => InputEnd::Ends,
            end => end,
        }
    }

    /// Its runs at most.
    #[must_use]
    pub fn runs(&self) -> usize {
        1 + self.life.as_ref().map_or(0, |life| life.earlier.len())
    }

    /// What ends one of its runs, from 0, before the job is over.
    #[must_use]
    pub fn run_end(&self, run: usize) -> RunEnd {
        let earlier = self.life.as_ref().and_then(|life| life.earlier.get(run));
        earlier.map_or(RunEnd::Halt(self.halt), |run| run.end)
    }
}
