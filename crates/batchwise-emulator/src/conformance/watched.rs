//! The client under test, with someone looking over its shoulder.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use batchwise_core::clock::{SharedClock, Tick};
use batchwise_core::quota::QuotaHandle;
use batchwise_core::{BatchMethod, CallError, CallErrorKind, Descriptor, Record, Reply};

/// More calls than any scenario can need: a job that makes them never ends.
const ENDLESS: usize = 20_000;

/// One call of the client.
#[derive(Debug, Clone)]
pub struct Seen {
    /// When it began.
    pub at: Tick,
    /// The names of its records.
    pub names: Vec<String>,
    /// How it ended; `None` while it is under way.
    pub end: Option<Result<(), CallErrorKind>>,
}

/// What was seen of all calls, and what was wrong with them.
#[derive(Debug, Default)]
pub struct Sight {
    /// The calls, in the order in which they began.
    pub calls: Vec<Seen>,
    /// Where the driver broke the contract of a call.
    pub breaches: Vec<String>,
    in_flight: HashMap<u64, usize>,
    highest_stage: u8,
}

/// What is seen of a client, for whoever looks.
pub type SharedSight = Arc<Mutex<Sight>>;

/// A client that notes every call and whether the driver keeps the contract of [`BatchMethod::call`].
#[derive(Debug)]
pub struct Watched<M> {
    method: M,
    descriptor: Descriptor,
    clock: SharedClock,
    sight: SharedSight,
}

/// How the suite calls a record: unique where scope and key are.
#[must_use]
pub fn name_of<R: Record>(record: &R) -> String {
    match record.scope() {
        Some(scope) => format!("{scope}/{}", record.key()),
        None => record.key(),
    }
}

impl<M: BatchMethod> Watched<M> {
    /// Watches a client; with `max_records` its batches are smaller than the provider allows.
    #[must_use]
    pub fn new(method: M, max_records: Option<NonZeroUsize>, clock: SharedClock, sight: SharedSight) -> Self {
        let mut descriptor = method.descriptor().clone();
        if let Some(most) = max_records {
            descriptor = descriptor.with_max_records(most);
        }
        Self {
            method,
            descriptor,
            clock,
            sight,
        }
    }

    fn sight(&self) -> MutexGuard<'_, Sight> {
        self.sight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, records: &[M::Record]) -> usize {
        let mut sight = self.sight();
        let call = sight.calls.len();
        assert!(call < ENDLESS, "{call} calls and no end");
        for breach in self.breaches(records, &sight) {
            sight.breaches.push(format!("call {}: {breach}", call + 1));
        }
        for key in records.iter().flat_map(Record::conflicts) {
            *sight.in_flight.entry(*key).or_default() += 1;
        }
        sight.highest_stage = records.iter().map(Record::stage).max().unwrap_or(0);
        sight.calls.push(Seen {
            at: self.clock.now(),
            names: records.iter().map(name_of).collect(),
            end: None,
        });
        call
    }

    fn breaches(&self, records: &[M::Record], sight: &Sight) -> Vec<String> {
        let mut breaches = Vec::new();
        let mut blame = |broken: bool, what: &str| {
            if broken {
                breaches.push(format!("{what} ({} records)", records.len()));
            }
        };
        let bytes: usize = records.iter().map(Record::encoded_len).sum::<usize>() + self.descriptor.fixed_bytes;
        let most_bytes = self.descriptor.max_bytes.map_or(usize::MAX, NonZeroUsize::get);
        let names: BTreeSet<String> = records.iter().map(name_of).collect();
        let groups: BTreeSet<u64> = records.iter().map(Record::group).collect();
        let stages: BTreeSet<u8> = records.iter().map(Record::stage).collect();
        let mut touched = records.iter().flat_map(Record::conflicts);
        blame(records.is_empty(), "no records");
        blame(records.len() > self.descriptor.max_records.get(), "too many records");
        blame(records.len() > 1 && bytes > most_bytes, "too many bytes");
        blame(names.len() < records.len(), "a record twice in one request");
        blame(groups.len() > 1, "records of several groups");
        blame(stages.len() > 1, "records of several stages");
        blame(
            stages.first().is_some_and(|stage| *stage < sight.highest_stage),
            "an earlier stage after a later one",
        );
        blame(
            touched.any(|key| sight.in_flight.contains_key(key)),
            "records that touch the same thing in flight together",
        );
        breaches
    }

    fn end(&self, call: usize, records: &[M::Record], end: Result<(), CallErrorKind>) {
        let mut sight = self.sight();
        for key in records.iter().flat_map(Record::conflicts) {
            sight.in_flight.remove(key);
        }
        if let Some(seen) = sight.calls.get_mut(call) {
            seen.end = Some(end);
        }
    }
}

impl<M: BatchMethod> BatchMethod for Watched<M> {
    type Record = M::Record;

    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn quotas(&self) -> &[QuotaHandle] {
        self.method.quotas()
    }

    fn cost(&self, records: &[M::Record]) -> u32 {
        self.method.cost(records)
    }

    async fn call(&self, records: &[M::Record]) -> Result<Reply, CallError> {
        let call = self.start(records);
        let result = self.method.call(records).await;
        self.end(call, records, result.as_ref().map(|_| ()).map_err(CallError::kind));
        result
    }

    fn needs_renewal(&self) -> bool {
        self.method.needs_renewal()
    }

    fn can_renew(&self) -> bool {
        self.method.can_renew()
    }

    async fn renew(&self, refused: &CallError) -> Result<bool, CallError> {
        self.method.renew(refused).await
    }
}
