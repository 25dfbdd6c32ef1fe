//! Why a list is not whole.

use std::error::Error;
use std::fmt;

use crate::error::CallError;

/// A contradiction between answers, in words: what was expected and what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    text: String,
    changed: bool,
}

impl Flaw {
    /// The answers contradict each other, or what was asked.
    pub fn odd(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            changed: false,
        }
    }

    /// The list changed while it was read, so that a part of it may have been missed; another walk may succeed.
    pub fn changed(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            changed: true,
        }
    }

    /// True when another walk may succeed.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.changed
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What kept a list from being whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListErrorKind {
    /// A call failed for good; the error is its [`source`](Error::source).
    Call,
    /// Answers contradict each other: a part is missing, came twice, or is not what was asked for.
    Odd,
    /// The list changed while it was read.
    Changed,
    /// Someone asked to stop.
    Stopped,
    /// A budget of calls is spent, or the server kept refusing for the rate.
    QuotaSpent,
    /// Too many calls failed.
    RetriesSpent,
}

/// A list is not whole, and why. What came before it is true, and not everything.
#[derive(Debug, Clone)]
pub struct ListError {
    kind: ListErrorKind,
    text: Option<String>,
    call: Option<CallError>,
    entries: u64,
    calls: u64,
}

impl ListError {
    pub(super) fn new(kind: ListErrorKind) -> Self {
        Self {
            kind,
            text: None,
            call: None,
            entries: 0,
            calls: 0,
        }
    }

    pub(super) fn of_call(kind: ListErrorKind, call: CallError) -> Self {
        Self {
            call: Some(call),
            ..Self::new(kind)
        }
    }

    pub(super) fn of_flaw(flaw: Flaw) -> Self {
        let kind = if flaw.changed {
            ListErrorKind::Changed
        } else {
            ListErrorKind::Odd
        };
        Self {
            text: Some(flaw.text),
            ..Self::new(kind)
        }
    }

    pub(super) fn after(self, entries: u64, calls: u64) -> Self {
        Self { entries, calls, ..self }
    }

    /// What kept the list from being whole.
    #[must_use]
    pub fn kind(&self) -> ListErrorKind {
        self.kind
    }

    /// The call that failed, for the kinds that have one.
    #[must_use]
    pub fn call(&self) -> Option<&CallError> {
        self.call.as_ref()
    }

    /// Entries that came before.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Calls made.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list is not whole: ")?;
        f.write_str(match self.kind {
            ListErrorKind::Call => "a call failed",
            ListErrorKind::Odd => "an answer is odd",
            ListErrorKind::Changed => "it changed while it was read",
            ListErrorKind::Stopped => "stopped",
            ListErrorKind::QuotaSpent => "the quota is spent",
            ListErrorKind::RetriesSpent => "too many calls failed",
        })?;
        if let Some(text) = &self.text {
            write!(f, ": {text}")?;
        }
        if let Some(call) = &self.call {
            write!(f, ": {call}")?;
        }
        Ok(())
    }
}

impl Error for ListError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.call.as_ref().map(|call| call as &(dyn Error + 'static))
    }
}
