//! Flags of result files.

use std::path::PathBuf;

use clap::Args;

/// Where a job leaves its results, besides standard output.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Results")]
pub(crate) struct ResultArgs {
    /// Write succeeded, failed and unprocessed rows to files in this directory, as CSV (NDJSON for NDJSON input)
    #[arg(long, value_name = "DIR")]
    pub(crate) results_dir: Option<PathBuf>,
    /// Write counts, calls and the stop reason to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
    /// Overwrite result files of other jobs
    #[arg(long)]
    pub(crate) force: bool,
}
