//! Intents that are noted before their batch leaves, while others are on their way.
//!
//! Where no quota makes a job wait, a batch would wait for the disk instead. So the records that go next are noted while a
//! call is in flight, as many at once as it takes for calls not to wait: one batch where calls are slower than the disk, more
//! where they are faster. After a crash they all may have been sent, so it is never more than that, and only where that doubt
//! changes no more than a word: a record that is gone reads `presumed_deleted` instead of `not_found`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::watch;

use crate::journal::{Journal, JournalEntries, JournalError};

type Noting = Pin<Box<dyn Future<Output = Result<(), JournalError>> + Send>>;

/// Most batches noted ahead.
const MOST: usize = 64;

/// After so many batches that left without waiting for the disk, one less is noted ahead.
const CALM: u32 = 128;

/// Rounds of noting that are durable, or why there will be no more.
pub(super) type Durable = watch::Receiver<Result<u64, JournalError>>;

/// What is being noted ahead.
pub(super) struct Ahead {
    journal: Arc<dyn Journal>,
    noting: Option<Noting>,
    /// Rounds begun so far.
    round: u64,
    durable: watch::Sender<Result<u64, JournalError>>,
    batches: usize,
    calm: u32,
}

impl fmt::Debug for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ahead")
            .field("noting", &self.noting.is_some())
            .field("round", &self.round)
            .field("durable", &self.durable.borrow())
            .field("batches", &self.batches)
            .field("calm", &self.calm)
            .finish_non_exhaustive()
    }
}

impl Ahead {
    pub(super) fn new(journal: Arc<dyn Journal>) -> Self {
        Self {
            journal,
            noting: None,
            round: 0,
            durable: watch::Sender::new(Ok(0)),
            batches: 1,
            calm: 0,
        }
    }

    pub(super) fn durable(&self) -> Durable {
        self.durable.subscribe()
    }

    /// Batches that are noted at once.
    pub(super) fn batches(&self) -> usize {
        self.batches
    }

    /// The number of the round that may begin, unless one is under way or one has failed.
    pub(super) fn next_round(&self) -> Option<u64> {
        (self.noting.is_none() && self.durable.borrow().is_ok()).then_some(self.round + 1)
    }

    /// Begins the next round.
    pub(super) fn begin(&mut self, batches: Vec<JournalEntries>) {
        let journal = Arc::clone(&self.journal);
        self.round += 1;
        self.noting = Some(Box::pin(async move { journal.intend(batches).await }));
    }

    /// Ready when the round under way is durable, or failed to be.
    pub(super) fn poll_noted(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), JournalError>> {
        let Some(noting) = &mut self.noting else {
            return Poll::Pending;
        };
        let Poll::Ready(noted) = noting.as_mut().poll(cx) else {
            return Poll::Pending;
        };
        self.noting = None;
        let _ = self.durable.send_replace(noted.clone().map(|()| self.round));
        Poll::Ready(noted)
    }

    /// True while a round is under way.
    pub(super) fn is_noting(&self) -> bool {
        self.noting.is_some()
    }

    /// Learns whether a batch had to wait for the disk.
    pub(super) fn learn(&mut self, waited: bool) {
        if waited {
            self.batches = (self.batches * 2).min(MOST);
            self.calm = 0;
            return;
        }
        self.calm += 1;
        if self.calm >= CALM {
            self.calm = 0;
            self.batches = (self.batches - 1).max(1);
        }
    }

    /// Forgets what it learnt: a quota makes the job wait, and there is time to note each batch by itself.
    pub(super) fn rest(&mut self) {
        self.batches = 1;
        self.calm = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::ledger::tests::Paper;

    #[test]
    fn no_more_is_noted_ahead_than_keeps_calls_from_waiting() {
        let mut ahead = Ahead::new(Arc::new(Paper { fails: false }));
        assert_eq!(ahead.batches(), 1);
        for expected in [2, 4, 8, 16, 32, 64, 64] {
            ahead.learn(true);
            assert_eq!(ahead.batches(), expected);
        }
        for _ in 0..CALM {
            ahead.learn(false);
        }
        assert_eq!(ahead.batches(), 63);
        ahead.rest();
        for _ in 0..=CALM {
            ahead.learn(false);
        }
        assert_eq!(ahead.batches(), 1);
    }
}
