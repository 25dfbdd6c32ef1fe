//! The command line.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::Shell;

/// What `completions` takes.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// What `man` takes.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The command that the page is about, such as `calltouch-import delete`; none for batchwise itself
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
    /// Write a page for every command into this directory instead
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "command")]
    pub(crate) dir: Option<PathBuf>,
}
