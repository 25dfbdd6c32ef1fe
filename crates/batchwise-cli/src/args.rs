//! The command line.

mod connect;
mod input;
mod leads;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::connect::ConnectArgs;
pub(crate) use self::input::{Charset, Delimiter, InputArgs};
pub(crate) use self::leads::{Among, Empty, LeadsArgs, Phones, TenDigitsArg};
use crate::config::ConfigCommand;
use crate::doctor::DoctorArgs;
use crate::ledger::{JournalCommand, LedgerArgs, ResumeArgs};
use crate::listing::{BookListArgs, CampaignListArgs};
use crate::report::ReportArgs;
use crate::results::ResultArgs;
use crate::shell::{CompletionsArgs, ManArgs};
use crate::values::{Concurrency, Deadline, at_least_one, count};
use crate::verify::VerifyArgs;

const IMPORT_EXAMPLES: &str = "\
Examples:
  batchwise calltouch-import delete 51001 51002
  batchwise calltouch-import delete -i ids.txt --dry-run
  batchwise calltouch-import delete -i export.xlsx --column 'Import ID'
  batchwise calltouch-import delete -i export.csv --column 'Номер' --encoding windows-1251 --delimiter ';'
  batchwise calltouch-import delete -i export.csv.gz --column 'Import ID' --yes -o ndjson > outcomes.ndjson
  produce-ids | batchwise calltouch-import delete -i - --yes";

const LEADS_EXAMPLES: &str = "\
Examples:
  batchwise calltouch-leads add-fields -i leads.ndjson
  batchwise calltouch-leads add-fields -i crm.csv --map map.toml --preview 5
  batchwise calltouch-leads add-fields -i crm.xlsx --match-request 'Request ID' --field 'Contract no=contract_no'
  batchwise calltouch-leads add-fields -i crm.csv --match-phone Phone --match-date 'Created=dd.mm.yyyy hh:mm' \\
    --field 'Sum=amount:number' --field 'Signed=signed:date(dd.mm.yyyy)' --split ','
  produce-leads | batchwise calltouch-leads add-fields -i - --yes -o ndjson

