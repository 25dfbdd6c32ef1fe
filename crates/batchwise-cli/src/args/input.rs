//! How the input is read.

use clap::Args;

/// What the user says of an input's form; what is left out is detected.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct InputArgs {
    /// The column that holds the keys (CSV, TSV, spreadsheets)
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
}
