//! Exit codes, and the failures that end the command before or beside a job.

use std::fmt;
use std::process::ExitCode;

/// How the command ends. The numbers are a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Every record reached the wanted state.
    Reached,
    /// The job ran to its end; some records did not.
    Unreached,
    /// Usage, or unreadable input: nothing was sent.
    Usage,
    /// The job stopped early; what remains is `not_sent`.
    Stopped,
    /// A fault of our own.
    Fault,
}

impl Exit {
    /// The number.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Reached => 0,
            Self::Unreached => 1,
            Self::Usage => 2,
            Self::Stopped => 3,
            Self::Fault => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why the command ended before it had anything to report.
#[derive(Debug, thiserror::Error)]
pub(crate) struct Failure {
    exit: Exit,
    text: String,
}

impl Failure {
    /// Wrong usage or unreadable input: nothing was sent.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            text: text.into(),
        }
    }

    /// Standard output cannot be written.
    pub(crate) fn unwritable(error: &std::io::Error) -> Self {
        Self {
            exit: Exit::Stopped,
            text: format!("standard output is not writable ({error})"),
        }
    }

    /// A fault of our own.
    pub(crate) fn fault(text: impl Into<String>) -> Self {
        Self {
            exit: Exit::Fault,
            text: text.into(),
        }
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<batchwise::BuildError> for Failure {
    fn from(error: batchwise::BuildError) -> Self {
        Self::usage(error.to_string())
    }
}
