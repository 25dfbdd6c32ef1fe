//! The flag.

use clap::Args;

/// Whether progress is shown.
#[derive(Debug, Args)]
pub(crate) struct ProgressArgs {
    /// Show no progress: no live lines on a terminal, no line every 10 seconds elsewhere
    #[arg(long)]
    pub(crate) no_progress: bool,
}
