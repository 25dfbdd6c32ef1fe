//! A modelled provider whose truth is known, with faults drawn from a seed.
#![allow(dead_code, unreachable_pub)] // each test binary uses its own part

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batchwise_core::clock::Clock;
use batchwise_core::quota::QuotaHandle;
use batchwise_core::test_util::FakeClock;
use batchwise_core::transport::{Answer, TransportError, TransportErrorKind};
use batchwise_core::{
    BatchMethod, CallError, CallErrorKind, Deletes, Descriptor, Identity, InvalidRecord, NamedRefusal, ReasonKind,
    Record, Reply, Report, RunOptions, Said, Statement, Verdict, Violation, parse_number, run_all,
};
use http::StatusCode;

/// A record of the modelled provider. Those from 1,000,000 on are of a second group, from 2,000,000 on of a later stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id(pub u64);

impl Record for Id {
    fn key(&self) -> String {
        self.0.to_string()
    }
    fn identity(&self) -> Identity {
        Identity::number(self.0)
    }
    fn encoded_len(&self) -> usize {
        self.key().len() + 1
    }
    fn group(&self) -> u64 {
        self.0 / 1_000_000
    }
    fn stage(&self) -> u8 {
        u8::from(self.0 >= 2_000_000)
    }
    fn from_number(_: u64, id: u64) -> Option<Self> {
        // Every second one waits as it is, for a test of both ways.
        (id % 2 == 0).then_some(Self(id))
    }
}

/// A small generator of chance, good enough for tests and the same everywhere.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound.max(1)
    }
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Refused,
    Untrusted,
    ResetBefore,
    ResetAfter,
    CutAfter,
    GarbageAfter,
    ServerBefore,
    ServerAfter,
    TooMany(Option<u64>),
    TooLarge(usize),
    NoCredentials,
    NoCampaign,
}

/// The provider's truth and its faults.
#[derive(Debug, Default)]
pub struct World {
    pub there: BTreeSet<u64>,
    pub removed: BTreeSet<u64>,
    pub busy: BTreeMap<u64, u32>,
    pub poison_named: BTreeSet<u64>,
    pub poison_nameless: BTreeSet<u64>,
    /// Removed, but left out of the answer this often.
    pub silent: BTreeMap<u64, u32>,
    /// Named twice with different statements this often.
    pub two_faced: BTreeMap<u64, u32>,
    /// Faults by call number (from 0), then by chance.
    pub faults: BTreeMap<usize, Fault>,
    pub fault_chance: u64,
    pub session_dies_every: usize,
    pub session_alive: bool,
    pub logins: usize,
    pub calls: Vec<Vec<u64>>,
    pub call_times: Vec<Duration>,
    pub dice: Option<Dice>,
}

/// The modelled method.
#[derive(Debug, Clone)]
pub struct Model {
    pub world: Arc<Mutex<World>>,
    pub descriptor: Descriptor,
    pub quotas: Vec<QuotaHandle>,
    pub clock: FakeClock,
    pub renewable: bool,
}

impl Model {
    pub fn new(max_records: usize) -> Self {
        Self {
            world: Arc::default(),
            descriptor: Descriptor::deleting("model", "delete", NonZeroUsize::new(max_records).unwrap()),
            quotas: vec![],
            clock: FakeClock::new(),
            renewable: false,
        }
    }

    pub fn with<T>(self, change: impl FnOnce(&mut World) -> T) -> Self {
        change(&mut self.world.lock().unwrap());
        self
    }

    pub fn calls(&self) -> Vec<Vec<u64>> {
        self.world.lock().unwrap().calls.clone()
    }

    pub fn sizes(&self) -> Vec<usize> {
        self.calls().iter().map(Vec::len).collect()
    }
}

pub fn answer(status: u16) -> Answer {
    Answer::of(StatusCode::from_u16(status).unwrap(), "")
}

