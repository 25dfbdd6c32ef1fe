//! Everything that can happen to a small job, step by step, over several runs.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use batchwise_core::clock::Clock;
use batchwise_core::transport::TransportErrorKind;
use batchwise_core::{ReasonKind, Verdict};
use stateright::{Model, Property};

use super::scene::{Act, Bug, Disk, Known, Request, Scene, Write, answer, failed};

/// A job, and how much may happen to it.
#[derive(Debug, Clone)]
pub struct Job {
    pub records: u64,
    /// Those that are not there.
    pub absent: BTreeSet<u64>,
    pub batch: usize,
    /// Runs after the first.
    pub restarts: u8,
    /// Writes that fail.
    pub failures: u8,
    /// Failed calls for each record, in a run.
    pub attempts: u32,
    /// Retries of a run.
    pub retries: u32,
    /// Connections may be refused.
    pub refusals: bool,
    pub bug: Option<Bug>,
}

/// What happens next. Writes, requests and late requests go by their place among those under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    Durable(usize),
    DiskFull(usize),
    Arrives(usize, Act),
    /// The answer comes whole.
    Answered(usize),
    /// The connection breaks, or the time is up; a request that has not arrived may do so later.
    Lost(usize),
    /// No connection is made.
    Refused(usize),
    /// A request arrives that nobody waits for any more.
    Late(usize),
    /// Time passes until someone wakes.
    Time,
    /// The process ends; of each write under way so many entries are durable.
    Crash(Vec<usize>),
    /// A run that is over is followed by another.
    Again,
}

/// What outlives a process.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub disk: Disk,
    pub there: BTreeSet<u64>,
    /// Removed by this job.
    pub removed: BTreeSet<u64>,
    /// Carried by a request that arrived.
    pub arrived: BTreeSet<u64>,
    /// Requests on their way whose clients are gone.
    pub late: Vec<Vec<u64>>,
    pub restarts: u8,
    pub failures: u8,
}

/// Where a job is: what its run began with, the steps since, and what that comes to.
#[derive(Debug, Clone)]
pub struct State {
    begin: Arc<World>,
    path: Vec<Step>,
    pub now: Now,
}

/// All that matters for what can happen from here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Now {
    pub world: World,
    pub writes: Vec<Write>,
    pub requests: Vec<Request>,
    /// A hash of everything that the job knows.
    job: u64,
    sleeps: bool,
    pub journal_failed: bool,
    /// Over, and why it stopped early.
    pub ended: Option<Option<ReasonKind>>,
    pub told: Vec<(u64, Verdict)>,
    pub broken: Option<&'static str>,
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.now.hash(state);
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.now == other.now
    }
}

impl World {
    fn act(&mut self, ids: &[u64], act: Act) -> Option<Vec<bool>> {
        self.arrived.extend(ids);
        let acts = match act {
            Act::All => ids.len(),
            Act::Half => 1,
            Act::Nothing => 0,
        };
        let done: Vec<bool> = ids.iter().take(acts).map(|id| self.there.remove(id)).collect();
        self.removed
            .extend(ids.iter().zip(&done).filter(|(_, done)| **done).map(|(id, _)| *id));
        (act == Act::All).then_some(done)
    }

    /// Late requests that can change nothing any more are as good as gone.
    fn forget(&mut self) {
        let (there, arrived) = (&self.there, &self.arrived);
        self.late
            .retain(|ids| ids.iter().any(|id| there.contains(id) || !arrived.contains(id)));
    }

    /// True when a verdict is not.
    fn is_lie(&self, id: u64, verdict: Verdict, absent: &BTreeSet<u64>) -> bool {
        match verdict {
            Verdict::Deleted => !self.removed.contains(&id),
            Verdict::PresumedDeleted => self.there.contains(&id),
            Verdict::NotFound => !absent.contains(&id),
            Verdict::NotSent => self.arrived.contains(&id),
            Verdict::Unknown => false,
            _ => true,
        }
    }
}

