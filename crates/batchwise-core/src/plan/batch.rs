//! Records under way, and the batches that carry them.

use std::num::NonZeroU64;

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

/// What is known of a record under way. Small, since it is moved from queue to batch to outcome.
#[derive(Debug, Clone)]
pub(super) struct Meta {
    pub(super) line: u64,
    /// Calls that carried it and could have settled it.
    pub(super) attempts: u32,
    /// The round in which the journal of this run was told that it may be sent; 0 when its batch told it.
    noted: u64,
    /// The number of the last call that carried it.
    pub(super) call: Option<NonZeroU64>,
    /// Most records have none.
    history: Option<Box<History>>,
}

/// No round: the journal of this run was not told.
const UNTOLD: u64 = u64::MAX;

/// What earlier calls left behind.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    /// Calls that brought nothing readable about it.
    failures: u32,
    /// Calls that the job had answered when this record's first one failed.
    answered_before: u64,
    /// How often it was deferred as busy.
    pub(super) rounds: u32,
    /// Why a call of this job may have acted on it without telling; `None` when no call can have.
    pub(super) doubt: Option<Reason>,
    /// A part of it was removed by a call that found the rest busy.
    pub(super) partly: bool,
    /// What the provider gave on the way.
    pub(super) facts: Facts,
}

impl<R> Pending<R> {
    pub(super) fn new(record: R, line: u64, past: Recall) -> Self {
        let (sent_before, attempts) = match past {
            Recall::Open { maybe_sent, attempts } => (maybe_sent, attempts),
            Recall::New | Recall::Settled(_) => (false, 0),
        };
        let mut meta = Meta {
            line,
            attempts,
            noted: UNTOLD,
            call: None,
            history: None,
        };
        if sent_before {
            meta.history().doubt = Some(Reason::new(ReasonKind::Interrupted));
        }
        Self { record, meta }
    }
}

impl Meta {
    /// Notes the round in which the journal is told, unless it was; true when it was not.
    pub(super) fn note(&mut self, round: u64) -> bool {
        let fresh = !self.is_noted();
        if fresh {
            self.noted = round;
        }
        fresh
    }

    pub(super) fn is_noted(&self) -> bool {
        self.noted != UNTOLD
    }

    pub(super) fn history(&mut self) -> &mut History {
        self.history.get_or_insert_default()
    }

    pub(super) fn doubt(&self) -> Option<&Reason> {
        self.history.as_ref()?.doubt.as_ref()
    }

    pub(super) fn take_doubt(&mut self) -> Option<Reason> {
        self.history.as_mut()?.doubt.take()
    }

    /// Counts a call that brought nothing readable, when so many others had been answered.
    pub(super) fn count_failure(&mut self, answered: u64) {
        let history = self.history();
        if history.failures == 0 {
            history.answered_before = answered;
        }
        history.failures += 1;
    }

    pub(super) fn failures(&self) -> u32 {
        self.history.as_ref().map_or(0, |history| history.failures)
    }

    /// Calls that the job had answered when the first one of this record failed.
    pub(super) fn answered_before(&self) -> u64 {
        self.history.as_ref().map_or(0, |history| history.answered_before)
    }

    pub(super) fn rounds(&self) -> u32 {
        self.history.as_ref().map_or(0, |history| history.rounds)
    }

    pub(super) fn is_partly_done(&self) -> bool {
        self.history.as_ref().is_some_and(|history| history.partly)
    }

    /// What the provider gave on the way, and in the last answer.
    pub(super) fn take_facts(&mut self, last: Facts) -> Facts {
        match &mut self.history {
            None => last,
            Some(history) => {
                history.facts.merge(last);
                std::mem::take(&mut history.facts)
            }
        }
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

    /// The round of noting that has to be durable before the batch leaves, and whether the journal was told of all records.
    pub(crate) fn noted(&self) -> (u64, bool) {
        let mut told = (0, true);
        for meta in &self.metas {
            if meta.is_noted() {
                told.0 = told.0.max(meta.noted);
            } else {
                told.1 = false;
            }
        }
        told
    }

    /// The records that the journal of this run was not told of, with their lines; from now on it was. The batch does not
    /// leave before they are durable.
    pub(crate) fn intend(&mut self) -> impl Iterator<Item = (&R, u64)> {
        let records = self.records.iter().zip(&mut self.metas);
        records.filter_map(|(record, meta)| meta.note(0).then_some((record, meta.line)))
    }

    /// Notes the number of the call that carried the records.
    pub(crate) fn carried_by(&mut self, call: Option<u64>) {
        if let Some(call) = call.and_then(NonZeroU64::new) {
            for meta in &mut self.metas {
                meta.call = Some(call);
            }
        }
    }

    /// Counts a call that could have settled the records.
    pub(super) fn attempted(&mut self) {
        for meta in &mut self.metas {
            meta.attempts += 1;
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
            meta.history().doubt = Some(reason.clone());
        }
    }

    /// True when every record was carried by a failed call before.
    pub(super) fn is_retry(&self) -> bool {
        self.metas.iter().all(|meta| meta.failures() > 0)
    }
}
