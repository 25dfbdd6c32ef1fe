//! Records under way, and the batches that carry them.

use crate::clock::Tick;
use crate::facts::Facts;
use crate::journal::Recall;
use crate::reason::{Reason, ReasonKind};

/// A record that has no outcome yet.
#[derive(Debug, Clone)]
pub(super) struct Pending<R> {
    pub(super) record: R,
    pub(super) meta: Meta,
}

/// What is known of a record under way.
#[derive(Debug, Clone)]
pub(super) struct Meta {
    pub(super) line: u64,
    /// Calls that carried it and could have settled it.
    pub(super) attempts: u32,
    /// Of these, the ones that brought nothing readable about it.
    pub(super) failures: u32,
    /// Calls that the job had answered when this record's first one failed.
    pub(super) answered_before: u64,
    /// How often it was deferred as busy.
    pub(super) rounds: u32,
    /// Why a call of this job may have acted on it without telling; `None` when no call can have.
    pub(super) doubt: Option<Reason>,
    /// A part of it was removed by a call that found the rest busy.
    pub(super) partly: bool,
    /// What the provider gave on the way.
    pub(super) facts: Facts,
    /// The round in which the journal of this run was told that it may be sent; 0 when its batch told it.
    pub(super) noted: Option<u64>,
    /// The number of the last call that carried it.
    pub(super) call: Option<u64>,
}

impl<R> Pending<R> {
    pub(super) fn new(record: R, line: u64, past: Recall) -> Self {
        let (sent_before, attempts) = match past {
            Recall::Open { maybe_sent, attempts } => (maybe_sent, attempts),
            Recall::New | Recall::Settled(_) => (false, 0),
        };
        Self {
            record,
            meta: Meta {
                line,
                attempts,
                failures: 0,
                answered_before: 0,
                rounds: 0,
                doubt: sent_before.then(|| Reason::new(ReasonKind::Interrupted)),
                partly: false,
                facts: Facts::none(),
                noted: None,
                call: None,
            },
        }
    }
}

impl Meta {
    /// Notes the round in which the journal is told, unless it was; true when it was not.
    pub(super) fn note(&mut self, round: u64) -> bool {
        let fresh = self.noted.is_none();
        if fresh {
            self.noted = Some(round);
        }
        fresh
    }
}

/// The records of one call. Give it back to [`Plan::settle`](super::Plan::settle) with what came of the call.
#[derive(Debug)]
#[must_use = "a batch that is not settled loses its records"]
pub struct Batch<R> {
    pub(super) records: Vec<R>,
    pub(super) metas: Vec<Meta>,
    pub(super) group: u64,
    /// When it was handed out.
    pub(super) left: Tick,
    pub(super) origin: Origin,
}

/// Where a batch comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Fresh and due records together.
    Lane,
    /// A part of a batch that failed again and again: its records travel alone.
    Suspect,
    /// A part of a request that was too large. Its records travel alone too: joined again they would be too large again.
    Half,
    /// A part of a batch that was refused without a name.
    Part {
        /// The number of the search for the bad record; its budget is the plan's.
        search: usize,
    },
}

impl<R> Batch<R> {
    /// The records, never none.
    #[must_use]
    pub fn records(&self) -> &[R] {
        &self.records
    }

    /// The round of noting that has to be durable before the batch leaves.
    pub(crate) fn noted(&self) -> u64 {
        self.metas.iter().filter_map(|meta| meta.noted).max().unwrap_or(0)
    }

    /// The records that the journal of this run was not told of, with their lines; from now on it was. The batch does not
    /// leave before they are durable.
    pub(crate) fn intend(&mut self) -> impl Iterator<Item = (&R, u64)> {
        let records = self.records.iter().zip(&mut self.metas);
        records.filter_map(|(record, meta)| meta.note(0).then_some((record, meta.line)))
    }

    /// Notes the number of the call that carried the records.
    pub(crate) fn carried_by(&mut self, call: Option<u64>) {
        if call.is_some() {
            for meta in &mut self.metas {
                meta.call = call;
            }
        }
    }

    /// One with room for so many records and none in it yet.
    pub(super) fn with_room(records: usize, group: u64, origin: Origin) -> Self {
        Self {
            records: Vec::with_capacity(records),
            metas: Vec::with_capacity(records),
            group,
            left: Tick::ZERO,
            origin,
        }
    }

    pub(super) fn of(pending: Vec<Pending<R>>, group: u64, origin: Origin) -> Self {
        let mut batch = Self::with_room(pending.len(), group, origin);
        for one in pending {
            batch.push(one);
        }
        batch
    }

    pub(super) fn push(&mut self, pending: Pending<R>) {
        self.records.push(pending.record);
        self.metas.push(pending.meta);
    }

    pub(super) fn into_pending(self) -> impl DoubleEndedIterator<Item = Pending<R>> + ExactSizeIterator {
        self.records
            .into_iter()
            .zip(self.metas)
            .map(|(record, meta)| Pending { record, meta })
    }

    /// Notes that a call may have acted on the records without telling.
    pub(super) fn doubt(&mut self, reason: &Reason) {
        for meta in &mut self.metas {
            meta.doubt = Some(reason.clone());
        }
    }

    /// True when every record was carried by a failed call before.
    pub(super) fn is_retry(&self) -> bool {
        self.metas.iter().all(|meta| meta.failures > 0)
    }
}
