//! How progress is shown.

use std::io::IsTerminal;

use crate::args::ConnectArgs;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Not at all.
    Off,
    /// Live lines at the end of a terminal.
    Live,
    /// A plain line now and then.
    Lines,
}

impl Mode {
    /// As the flags and standard error want it.
    pub(crate) fn of(args: &ConnectArgs) -> Self {
        if args.quiet || args.progress.no_progress {
            Self::Off
        } else if std::io::stderr().is_terminal() && !is_dumb() {
            Self::Live
        } else {
            Self::Lines
        }
    }
}

/// A terminal that cannot move its cursor.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb")
}
