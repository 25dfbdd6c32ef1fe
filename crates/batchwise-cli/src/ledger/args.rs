//! Flags of the journal.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where a job is written down, and how it goes on.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Journal")]
pub(crate) struct LedgerArgs {
    /// Keep the job in this file; a job that is not finished there goes on
    #[arg(long, value_name = "FILE", conflicts_with = "no_journal")]
    pub(crate) journal: Option<PathBuf>,
    /// Keep no journal: a job that dies cannot go on
    #[arg(long)]
    pub(crate) no_journal: bool,
    /// With --journal: `extend` takes an input that the journal does not know yet
    #[arg(long, value_name = "HOW", value_enum, requires = "journal")]
    pub(crate) resume: Option<ResumeArg>,
    /// With --journal: try rejected, busy, unknown and not_sent records again
    #[arg(long, requires = "journal")]
    pub(crate) retry_failed: bool,
    /// The arguments that led here, where they are not those of this process.
    #[arg(skip)]
    pub(crate) argv: Option<Vec<OsString>>,
}

/// How a job goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResumeArg {
    /// Also with another input.
    Extend,
}
