//! Outcomes on their way from the plan to the consumer: with a journal they are handed out when they are durable.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::journal::{Journal, JournalError, JournalVerdict};
use crate::outcome::Outcome;
use crate::record::Record;

type Saving = Pin<Box<dyn Future<Output = Result<(), JournalError>> + Send>>;

/// Most outcomes under way before the job waits for them.
const MOST: usize = 8192;

/// The outcomes of a job with a journal that the consumer has not taken yet.
pub(super) struct Ledger<R> {
    journal: Arc<dyn Journal>,
    unsaved: VecDeque<Outcome<R>>,
    /// The same as the journal is told of them, made as they come: all at once would keep calls waiting.
    verdicts: Vec<JournalVerdict>,
    saving: Option<(Saving, VecDeque<Outcome<R>>)>,
    saved: VecDeque<Outcome<R>>,
    /// Empty: room for outcomes to come.
    spare: VecDeque<Outcome<R>>,
    /// After a failure nothing more is written; outcomes are handed out as they come.
    failed: bool,
}

impl<R: fmt::Debug> fmt::Debug for Ledger<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("unsaved", &self.unsaved)
            .field("saving", &self.saving.as_ref().map(|(_, outcomes)| outcomes))
            .field("saved", &self.saved)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl<R: Record> Ledger<R> {
    pub(super) fn new(journal: Arc<dyn Journal>) -> Self {
        Self {
            journal,
            unsaved: VecDeque::new(),
            verdicts: Vec::new(),
            saving: None,
            saved: VecDeque::new(),
            spare: VecDeque::new(),
            failed: false,
        }
    }

    /// Takes outcomes in; [`save`](Self::save) follows.
    pub(super) fn take_in(&mut self, outcomes: &mut VecDeque<Outcome<R>>) {
        if self.failed {
            self.saved.append(outcomes);
        } else {
            self.verdicts.extend(JournalVerdict::of(outcomes.iter()));
            self.unsaved.append(outcomes);
        }
    }

    /// Begins to write what came meanwhile, all at once, unless something is being written.
    pub(super) fn save(&mut self) {
        if self.saving.is_some() || self.unsaved.is_empty() {
            return;
        }
        let outcomes = std::mem::replace(&mut self.unsaved, std::mem::take(&mut self.spare));
        let verdicts = std::mem::take(&mut self.verdicts);
        let journal = Arc::clone(&self.journal);
        let saving = async move { journal.settle(verdicts).await };
        self.saving = Some((Box::pin(saving), outcomes));
    }

    /// Ready when what was being written is durable, or failed to be: its outcomes can be taken either way.
    pub(super) fn poll_saved(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JournalError>> {
        let Some((saving, outcomes)) = &mut self.saving else {
            return Poll::Pending;
        };
        let Poll::Ready(written) = saving.as_mut().poll(cx) else {
            return Poll::Pending;
        };
        if self.saved.is_empty() {
            // They stay where they are.
            self.spare = std::mem::replace(&mut self.saved, std::mem::take(outcomes));
        } else {
            self.saved.append(outcomes);
        }
        self.saving = None;
        if written.is_err() {
            self.failed = true;
            self.saved.append(&mut self.unsaved);
            self.verdicts.clear();
        }
        Poll::Ready(written)
    }

    /// The durable outcomes, in their order.
    pub(super) fn saved(&mut self) -> &mut VecDeque<Outcome<R>> {
        &mut self.saved
    }

    /// True when nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.saved.is_empty() && self.saving.is_none() && self.unsaved.is_empty()
    }

    /// True when the job has to wait until more of it is durable.
    pub(super) fn is_full(&self) -> bool {
        let saving = self.saving.as_ref().map_or(0, |(_, outcomes)| outcomes.len());
        self.saved.len() + saving + self.unsaved.len() >= MOST
    }
}
