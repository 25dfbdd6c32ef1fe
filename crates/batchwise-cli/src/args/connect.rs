//! The flags of everything that calls a provider.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;

use crate::progress::ProgressArgs;
use crate::settings::SettingsArgs;
use crate::values::{Rate, at_least_one};

/// How a provider is reached, and what is said meanwhile.
#[derive(Debug, Args)]
pub(crate) struct ConnectArgs {
    /// The provider's origin; the documented path is added to it
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Allow plain http:// to other machines (credentials can be read on the way)
    #[arg(long)]
    pub(crate) allow_http: bool,
    /// Trust the issuers in this PEM file too, such as that of a company's proxy; nothing turns verification off
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Seconds for one call, from connect to the last byte of the answer
    #[arg(long, value_name = "SECS", value_parser = at_least_one, default_value = "30")]
    pub(crate) timeout: NonZeroU32,
    /// Calls allowed, in place of the shortest window of the quota; `off` lifts all
    #[arg(long, value_name = "N/s|N/m|N/h|off")]
    pub(crate) rate: Option<Rate>,
    #[command(flatten)]
    pub(crate) settings: SettingsArgs,
    #[command(flatten)]
    pub(crate) progress: ProgressArgs,
    /// Say more on standard error; twice: every call
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Only errors on standard error
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}