A line of NDJSON:
  {\"matching\":[{\"type\":\"request\",\"requestParams\":{\"requestId\":900100}}],
   \"addCustomFields\":{\"overwrite\":false,\"customFields\":[{\"field\":\"contract_no\",\"value\":\"A-17\"}]}}
  (in one line)";

const BOOK_EXAMPLES: &str = "\
Examples:
  batchwise dellin-book delete counteragent:70011 phone:5
  batchwise dellin-book delete -i book.csv --dry-run
  batchwise dellin-book delete -i book.csv --wire xml --yes";

const BOOK_LIST_EXAMPLES: &str = "\
Examples:
  batchwise dellin-book list > book.csv
  batchwise dellin-book list --kind phone,contact -o ndjson
  batchwise dellin-book list --anonymous --kind counteragent

Clean what nobody used since 2024:
  batchwise dellin-book list --unused-since 2024-01-01 > unused.csv
  batchwise dellin-book delete -i unused.csv";

const CAMPAIGN_LIST_EXAMPLES: &str = "\
Examples:
  batchwise thulium-campaign list --campaign 00042 > customers.csv
  batchwise thulium-campaign list --campaign 00042 --by phone -o ndjson

Take out whom nobody will call any more:
  batchwise thulium-campaign list --campaign 00042 --status NO_CALL,ABANDONED_AFTER_N_TRIES > done.csv
  batchwise thulium-campaign delete -i done.csv";

const CAMPAIGN_EXAMPLES: &str = "\
Examples:
  batchwise thulium-campaign delete --campaign 00042 7001 7002
  batchwise thulium-campaign delete --campaign 00042 --campaign 00043 -i customers.txt
  batchwise thulium-campaign delete -i campaigns-and-customers.csv --yes
  batchwise thulium-campaign delete --campaign 00042 --by phone --additional-numbers 333444555";

const QUICK_START: &str = "\
Begin here:
  batchwise demo                                    all four providers under trouble; nothing to configure
  batchwise config init                             a settings file to fill in
  batchwise doctor                                  are credentials, host, TLS and clock in order?
  batchwise calltouch-import delete -i ids.txt --dry-run
  batchwise calltouch-import delete -i ids.txt

`batchwise help COMMAND` has examples for each command; `batchwise man | man -l -` is the manual.";

const DEMO_EXAMPLES: &str = "\
Examples:
  batchwise demo";

const CONFIG_EXAMPLES: &str = "\
Examples:
  batchwise config init
  batchwise config show --profile prod
  $EDITOR \"$(batchwise config path)\"";

const DOCTOR_EXAMPLES: &str = "\
Examples:
  batchwise doctor
  batchwise doctor dellin --profile prod";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  batchwise completions bash > ~/.local/share/bash-completion/completions/batchwise
  batchwise completions zsh > \"${fpath[1]}/_batchwise\"
  batchwise completions fish > ~/.config/fish/completions/batchwise.fish
  batchwise completions powershell >> $PROFILE";

const MAN_EXAMPLES: &str = "\
Examples:
  batchwise man | man -l -
  batchwise man thulium-campaign delete | man -l -
  batchwise man --dir ~/.local/share/man/man1";

const EMULATOR_EXAMPLES: &str = "\
Try a job on it:
  batchwise emulator --port 8085
  CALLTOUCH_TOKEN=any CALLTOUCH_SITE_ID=1 batchwise calltouch-import delete 51001 --base-url http://127.0.0.1:8085";

const RESUME_EXAMPLES: &str = "\
Examples:
  batchwise resume                       the latest job, if its input is a file
  batchwise resume job.db --retry-failed";

const REPORT_EXAMPLES: &str = "\
Examples:
  batchwise report                       a table of the latest job
  batchwise report job.db --html job.html
  batchwise report results/              of the job whose result files are there
  batchwise report job.db --only rejected,unknown -o csv > look-at-these.csv
  batchwise report job.db --evidence evidence.txt";

const VERIFY_EXAMPLES: &str = "\
Examples:
  batchwise verify                       the latest job
  batchwise verify job.db
  batchwise report job.db -o csv         each record with what was seen of it";

/// Sends batches of records to SaaS methods; for every distinct record exactly one true outcome comes out.
///
/// Exit codes: 0 every record reached the wanted state; 1 finished, some did not; 2 usage or unreadable input, nothing
/// sent; 3 stopped early, the rest is not_sent; 4 a fault of our own.
#[derive(Debug, Parser)]
#[command(name = "batchwise", version, max_term_width = 110, after_help = QUICK_START)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Calltouch: delete import logs by id
    #[command(name = "calltouch-import", subcommand_required = true, arg_required_else_help = true)]
    CalltouchImport {
        #[command(subcommand)]
        method: ImportMethod,
    },
    /// Calltouch: add custom fields to leads
    #[command(name = "calltouch-leads", subcommand_required = true, arg_required_else_help = true)]
    CalltouchLeads {
        #[command(subcommand)]
        method: LeadsMethod,
    },
    /// Dellin: list and delete address-book objects
    #[command(name = "dellin-book", subcommand_required = true, arg_required_else_help = true)]
    DellinBook {
        #[command(subcommand)]
        method: BookMethod,
    },
    /// Thulium: list campaigns and remove customers from them
    #[command(name = "thulium-campaign", subcommand_required = true, arg_required_else_help = true)]
    ThuliumCampaign {
        #[command(subcommand)]
        method: CampaignMethod,
    },
    /// Go on with a job from its journal, as it was begun
    #[command(after_help = RESUME_EXAMPLES)]
    Resume(ResumeArgs),
    /// Tell what became of a job, from its journal or its result files, also while it runs
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArgs),
    /// Look whether the records of a Dellin or Thulium job are still there, and note it in its journal
    ///
    /// It lists what the job was about and deletes nothing. Exit codes: 0 looked at everything, and nothing is there that the
    /// job says is gone; 1 something is; 3 the list could not be read to its end. Credentials are those of the job.
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(VerifyArgs),
    /// List, purge or pseudonymise journals
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
    #[command(after_help = EMULATOR_EXAMPLES)]
    /// Serve the four providers on loopback, to try jobs on
    Emulator(EmulatorArgs),
    #[command(after_help = DEMO_EXAMPLES)]
    /// Run all four providers under trouble on the emulator; nothing to configure
    Demo,
    #[command(after_help = CONFIG_EXAMPLES)]
    /// Write, show or find the settings file
    ///
    /// Flags go before the environment, that before the profile, and that before what the file says for every profile. No
    /// secret stands in the file: it names a file of its own, a variable, or the keyring.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    #[command(after_help = DOCTOR_EXAMPLES)]
    /// Look whether settings, credentials, host, TLS and clock are in order
    ///
    /// It deletes and writes nothing: it asks for the origin's page without credentials, and where a provider has a call
    /// that does no harm (Dellin's login and session data, Thulium's active campaigns) it tries the credentials. Exit codes:
    /// 0 all is well; 1 something is not; 2 wrong usage.
    Doctor(DoctorArgs),
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    /// Print a script that completes commands and flags in a shell
    Completions(CompletionsArgs),
    #[command(after_help = MAN_EXAMPLES)]
    /// Print a manual page, or write all of them
    Man(ManArgs),
}