fn transport(kind: TransportErrorKind) -> CallError {
    CallError::from_transport(TransportError::new(kind))
}

impl World {
    fn fault(&mut self, call: usize) -> Option<Fault> {
        if let Some(fault) = self.faults.get(&call) {
            return Some(*fault);
        }
        let chance = self.fault_chance;
        let dice = self.dice.as_mut()?;
        if !dice.percent(chance) {
            return None;
        }
        Some(match dice.below(9) {
            0 => Fault::Refused,
            1 => Fault::ResetBefore,
            2 => Fault::ResetAfter,
            3 => Fault::CutAfter,
            4 => Fault::GarbageAfter,
            5 => Fault::ServerBefore,
            6 => Fault::ServerAfter,
            7 => Fault::TooMany(None),
            _ => Fault::TooMany(Some(2)),
        })
    }

    /// What the server does with a request that it understands.
    fn act(&mut self, ids: &[u64], named_refusal: NamedRefusal) -> Result<Reply, CallError> {
        let violations: Vec<Violation> = ids
            .iter()
            .enumerate()
            .filter(|(_, id)| self.poison_named.contains(id))
            .map(|(index, id)| Violation {
                index,
                path: format!("ids[{index}]"),
                message: format!("{id} is poison"),
            })
            .collect();
        if !violations.is_empty() {
            if named_refusal == NamedRefusal::OthersUnclear {
                // The provider that does not say: it did delete the first half of the others.
                let busy = |id: &u64| self.busy.get(id).is_some_and(|left| *left > 0);
                let sound =
                    |id: &&u64| !self.poison_named.contains(id) && !self.poison_nameless.contains(id) && !busy(id);
                for id in ids.iter().filter(sound).take(ids.len() / 2) {
                    if self.there.remove(id) {
                        self.removed.insert(*id);
                    }
                }
            }
            return Err(CallError::answered(CallErrorKind::Refused, &answer(400)).with_violations(violations));
        }
        if ids.iter().any(|id| self.poison_nameless.contains(id)) {
            return Err(CallError::answered(CallErrorKind::Refused, &answer(400)).with_message("bad batch"));
        }
        let mut said = Vec::new();
        for id in ids {
            let name = Identity::number(*id);
            if let Some(left) = self.busy.get_mut(id).filter(|left| **left > 0) {
                *left -= 1;
                said.push((name, Statement::new(Said::Busy { partly: false })));
                continue;
            }
            let was_there = self.there.remove(id);
            if was_there {
                self.removed.insert(*id);
            }
            if let Some(left) = self.silent.get_mut(id).filter(|left| **left > 0) {
                *left -= 1;
                continue;
            }
            let truth = if was_there { Said::Done } else { Said::Absent };
            said.push((name.clone(), Statement::new(truth)));
            if let Some(left) = self.two_faced.get_mut(id).filter(|left| **left > 0) {
                *left -= 1;
                let other = if was_there { Said::Absent } else { Said::Done };
                said.push((name, Statement::new(other)));
            }
        }
        Ok(Reply::Named(said))
    }
}

impl BatchMethod for Model {
    type Record = Id;

    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn quotas(&self) -> &[QuotaHandle] {
        &self.quotas
    }

    fn can_renew(&self) -> bool {
        self.renewable
    }

    async fn renew(&self, _refused: &CallError) -> Result<bool, CallError> {
        let mut world = self.world.lock().unwrap();
        world.logins += 1;
        world.session_alive = true;
        Ok(true)
    }