impl Job {
    /// Plays a run from its beginning, so that the real job is where the path leads.
    fn play(&self, begin: &World, path: &[Step]) -> Now {
        let mut world = begin.clone();
        let mut scene = Scene::begin(self, begin.disk.clone());
        for step in path {
            self.take(step, &mut world, &mut scene);
            world.forget();
            scene.go_on();
        }
        let stage = scene.stage.lock().unwrap();
        world.disk.clone_from(&stage.disk);
        let mut told = scene.told.clone();
        told.sort_unstable();
        let mut now = Now {
            writes: stage.writes.values().cloned().collect(),
            requests: stage.requests.values().cloned().collect(),
            job: hash(&scene.state()),
            sleeps: scene.clock.next_sleep().is_some(),
            journal_failed: stage.journal_failed,
            ended: scene
                .ended
                .as_ref()
                .map(|summary| summary.stop.as_ref().map(batchwise_core::Reason::kind)),
            told,
            broken: stage.broken,
            world,
        };
        now.broken = now.broken.or_else(|| self.breach(begin, &now));
        now
    }

    fn take(&self, step: &Step, world: &mut World, scene: &mut Scene) {
        let mut stage = scene.stage.lock().unwrap();
        let write = |at: &usize| *stage.writes.keys().nth(*at).unwrap();
        let request = |at: &usize| *stage.requests.keys().nth(*at).unwrap();
        match step {
            Step::Durable(at) => {
                let number = write(at);
                stage.end_write(number, true);
            }
            Step::DiskFull(at) => {
                let number = write(at);
                world.failures -= 1;
                stage.end_write(number, false);
            }
            Step::Arrives(at, act) => {
                let number = request(at);
                let request = stage.requests.get_mut(&number).unwrap();
                request.arrived = Some(world.act(&request.ids, *act));
            }
            Step::Answered(at) => {
                let number = request(at);
                let request = &stage.requests[&number];
                let reply = answer(&request.ids, request.arrived.as_ref().unwrap().as_ref().unwrap());
                stage.end_request(number, Ok(reply));
            }
            Step::Lost(at) => {
                let number = request(at);
                let end = failed(TransportErrorKind::Closed);
                let request = stage.end_request(number, Err(end)).unwrap();
                if request.arrived.is_none() {
                    world.late.push(request.ids);
                    world.late.sort();
                }
            }
            Step::Refused(at) => {
                let number = request(at);
                stage.end_request(number, Err(failed(TransportErrorKind::Connect)));
            }
            Step::Late(at) => {
                let ids = world.late.remove(*at);
                world.act(&ids, Act::All);
            }
            Step::Time => {
                drop(stage);
                let next = scene.clock.next_sleep().unwrap();
                scene.clock.advance(next - scene.clock.now());
            }
            Step::Crash(_) | Step::Again => unreachable!("these begin a run of their own"),
        }
    }

    /// The law that is broken here.
    fn breach(&self, begin: &World, now: &Now) -> Option<&'static str> {
        let world = &now.world;
        let settled = |disk: &Disk, id: u64| match disk.get(&id) {
            Some(Known::Settled { verdict, .. }) => Some(*verdict),
            _ => None,
        };
        let is_final = |verdict: Verdict| !matches!(verdict, Verdict::NotSent | Verdict::Unknown);
        for id in 1..=self.records {
            if settled(&world.disk, id).is_some_and(|verdict| world.is_lie(id, verdict, &self.absent)) {
                return Some("a verdict on disk is not true");
            }
            let told: Vec<Verdict> = now
                .told
                .iter()
                .filter(|(of, _)| *of == id)
                .map(|(_, verdict)| *verdict)
                .collect();
            if told.len() > 1 {
                return Some("a record has two outcomes in one run");
            }
            if told.iter().any(|verdict| world.is_lie(id, *verdict, &self.absent)) {
                return Some("an outcome that was told is not true");
            }
            let before = settled(&begin.disk, id).filter(|verdict| is_final(*verdict));
            if before.is_some() && (!told.is_empty() || settled(&world.disk, id) != before) {
                return Some("a settled record has another outcome");
            }
            if now.ended == Some(None) && settled(&world.disk, id).is_none() {
                return Some("a job is finished, and a record has no outcome");
            }
            if now.ended.is_some() && before.is_none() && told.is_empty() {
                return Some("a run is over, and a record was lost");
            }
        }
        if now.journal_failed && now.ended == Some(None) {
            return Some("the journal failed, and the job does not say so");
        }
        let waits = now.ended.is_none() && now.writes.is_empty() && now.requests.is_empty() && !now.sleeps;
        waits.then_some("the job waits for nothing that could happen")
    }

    /// Every way in which the writes under way may have ended: nothing, all, or the first entry alone.
    fn fates(writes: &[Write]) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        for write in writes {
            let kept: BTreeSet<usize> = [0, 1, write.len()]
                .into_iter()
                .filter(|kept| *kept <= write.len())
                .collect();
            all = all
                .into_iter()
                .flat_map(|fates| kept.iter().map(move |kept| [fates.clone(), vec![*kept]].concat()))
                .collect();
        }
        all
    }

    fn begin(&self, world: World) -> State {
        State {
            now: self.play(&world, &[]),
            begin: Arc::new(world),
            path: Vec::new(),
        }
    }

    fn restart(&self, now: &Now, fates: &[usize]) -> State {
        let mut world = now.world.clone();
        for (write, most) in now.writes.iter().zip(fates) {
            write.apply(&mut world.disk, *most);
        }
        // What left the process cannot be called back.
        let under_way = now.requests.iter().filter(|request| request.arrived.is_none());
        world.late.extend(under_way.map(|request| request.ids.clone()));
        world.late.sort();
        world.forget();
        world.restarts -= 1;
        self.begin(world)
    }
}

