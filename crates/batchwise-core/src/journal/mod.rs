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

mod entries;
mod keys;
mod verdict;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

pub(crate) use self::entries::USUAL;
pub use self::entries::{JournalEntries, JournalEntry};
pub use self::keys::JournalKey;
pub(crate) use self::keys::push_numbered;
pub use self::verdict::JournalVerdict;
use crate::observe::CallFinished;
use crate::outcome::Verdict;
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
    /// An update ([`Identity::Content`](crate::Identity::Content)) that failed is no longer open once a later one of the same
    /// key was written, or may have been: sent again, it would bring back the older value.
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
    async fn intend(&self, batches: Vec<JournalEntries>) -> Result<(), JournalError>;

    /// Makes durable what became of entries; they are reported when that is done. Those that came to the same end one after
    /// the other share a verdict.
    ///
    /// An entry that had an outcome, was [recalled](Self::recall) as open all the same and comes back as
    /// [`NotSent`](Verdict::NotSent) was left alone by this run: what was known of it before stands.
    ///
    /// # Errors
    /// When it is not durable. The outcomes are reported all the same, since they are true, and the job stops.
    async fn settle(&self, verdicts: Vec<JournalVerdict>) -> Result<(), JournalError>;

    /// Says that the job has nothing to do but to wait until what this journal was given is durable: it need not be held
    /// back any longer for more to come. While a call is in flight nobody says so, however long it takes: whoever holds back
    /// verdicts does so for some milliseconds at most.
    fn flush(&self) {}

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