    async fn call(&self, records: &[Id]) -> Result<Reply, CallError> {
        assert!(!records.is_empty() && records.len() <= self.descriptor.max_records.get());
        assert!(
            records.iter().all(|record| record.group() == records[0].group()),
            "groups never share a request"
        );
        let ids: Vec<u64> = records.iter().map(|record| record.0).collect();
        let mut world = self.world.lock().unwrap();
        if self.renewable && !world.session_alive {
            return Err(CallError::answered(CallErrorKind::Credentials, &answer(401)));
        }
        let call = world.calls.len();
        world.calls.push(ids.clone());
        world.call_times.push(self.clock.now());
        if world.session_dies_every > 0 && (call + 1) % world.session_dies_every == 0 {
            world.session_alive = false;
        }
        let refusal = self.descriptor.named_refusal;
        match world.fault(call) {
            None => world.act(&ids, refusal),
            Some(Fault::Refused) => Err(transport(TransportErrorKind::Connect)),
            Some(Fault::Untrusted) => Err(transport(TransportErrorKind::Untrusted)),
            Some(Fault::ResetBefore) => Err(transport(TransportErrorKind::Closed)),
            Some(Fault::ResetAfter) => {
                let _ = world.act(&ids, refusal);
                Err(transport(TransportErrorKind::Closed))
            }
            Some(Fault::CutAfter) => {
                let _ = world.act(&ids, refusal);
                Err(transport(TransportErrorKind::Cut(StatusCode::OK)))
            }
            Some(Fault::GarbageAfter) => {
                let _ = world.act(&ids, refusal);
                Err(CallError::answered(CallErrorKind::Unreadable, &answer(200)))
            }
            Some(Fault::ServerBefore) => Err(CallError::of_status(&answer(503))),
            Some(Fault::ServerAfter) => {
                let _ = world.act(&ids, refusal);
                Err(CallError::of_status(&answer(502)))
            }
            Some(Fault::TooMany(after)) => {
                let mut response = http::Response::new(bytes::Bytes::new());
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                if let Some(after) = after {
                    response.headers_mut().insert("retry-after", after.into());
                }
                let answer = Answer::new(response, batchwise_core::Secrets::default());
                Err(CallError::of_status(&answer))
            }
            Some(Fault::TooLarge(most)) if ids.len() > most => Err(CallError::of_status(&answer(413))),
            Some(Fault::TooLarge(_)) => world.act(&ids, refusal),
            Some(Fault::NoCredentials) => Err(CallError::of_status(&answer(403))),
            Some(Fault::NoCampaign) => Err(CallError::of_status(&answer(404))),
        }
    }
}

impl Deletes for Model {
    fn parse_key(&self, key: &str) -> Result<Id, InvalidRecord> {
        parse_number(key, "a whole number such as 51001").map(Id)
    }
}

pub fn there(ids: std::ops::Range<u64>) -> impl FnOnce(&mut World) {
    move |world| world.there.extend(ids)
}

pub fn options(model: &Model) -> RunOptions {
    RunOptions::new().clock(model.clock.shared())
}

pub async fn delete(model: &Model, ids: impl IntoIterator<Item = u64>) -> Report<Id> {
    delete_with(model, ids, options(model)).await
}

pub async fn delete_with(model: &Model, ids: impl IntoIterator<Item = u64>, options: RunOptions) -> Report<Id> {
    let ids: Vec<Id> = ids.into_iter().map(Id).collect();
    run_all(model.clone(), ids, options).await
}

pub fn verdict_of(report: &Report<Id>, id: u64) -> Verdict {
    report
        .outcomes
        .iter()
        .find(|outcome| outcome.record() == Some(&Id(id)))
        .unwrap()
        .verdict
}

pub fn stop_of(report: &Report<Id>) -> Option<ReasonKind> {
    report.summary.stop.as_ref().map(batchwise_core::Reason::kind)
}

/// A record that touches something; those that touch the same keep their order and never meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Touching(pub u64, pub Vec<u64>);

impl Record for Touching {
    fn key(&self) -> String {
        self.0.to_string()
    }
    fn identity(&self) -> Identity {
        Identity::Content {
            hash: u128::from(self.0),
        }
    }
    fn conflicts(&self) -> &[u64] {
        &self.1
    }
}