impl Model for Job {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let there = (1..=self.records).filter(|id| !self.absent.contains(id)).collect();
        vec![self.begin(World {
            disk: Disk::new(),
            there,
            removed: BTreeSet::new(),
            arrived: BTreeSet::new(),
            late: Vec::new(),
            restarts: self.restarts,
            failures: self.failures,
        })]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        let now = &state.now;
        if now.broken.is_some() {
            return;
        }
        steps.extend((0..now.world.late.len()).map(Step::Late));
        if now.ended.is_some() {
            if now.world.restarts > 0 {
                steps.push(Step::Again);
            }
            return;
        }
        for at in 0..now.writes.len() {
            steps.push(Step::Durable(at));
            if now.world.failures > 0 {
                steps.push(Step::DiskFull(at));
            }
        }
        for (at, request) in now.requests.iter().enumerate() {
            match &request.arrived {
                None => {
                    steps.extend([Step::Arrives(at, Act::All), Step::Arrives(at, Act::Nothing)]);
                    if request.ids.len() > 1 {
                        steps.push(Step::Arrives(at, Act::Half));
                    }
                    steps.push(Step::Lost(at));
                    if self.refusals {
                        steps.push(Step::Refused(at));
                    }
                }
                Some(Some(_)) => steps.extend([Step::Answered(at), Step::Lost(at)]),
                Some(None) => steps.push(Step::Lost(at)),
            }
        }
        if now.sleeps {
            steps.push(Step::Time);
        }
        if now.world.restarts > 0 {
            steps.extend(Self::fates(&now.writes).into_iter().map(Step::Crash));
        }
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        Some(match step {
            Step::Crash(fates) => self.restart(&state.now, &fates),
            Step::Again => self.restart(&state.now, &[]),
            step => {
                let mut path = state.path.clone();
                path.push(step);
                State {
                    now: self.play(&state.begin, &path),
                    begin: Arc::clone(&state.begin),
                    path,
                }
            }
        })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![Property::always("the law holds", |_, state: &State| {
            state.now.broken.is_none()
        })];
        if self.bug.is_none() {
            // That it is no empty claim.
            properties.push(Property::sometimes(
                "a job is finished by its last run",
                |_, state: &State| state.now.ended == Some(None) && state.now.world.restarts == 0,
            ));
            properties.push(Property::sometimes(
                "what a crash left in doubt is presumed deleted",
                |job: &Self, state: &State| {
                    let presumed = |(_, verdict): &(u64, Verdict)| *verdict == Verdict::PresumedDeleted;
                    state.begin.restarts < job.restarts && state.now.told.iter().any(presumed)
                },
            ));
            properties.push(Property::sometimes(
                "a request arrives after its process ended",
                |job: &Self, state: &State| {
                    state.begin.restarts < job.restarts && state.path.iter().any(|step| matches!(step, Step::Late(_)))
                },
            ));
        }
        properties
    }
}
