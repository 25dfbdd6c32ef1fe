//! Flags of `batchwise verify`.

use std::path::PathBuf;

use clap::Args;

use crate::args::ConnectArgs;
use crate::listing::ListAttempts;

/// Which job is looked after.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A journal, or `last` for the latest one in the state directory
    #[arg(value_name = "JOURNAL", default_value = "last")]
    pub(crate) journal: PathBuf,
    #[command(flatten)]
    pub(crate) attempts: ListAttempts,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
}
