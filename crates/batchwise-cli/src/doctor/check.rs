//! One thing that was looked at.

use crate::output::one_line;

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// As it should be.
    Good,
    /// A job would fail, or go wrong.
    Bad,
    /// Nobody looked, for a reason.
    Skipped,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    pub(super) state: State,
    what: &'static str,
    text: String,
    mend: Option<String>,
}

impl Check {
    pub(super) fn good(what: &'static str, text: impl Into<String>) -> Self {
        Self::new(State::Good, what, text.into())
    }

    pub(super) fn bad(what: &'static str, text: impl Into<String>, mend: impl Into<String>) -> Self {
        let check = Self::new(State::Bad, what, text.into());
        Self {
            mend: Some(mend.into()),
            ..check
        }
    }

    pub(super) fn skipped(what: &'static str, text: impl Into<String>) -> Self {
        Self::new(State::Skipped, what, text.into())
    }

    fn new(state: State, what: &'static str, text: String) -> Self {
        Self {
            state,
            what,
            text,
            mend: None,
        }
    }

    /// A line, and a second one with what to do.
    pub(super) fn lines(&self) -> String {
        let mark = match self.state {
            State::Good => "ok",
            State::Bad => "BAD",
            State::Skipped => "-",
        };
        let mend = self
            .mend
            .as_deref()
            .map(|mend| format!("{:<20}to do: {}\n", "", one_line(mend)));
        format!(
            "  {mark:<5}{:<13}{}\n{}",
            self.what,
            one_line(&self.text),
            mend.unwrap_or_default()
        )
    }
}
