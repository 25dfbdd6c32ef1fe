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
    /// What went wrong.
    text: String,
    /// The text has several lines, which are shown as such.
    in_lines: bool,
    /// Where: a file, a line, a section.
    place: Option<String>,
    /// What to do about it.
    to_do: Option<String>,
}

impl Failure {
    /// Wrong usage or unreadable input: nothing was sent.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, text.into())
    }

    /// Standard output cannot be written.
    pub(crate) fn unwritable(error: &std::io::Error) -> Self {
        Self::new(Exit::Stopped, format!("standard output is not writable ({error})"))
    }

    /// A fault of our own.
    pub(crate) fn fault(text: impl Into<String>) -> Self {
        Self::new(Exit::Fault, text.into())
    }

    fn new(exit: Exit, text: String) -> Self {
        Self {
            exit,
            text,
            in_lines: false,
            place: None,
            to_do: None,
        }
    }

    /// The same with where it is. The innermost place counts.
    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.place.get_or_insert_with(|| place.into());
        self
    }

    /// The same, its text shown line by line: it has an excerpt of a file.
    pub(crate) fn in_lines(mut self) -> Self {
        self.in_lines = true;
        self
    }

    /// The same with what to do about it.
    pub(crate) fn mend(mut self, help: impl Into<String>) -> Self {
        self.to_do = Some(help.into());
        self
    }

    /// The same with what it is about in front.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.text = format!("{what}: {}", self.text);
        self
    }

    /// What and where in one text, and what to do.
    pub(crate) fn parts(&self) -> (String, Option<&str>) {
        let place = self.place.as_ref().map(|place| format!(" ({place})"));
        (
            format!("{}{}", self.text, place.unwrap_or_default()),
            self.to_do.as_deref(),
        )
    }

    /// What, where, and what to do: a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let place = self.place.iter().map(|place| format!("  where: {place}"));
        let to_do = self.to_do.iter().map(|to_do| format!("  to do: {to_do}"));
        let text = match self.in_lines {
            true => self.text.trim_end().lines().map(str::to_owned).collect(),
            false => vec![self.text.clone()],
        };
        text.into_iter().chain(place).chain(to_do).collect()
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
