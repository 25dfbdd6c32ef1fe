//! The flags of the lists.

use std::num::NonZeroU32;

use clap::{Args, ValueEnum};

use crate::args::{ByArg, ConnectArgs};
use crate::values::at_least_one;

/// What every list takes.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// How the list is written to standard output
    #[arg(short, long, value_name = "FORM", value_enum, default_value_t = ListForm::Csv)]
    pub(crate) output: ListForm,
    /// Write what was found of a list that is not whole, too; the exit code stays 3
    #[arg(long)]
    pub(crate) partial: bool,
    #[command(flatten)]
    pub(crate) attempts: ListAttempts,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
}

/// How long a list is tried for.
#[derive(Debug, Args)]
pub(crate) struct ListAttempts {
    /// Failed calls for one question before the list is given up
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value = "8")]
    pub(crate) max_attempts: NonZeroU32,
}

/// The form of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListForm {
    Csv,
    Ndjson,
}

/// What the list of an address book takes.
#[derive(Debug, Args)]
pub(crate) struct BookListArgs {
    /// Only these kinds: counteragent, address, phone, contact; with commas, or several times
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(crate) kind: Vec<String>,
    /// Only what was last updated before this day, by the server's own clock, with nothing below it that was updated since
    ///
    /// Walks the whole book: one call for each counteragent and each address. What has no last update is left out and
    /// counted.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) unused_since: Option<String>,
    /// Only anonymous receivers and what is below them; `--anonymous=no` leaves them out
    #[arg(long, value_name = "only|no", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "only")]
    pub(crate) anonymous: Option<AnonymousArg>,
    #[command(flatten)]
    pub(crate) list: ListArgs,
}

/// Which anonymous receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnonymousArg {
    Only,
    No,
}

/// What the list of a campaign takes.
#[derive(Debug, Args)]
pub(crate) struct CampaignListArgs {
    /// The campaign's five characters; given several times, one after the other is listed
    #[arg(long, value_name = "ID", required = true)]
    pub(crate) campaign: Vec<String>,
    /// Only records that stand there: TO_CALL, IN_PROGRESS, CALL, MY_RECORD, NO_CALL, ABANDONED_AFTER_N_TRIES,
    /// CALL_NO_SOONER_THAN, CALL_PROGRESSIVE; with commas, or several times
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    pub(crate) status: Vec<String>,
    /// What is listed: customers of CRM campaigns, or phone numbers of CSV campaigns
    #[arg(long, value_enum, default_value_t = ByArg::Customer)]
    pub(crate) by: ByArg,
    #[command(flatten)]
    pub(crate) list: ListArgs,
}
