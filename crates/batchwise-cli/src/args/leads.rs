//! How leads are read from columns.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::values::{at_least_one, count};

/// The mapping of columns to leads, by a file or by flags.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Leads from columns (CSV, TSV, .xlsx)")]
pub(crate) struct LeadsArgs {
    /// The mapping of columns, a TOML file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["match_request", "match_request_number", "match_call", "match_call_reference", "match_sip_call", "match_phone", "match_email", "match_date", "field"])]
    pub(crate) map: Option<PathBuf>,
    /// Find the request by the id in this column (requestId)
    #[arg(long, value_name = "COLUMN")]
    pub(crate) match_request: Option<String>,
    /// Find the request by the site form's number in this column (requestNumber)
    #[arg(long, value_name = "COLUMN")]
    pub(crate) match_request_number: Option<String>,
    /// Find the call by the id in this column (callId)
    #[arg(long, value_name = "COLUMN")]
    pub(crate) match_call: Option<String>,
    /// Find the call by the call import's id in this column (callReferenceId)
    #[arg(long, value_name = "COLUMN")]
    pub(crate) match_call_reference: Option<String>,
    /// Find the call by the telephone exchange's id in this column (sipCallId)
    #[arg(long, value_name = "COLUMN")]
    pub(crate) match_sip_call: Option<String>,
    /// Find the lead by a phone in this column; may be given several times
    #[arg(long, value_name = "COLUMN", requires = "match_date")]
    pub(crate) match_phone: Vec<String>,
    /// Find the lead by an e-mail address in this column; may be given several times
    #[arg(long, value_name = "COLUMN", requires = "match_date")]
    pub(crate) match_email: Vec<String>,
    /// The column and form of the date around which contacts are looked for: 'Created=dd.mm.yyyy hh:mm'
    #[arg(long, value_name = "COLUMN=FORMAT")]
    pub(crate) match_date: Option<String>,
    /// What contacts are looked for among
    #[arg(long, value_name = "KIND", value_enum, default_value_t = Among::Lead)]
    pub(crate) match_among: Among,
    /// Which of several hits is taken: nearest, nearestUniq
    #[arg(long, value_name = "WORD", default_value = batchwise::calltouch_leads::NEAREST)]
    pub(crate) match_which: String,
    /// How far from the date contacts are looked for, in minutes (unconfirmed)
    #[arg(long, value_name = "MINUTES", value_parser = at_least_one, default_value = "1440")]
    pub(crate) match_depth: NonZeroU32,
    /// A column and the custom field that it goes to: 'Contract no=contract_no', 'Sum=amount:number',
    /// 'Signed=signed:date(dd.mm.yyyy)'; may be given several times
    #[arg(long, value_name = "COLUMN=FIELD[:TYPE]")]
    pub(crate) field: Vec<String>,
    /// Replace values that the lead already has
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// What an empty cell means: its field is left out, or the row is bad
    #[arg(long, value_name = "HOW", value_enum)]
    pub(crate) empty: Option<Empty>,
    /// What separates several phones or addresses in a cell
    #[arg(long, value_name = "TEXT")]
    pub(crate) split: Option<String>,
    /// How phones are sent: as eleven digits, as they stand, or as hashes
    #[arg(long, value_name = "HOW", value_enum)]
    pub(crate) phones: Option<Phones>,
    /// What ten digits without a country code are
    #[arg(long, value_name = "HOW", value_enum)]
    pub(crate) ten_digits: Option<TenDigitsArg>,
    /// Print the JSON that would be sent for the first N leads, and send nothing
    #[arg(long, value_name = "N", value_parser = count::<u64>, conflicts_with_all = ["dry_run", "yes"])]
    pub(crate) preview: Option<u64>,
}

impl LeadsArgs {
    /// The first flag of a mapping that was given, which makes no sense without one.
    pub(crate) fn stray(&self) -> Option<&'static str> {
        [
            (self.match_date.is_some(), "--match-date"),
            (self.overwrite, "--overwrite"),
            (self.empty.is_some(), "--empty"),
            (self.split.is_some(), "--split"),
            (self.phones.is_some(), "--phones"),
            (self.ten_digits.is_some(), "--ten-digits"),
        ]
        .into_iter()
        .find_map(|(given, flag)| given.then_some(flag))
    }
}

/// What a contact row looks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Among {
    /// Calls and requests
    #[default]
    Lead,
    /// Calls
    Call,
    /// Requests
    Request,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Empty {
    /// The field is left out
    #[default]
    Skip,
    /// The row is bad
    Error,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phones {
    /// Russian phones as eleven digits; others make a row bad
    #[default]
    Normal,
    /// As they stand
    AsIs,
    /// As hashes (md5Phones)
    Hash,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TenDigitsArg {
    /// Unknown: the row is bad
    #[default]
    Refuse,
    /// A Russian number
    Russian,
}
