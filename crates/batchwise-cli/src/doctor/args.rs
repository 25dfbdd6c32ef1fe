//! The command line.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;

use crate::settings::SettingsArgs;
use crate::values::at_least_one;

/// What `doctor` takes.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// calltouch, dellin or thulium; all that are set up when none is named
    #[arg(value_name = "PROVIDER")]
    pub(crate) providers: Vec<String>,
    #[command(flatten)]
    pub(crate) settings: SettingsArgs,
    /// Allow plain http:// to other machines (credentials can be read on the way)
    #[arg(long)]
    pub(crate) allow_http: bool,
    /// Trust the issuers in this PEM file too, such as that of a company's proxy; nothing turns verification off
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Seconds for one call, from connect to the last byte of the answer
    #[arg(long, value_name = "SECS", value_parser = at_least_one, default_value = "10")]
    pub(crate) timeout: NonZeroU32,
}
