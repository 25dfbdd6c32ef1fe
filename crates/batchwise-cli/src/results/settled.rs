//! What the ledger of a job says of one entry of its input.

use std::time::SystemTime;

use batchwise::journal::JournalEntry;
use batchwise::{Outcome, Record, Verdict};
use batchwise_journal::Verified;
use serde_json::{Map, Value};

use crate::output::{facts_of, time};

/// What became of an entry, for a row of a result file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settled {
    /// The line on which the entry stood first.
    pub(crate) line: u64,
    pub(crate) verdict: Verdict,
    /// It is in the wanted state.
    pub(crate) reached: bool,
    pub(crate) attempts: u32,
    pub(crate) detail: Option<String>,
    pub(crate) at: Option<SystemTime>,
    /// What else the provider gave, by name.
    pub(crate) provider: Map<String, Value>,
    /// What a look at the provider after the job showed.
    pub(crate) verified: Option<Verified>,
}

impl Settled {
    /// As a run tells it.
    pub(super) fn of<R: Record>(outcome: &Outcome<R>) -> Self {
        Self {
            line: outcome.line,
            verdict: outcome.verdict,
            reached: outcome.reached(),
            attempts: outcome.attempts,
            detail: outcome.detail(),
            at: Some(outcome.at),
            provider: facts_of(outcome),
            verified: None,
        }
    }

    /// An entry that the job never read.
    pub(super) fn unread(line: u64) -> Self {
        Self {
            line,
            verdict: Verdict::NotSent,
            reached: false,
            attempts: 0,
            detail: Some("the job stopped before it read this row".to_owned()),
            at: None,
            provider: Map::new(),
            verified: None,
        }
    }

    /// An entry that the job read, and that a failing journal did not take: calls are made of noted records alone.
    pub(super) fn unnoted(line: u64) -> Self {
        Self {
            detail: Some("the journal failed before this row was noted, and so no call carried it".to_owned()),
            ..Self::unread(line)
        }
    }

    /// An entry that the journal took, and that was not sent since the journal failed before its call began.
    pub(crate) fn withheld(line: u64) -> Self {
        Self {
            detail: Some("the journal failed before this row was sent".to_owned()),
            ..Self::unread(line)
        }
    }

    /// `2026-11-22T08:00:00Z`, or nothing.
    pub(super) fn time(&self) -> String {
        self.at.map_or_else(String::new, time)
    }
}

/// The ledger of a job, as the result files ask it.
pub(crate) trait Lookup {
    /// What became of an entry; `None` when the job never read it. Asked in the order of the input.
    ///
    /// # Errors
    /// In words, when the ledger cannot be read.
    fn of(&mut self, entry: &JournalEntry) -> Result<Option<Settled>, String>;
}