impl Command {
    /// What its job takes, if it is one.
    pub(crate) fn job_mut(&mut self) -> Option<&mut JobArgs> {
        match self {
            Self::CalltouchImport {
                method: ImportMethod::Delete { job, .. },
            }
            | Self::CalltouchLeads {
                method: LeadsMethod::AddFields { job, .. },
            }
            | Self::DellinBook {
                method: BookMethod::Delete { job, .. },
            }
            | Self::ThuliumCampaign {
                method: CampaignMethod::Delete { job, .. },
            } => Some(job),
            _ => None,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportMethod {
    #[command(after_help = IMPORT_EXAMPLES)]
    /// Delete import logs
    ///
    /// Credentials: CALLTOUCH_TOKEN and CALLTOUCH_SITE_ID in the environment.
    Delete {
        #[command(flatten)]
        keys: Keys,
        #[command(flatten)]
        job: JobArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LeadsMethod {
    #[command(after_help = LEADS_EXAMPLES)]
    /// Add custom fields to leads
    ///
    /// Input is NDJSON, one lead a line in the provider's own shape (matching, addCustomFields), or columns of CSV, TSV or
    /// .xlsx with a mapping: --map FILE, or --match-... and --field. Credentials: CALLTOUCH_TOKEN and CALLTOUCH_SITE_ID in
    /// the environment.
    AddFields {
        #[command(flatten)]
        job: JobArgs,
        #[command(flatten)]
        leads: Box<LeadsArgs>,
    },
}

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "one value for the whole program")]
pub(crate) enum BookMethod {
    #[command(after_help = BOOK_EXAMPLES)]
    /// Delete address-book objects, children before parents
    ///
    /// Keys are KIND:ID with the kinds counteragent, address, phone, contact; CSV has the columns kind,id. Credentials in
    /// the environment: DELLIN_APPKEY with DELLIN_SESSION, or DELLIN_LOGIN and DELLIN_PASSWORD, or DELLIN_PAT.
    Delete {
        #[command(flatten)]
        keys: Keys,
        /// What is spoken on the wire
        #[arg(long, value_enum, default_value_t = WireArg::Json)]
        wire: WireArg,
        /// List the book afterwards, and tell of each record whether it is still there; outcomes are written when that is done
        #[arg(long)]
        verify: bool,
        #[command(flatten)]
        job: JobArgs,
    },
    #[command(after_help = BOOK_LIST_EXAMPLES)]
    /// List the address book in the form that `delete` takes
    ///
    /// Walks counteragents, their addresses, and the phones and contact persons of each, under the account's quota; nothing
    /// is changed. Columns: kind,id,name,parent,last_update,anonymous. Nothing is written before the list is whole; one that
    /// cannot be read to its end says so and ends with exit code 3. Credentials are those of `delete`.
    List(BookListArgs),
}

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "one value for the whole program")]
pub(crate) enum CampaignMethod {
    #[command(after_help = CAMPAIGN_EXAMPLES)]
    /// Remove customers from one or several campaigns
    ///
    /// CSV has the columns campaign,customer_id, or a column of customers and --campaign. Credentials in the environment:
    /// THULIUM_SYSTEM (or THULIUM_BASE_URL), THULIUM_USER, THULIUM_PASSWORD.
    Delete {
        #[command(flatten)]
        keys: Keys,
        /// The campaign's five characters; given several times, customers are removed from each
        #[arg(long, value_name = "ID")]
        campaign: Vec<String>,
        /// What the keys are: customer ids of the CRM, or phone numbers of CSV campaigns
        #[arg(long, value_enum, default_value_t = ByArg::Customer)]
        by: ByArg,
        /// With --by phone: look in the additional numbers of records too
        #[arg(long, requires = "by")]
        additional_numbers: bool,
        /// Seconds between rounds for customers in a call
        #[arg(long, value_name = "SECS", value_parser = count::<u64>, default_value_t = 30)]
        busy_wait: u64,
        /// Rounds for customers in a call
        #[arg(long, value_name = "N", value_parser = count::<u32>, default_value_t = 5)]
        busy_rounds: u32,
        /// List the campaigns afterwards, and tell of each record whether it is still there; outcomes are written when that is
        /// done
        #[arg(long)]
        verify: bool,
        #[command(flatten)]
        job: JobArgs,
    },
    #[command(after_help = CAMPAIGN_LIST_EXAMPLES)]
    /// List the records of campaigns in the form that `delete` takes
    ///
    /// Nothing is changed. Columns: campaign,customer_id (or phone_number),record_id,system_status,status,create_date,
    /// call_date. Nothing is written before the list is whole; a campaign that changes meanwhile is read anew, three times at
    /// most; a list that cannot be read to its end says so and ends with exit code 3. Credentials are those of `delete`.
    List(CampaignListArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WireArg {
    Json,
    Xml,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ByArg {
    Customer,
    Phone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputArg {
    Human,
    Ndjson,
    Csv,
}

/// Records on the command line.
#[derive(Debug, Args)]
pub(crate) struct Keys {
    /// Keys of records; with many of them use --input
    #[arg(value_name = "KEY")]
    pub(crate) keys: Vec<String>,
}

/// What every job takes.
#[derive(Debug, Args)]
pub(crate) struct JobArgs {
    /// Read records from a file: lines, CSV, TSV, .xlsx or NDJSON, also as .gz; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) input: Option<String>,
    #[command(flatten)]
    pub(crate) reading: InputArgs,
    /// How outcomes are written to standard output
    #[arg(short, long, value_name = "FORM", value_enum, default_value_t = OutputArg::Human)]
    pub(crate) output: OutputArg,
    /// Show the plan (batches, requests, least time) and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask before something is deleted or overwritten
    #[arg(long)]
    pub(crate) yes: bool,
    /// Send only the first N records; the rest is not_sent
    #[arg(long, value_name = "N", value_parser = count::<u64>)]
    pub(crate) limit: Option<u64>,
    /// No new call after this time (HH:MM) or duration (90s, 5m, 1h30m)
    #[arg(long, value_name = "HH:MM|DURATION")]
    pub(crate) deadline: Option<Deadline>,
    /// Go on when nothing but "not found" comes, and count that as success
    #[arg(long)]
    pub(crate) allow_missing: bool,
    /// Calls that may carry a record without settling it; after them it is unknown
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value = "8")]
    pub(crate) max_attempts: NonZeroU32,
    /// Calls in flight; `auto`: up to 16 under a quota, one where the provider wants it so
    #[arg(long, value_name = "N|auto", default_value = "auto")]
    pub(crate) concurrency: Concurrency,
    /// Let a bad line become `rejected` instead of ending the job
    #[arg(long)]
    pub(crate) keep_going: bool,
    #[command(flatten)]
    pub(crate) connect: ConnectArgs,
    #[command(flatten)]
    pub(crate) results: ResultArgs,
    #[command(flatten)]
    pub(crate) ledger: LedgerArgs,
}

impl JobArgs {
    /// Calls in flight, or `None` when left to the method.
    pub(crate) fn calls(&self) -> Option<NonZeroUsize> {
        match self.concurrency {
            Concurrency::Auto => None,
            Concurrency::Calls(calls) => Some(calls),
        }
    }
}

/// What the emulator takes.
#[derive(Debug, Args)]
pub(crate) struct EmulatorArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8085)]
    pub(crate) port: u16,
    /// State and faults from a TOML file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// `off` lifts the emulated quotas
    #[arg(long, value_enum, default_value_t = QuotaArg::On)]
    pub(crate) quota: QuotaArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum QuotaArg {
    On,
    Off,
}
