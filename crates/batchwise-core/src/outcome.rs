//! What became of a record.

use std::fmt;
use std::time::SystemTime;

use crate::facts::Facts;
use crate::reason::Reason;
use crate::record::Record;

/// What became of a record in a job; final. The words are the same in Rust, outputs, journal and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verdict {
    /// The provider confirmed that it deleted the record.
    Deleted,
    /// The provider confirmed that it wrote to the record.
    Updated,
    /// Updates: it was found, nothing was written and no error was given.
    Unchanged,
    /// Deletes: it was not there, and no call of this job can have removed it.
    NotFound,
    /// It is not there now, but an earlier call of this job may have removed it and its answer was lost.
    PresumedDeleted,
    /// Updates: nothing was found that matches it.
    Unmatched,
    /// Still in use after all deferrals.
    Busy,
    /// The provider refused this record alone or by name, or it is not valid.
    Rejected,
    /// A call that may have acted carried it, and no call brought a readable answer about it.
    Unknown,
    /// No call that could have acted carried it.
    NotSent,
}

impl Verdict {
    /// Every verdict, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Deleted,
        Self::Updated,
        Self::Unchanged,
        Self::NotFound,
        Self::PresumedDeleted,
        Self::Unmatched,
        Self::Busy,
        Self::Rejected,
        Self::Unknown,
        Self::NotSent,
    ];

    /// Its place in [`ALL`](Self::ALL).
    pub(crate) fn place(self) -> usize {
        Self::ALL
            .iter()
            .position(|known| *known == self)
            .unwrap_or(Self::ALL.len())
    }

    /// The word for it: `presumed_deleted`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::NotFound => "not_found",
            Self::PresumedDeleted => "presumed_deleted",
            Self::Unmatched => "unmatched",
            Self::Busy => "busy",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::NotSent => "not_sent",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an outcome is about: a record, or an input that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject<R> {
    /// A record.
    Record(R),
    /// A text that is not a valid record, as it came.
    Invalid(String),
}

/// What became of one distinct record. Every record that goes in has exactly one.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "an outcome may say that its record was not processed"]
pub struct Outcome<R> {
    /// The record.
    pub subject: Subject<R>,
    /// Where it came from: the line of the input, or the position in the stream, from 1.
    pub line: u64,
    /// What became of it.
    pub verdict: Verdict,
    /// Calls that carried it and could have settled it.
    pub attempts: u32,
    /// Why, for every verdict that is not plain success.
    pub reason: Option<Reason>,
    /// What else the provider gave for it.
    pub facts: Facts,
    /// When it was settled.
    pub at: SystemTime,
    pub(crate) reached: bool,
    /// A call that may have acted on it ended without telling, or a part of it was acted on.
    pub(crate) maybe_sent: bool,
    /// It is so only because the job stopped: another run goes on with it.
    pub(crate) cut_short: bool,
    /// The number of the last call that carried it.
    pub(crate) call: Option<u64>,
}

impl<R: Record> Outcome<R> {
    /// The record's text key, or the text that is no record.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.subject {
            Subject::Record(record) => record.key(),
            Subject::Invalid(text) => text.clone(),
        }
    }

    /// The part of the target that the key leaves out, such as a campaign.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        self.record().and_then(Record::scope)
    }

    /// The reason in words.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        self.reason.as_ref().map(ToString::to_string)
    }
}

impl<R> Outcome<R> {
    /// The record, unless the input was none.
    #[must_use]
    pub fn record(&self) -> Option<&R> {
        match &self.subject {
            Subject::Record(record) => Some(record),
            Subject::Invalid(_) => None,
        }
    }

    /// True when the record is in the wanted state, as far as the provider's answers tell.
    #[must_use]
    pub fn reached(&self) -> bool {
        self.reached
    }

    /// True when another run may settle it: `busy`, `unknown` and `not_sent`.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.verdict, Verdict::Busy | Verdict::Unknown | Verdict::NotSent)
    }

    /// The same outcome about the record in another form, for adapters.
    pub fn map<S>(self, form: impl FnOnce(R) -> S) -> Outcome<S> {
        Outcome {
            subject: match self.subject {
                Subject::Record(record) => Subject::Record(form(record)),
                Subject::Invalid(text) => Subject::Invalid(text),
            },
            line: self.line,
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
