//! What can go wrong.

use std::fmt;
use std::time::Duration;

/// The result of a fault rule.
///
/// On a socket a connection really dies; [`InMemoryTransport`](crate::InMemoryTransport) gives the error that a
/// transport would make of it, named in parentheses below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is refused (`Connect`). A socket that was accepted can't be refused any more: there it is reset
    /// before anything is acted on, and the quota doesn't count it.
    Refuse,
    /// The connection is reset before the server acts (`Closed`).
    ResetBefore,
    /// The server acts, then the connection is reset (`Closed`).
    ResetAfter,
    /// The server acts, then closes the connection in good order without an answer (`Closed`).
    CloseAfter,
    /// The server never acts and never answers (`Timeout`).
    HangBefore,
    /// The server acts and never answers (`Timeout`).
    HangAfter,
    /// The server acts; the answer's head is whole, half of its body comes, and the connection closes (`Cut`).
    Truncate,
    /// The server acts and answers 200 with bytes that are no text.
    Garbage,
    /// A proxy answers with an HTML page.
    Html {
        /// The page's status: 200 is the trap.
        status: u16,
        /// True when the provider has acted behind the proxy's back.
        acts: bool,
    },
    /// An error with this status in the provider's usual shape.
    Status {
        /// The status.
        status: u16,
        /// True when the provider has acted before.
        acts: bool,
    },
    /// 429 without acting.
    TooManyRequests {
        /// `Retry-After` in seconds.
        retry_after: Option<u64>,
    },
    /// The server acts at once; the answer drips out over this time.
    Slow(Duration),
    /// The server acts on all records and leaves the last so many out of its answer.
    DropFromAnswer(usize),
    /// The server acts; the answer's first record stands in it twice.
    Duplicate,
    /// The server acts; the answer tells of a record that was not in the request, before all others.
    Extra,
    /// The server acts; the answer's first record is told to be removed and not to be removed.
    Contradict,
    /// The server acts; the answer's first row is missing, so that positions can't be trusted (leads).
    WrongLength,
    /// The session or the credentials of this request are refused with 401; a Dellin session is dead from now on.
    SessionExpired,
}

impl Fault {
    /// Every name that a state file may use.
    pub(crate) const NAMES: &'static str = "refuse, reset_before, reset_after, close_after, hang_before, hang_after, truncate, \
        garbage, html, status, too_many_requests, slow, drop_from_answer, duplicate, extra, contradict, wrong_length, \
        session_expired";

    /// The name in state files and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::CloseAfter => "close_after",
            Self::HangBefore => "hang_before",
            Self::HangAfter => "hang_after",
            Self::Truncate => "truncate",
            Self::Garbage => "garbage",
            Self::Html { .. } => "html",
            Self::Status { .. } => "status",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Slow(_) => "slow",
            Self::DropFromAnswer(_) => "drop_from_answer",
            Self::Duplicate => "duplicate",
            Self::Extra => "extra",
            Self::Contradict => "contradict",
            Self::WrongLength => "wrong_length",
            Self::SessionExpired => "session_expired",
        }
    }

    /// True when the request is handled before the fault shows.
    #[must_use]
    pub const fn acts(&self) -> bool {
        match self {
            Self::Refuse
            | Self::ResetBefore
            | Self::HangBefore
            | Self::TooManyRequests { .. }
            | Self::SessionExpired => false,
            Self::Html { acts, .. } | Self::Status { acts, .. } => *acts,
            _ => true,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Html { status, acts } | Self::Status { status, acts } => {
                write!(f, " {status} {}", if *acts { "after acting" } else { "before acting" })
            }
            Self::TooManyRequests {
                retry_after: Some(seconds),
            } => write!(f, " (Retry-After: {seconds})"),
            Self::Slow(time) => write!(f, " over {time:?}"),
            Self::DropFromAnswer(count) => write!(f, " ({count})"),
            _ => Ok(()),
        }
    }
}

/// A change to the rows of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twist {
    Drop(usize),
    Shift,
    Duplicate,
    Extra,
    Contradict,
}

impl Twist {
    pub(crate) const fn of(fault: &Fault) -> Option<Self> {
        match fault {
            Fault::DropFromAnswer(count) => Some(Self::Drop(*count)),
            Fault::WrongLength => Some(Self::Shift),
            Fault::Duplicate => Some(Self::Duplicate),
            Fault::Extra => Some(Self::Extra),
            Fault::Contradict => Some(Self::Contradict),
            _ => None,
        }
    }

    /// Applies the change; `opposite` says the contrary of a row, `extra` is a row nobody asked for.
    pub(crate) fn apply<T: Clone>(self, rows: &mut Vec<T>, opposite: impl FnOnce(&T) -> T, extra: impl FnOnce() -> T) {
        match self {
            Self::Drop(count) => rows.truncate(rows.len().saturating_sub(count)),
            Self::Shift => drop(rows.drain(..rows.len().min(1))),
            Self::Duplicate => rows.extend(rows.first().cloned()),
            // In front, so that a client that trusts positions is wrong about every row.
            Self::Extra => rows.insert(0, extra()),
            Self::Contradict => {
                let contrary = rows.first().map(opposite);
                rows.extend(contrary);
            }
        }
    }
}
