//! A seam through which a job outlives its process.
//!
//! A [`Journal`] is told what is about to be sent before it leaves, and what became of it before anyone else is told. A job
//! that starts again asks it for every entry of the input. After a crash a record with an intent and no verdict may have been
//! sent: it is sent again, and its absence then reads [`PresumedDeleted`](Verdict::PresumedDeleted).
//!
//! ```text
//!  input --> recall --> plan --> intend --> call --> plan --> settle --> outcome
//!              |                (durable)                   (durable)
//!              +--> settled in an earlier run: nothing to do
//! ```

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;

use crate::facts::Facts;
use crate::observe::CallFinished;
use crate::outcome::{Outcome, Subject, Verdict};
use crate::reason::Reason;
use crate::record::{Identity, Record};
use crate::report::Summary;

/// Keeps what a job did where a crash does not reach it.
///
/// "Durable" means: what the method was given survives the loss of the process and of power once its future is ready.
#[async_trait]
pub trait Journal: fmt::Debug + Send + Sync {
    /// What earlier runs of this job know of an entry. It is asked for each entry of the input, repeats among them, in its
    /// order, on the job's own task, so it must be quick. Lines rise, and begin anew when an input is read again for its
    /// next stage.
    ///
    /// An update ([`Identity::Content`]) that failed is no longer open once a later one of the same key was written, or may
    /// have been: sent again, it would bring back the older value.
    ///
    /// # Errors
    /// When the journal cannot be read, or is of another input. The job then stops and reads no further.
    fn recall(&self, entry: &JournalEntry) -> Result<Recall, JournalError>;

    /// False when earlier runs know nothing of any entry, so that [`recall`](Self::recall) need not be asked.
    fn has_past(&self) -> bool {
        true
    }

    /// Makes durable that calls are about to carry these entries; they may be known already. Those of one call stand
    /// together, as far as is known: they will be settled together if all goes well.
    ///
    /// # Errors
    /// When it is not durable: the calls are not made, and the job stops.
    async fn intend(&self, batches: Vec<Vec<JournalEntry>>) -> Result<(), JournalError>;

    /// Makes durable what became of entries; they are reported when that is done.
    ///
    /// An entry that had an outcome, was [recalled](Self::recall) as open all the same and comes back as
    /// [`NotSent`](Verdict::NotSent) was left alone by this run: what was known of it before stands.
    ///
    /// # Errors
    /// When it is not durable. The outcomes are reported all the same, since they are true, and the job stops.
    async fn settle(&self, verdicts: Vec<JournalVerdict>) -> Result<(), JournalError>;

    /// Notes a call that ended. It need not be durable before the next verdict is.
    fn called(&self, call: &CallFinished) {
        let _ = call;
    }

    /// Notes that the entry of this line and scope repeats an earlier one and is not sent again; `first` is the line of that,
    /// if still known. It is told again by every run that reads it, and need not be durable before the end of the job is.
    fn repeated(&self, line: u64, scope: Option<&str>, first: Option<u64>) {
        let _ = (line, scope, first);
    }

    /// Makes durable that the job ended, and whether it stopped early (`summary.stop`).
    ///
    /// # Errors
    /// When it is not durable.
    async fn close(&self, summary: &Summary) -> Result<(), JournalError>;
}

/// An entry of the input as a journal knows it: a record, or a text that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// The line or position in the input, from 1. Several records may come from one line, each in a scope of its own: line
    /// and scope tell one entry of an input from another.
    pub line: u64,
    /// [`Record::scope`], such as a campaign.
    pub scope: Option<String>,
    /// [`Record::key`], or the text as it came.
    pub key: String,
    /// The hash of a record whose key does not tell its whole content ([`Identity::Content`]).
    pub content: Option<u128>,
}

impl JournalEntry {
    /// The entry of a record from this line.
    #[must_use]
    pub fn of_record<R: Record>(record: &R, line: u64) -> Self {
        let content = match record.identity() {
            Identity::Content { hash } => Some(hash),
            Identity::Number { .. } | Identity::Text { .. } => None,
        };
        Self {
            line,
            scope: record.scope(),
            key: record.key(),
            content,
        }
    }

    pub(crate) fn of_text(text: &str, line: u64) -> Self {
        Self {
            line,
            scope: None,
            key: text.to_owned(),
            content: None,
        }
    }
}

/// What earlier runs know of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Recall {
    /// Nothing.
    #[default]
    New,
    /// It has its outcome; nothing is to be done.
    Settled(Verdict),
    /// It has none yet.
    Open {
        /// A call that may have acted carried it, and nothing is known of what came of it.
        maybe_sent: bool,
        /// Calls that carried it so far and could have settled it.
        attempts: u32,
    },
}

/// What became of an entry.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct JournalVerdict {
    /// Of which entry.
    pub entry: JournalEntry,
    /// What became of it.
    pub verdict: Verdict,
    /// It is in the wanted state.
    pub reached: bool,
    /// A call that may have acted on it ended without telling, or a part of it was acted on.
    pub maybe_sent: bool,
    /// It is so only because the job stopped before the record was settled; the next run goes on with it.
    pub cut_short: bool,
    /// Calls that carried it and could have settled it, those of earlier runs ([`Recall::Open`]) included.
    pub attempts: u32,
    /// The number of the last call that carried it in this run, as in [`CallFinished::call`].
    pub call: Option<u64>,
    /// Why.
    pub reason: Option<Reason>,
    /// What the provider gave for it.
    pub facts: Facts,
    /// When it was settled.
    pub at: SystemTime,
}

impl JournalVerdict {
    /// A verdict with nothing else to say: no attempts, no reason, no facts. For journals' own tests, and for whoever
    /// moves a job from one journal to another.
    #[must_use]
    pub fn new(entry: JournalEntry, verdict: Verdict, at: SystemTime) -> Self {
        Self {
            entry,
            verdict,
            reached: false,
            maybe_sent: false,
            cut_short: false,
            attempts: 0,
            call: None,
            reason: None,
            facts: Facts::none(),
            at,
        }
    }

    pub(crate) fn of<R: Record>(outcome: &Outcome<R>) -> Self {
        Self {
            entry: match &outcome.subject {
                Subject::Record(record) => JournalEntry::of_record(record, outcome.line),
                Subject::Invalid(text) => JournalEntry::of_text(text, outcome.line),
            },
            verdict: outcome.verdict,
            reached: outcome.reached,
            maybe_sent: outcome.maybe_sent,
            cut_short: outcome.cut_short,
            call: outcome.call,
            attempts: outcome.attempts,
            reason: outcome.reason.clone(),
            facts: outcome.facts.clone(),
            at: outcome.at,
        }
    }

    /// The outcome that this verdict is, about the record (or text) of its entry.
    pub fn into_outcome<R: Record>(self, subject: Subject<R>) -> Outcome<R> {
        Outcome {
            subject,
            line: self.entry.line,
            verdict: self.verdict,
            attempts: self.attempts,
            reason: self.reason,
            facts: self.facts,
            at: self.at,
            reached: self.reached,
            maybe_sent: self.maybe_sent,
            cut_short: self.cut_short,
            call: self.call,
        }
    }
}

/// Why a journal could not do its work, in words: what, where, and what to do. Cheap to clone.
#[derive(Clone)]
pub struct JournalError(Arc<str>);

impl JournalError {
    /// An error in words.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into())
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JournalError({self})")
    }
}

impl std::error::Error for JournalError {}
