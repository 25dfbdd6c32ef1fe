//! `batchwise journal`: the journals of the state directory, listed, purged and pseudonymised.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use batchwise_journal::{JobState, JournalReader, Listed, Purge, list, pseudonymise, remove};
use clap::{Args, Subcommand};
use jiff::{Span, Zoned};

use super::StateDirectory;
use crate::failure::{Exit, Failure};
use crate::notes::say;
use crate::output::{one_line, time};
use crate::values::age;

const LIST_EXAMPLES: &str = "\
Examples:
  batchwise journal list
  batchwise journal list | grep unfinished";

const PURGE_EXAMPLES: &str = "\
Examples:
  batchwise journal purge --older-than 90d --dry-run
  batchwise journal purge --older-than 90d
  batchwise journal purge job.db --unfinished";

const PSEUDONYMISE_EXAMPLES: &str = "\
Examples:
  batchwise journal pseudonymise job.db";

/// What is done with journals.
#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    #[command(after_help = LIST_EXAMPLES)]
    /// List the journals of the state directory, the oldest first
    List,
    #[command(after_help = PURGE_EXAMPLES)]
    /// Remove journals: those that are named, or those in which nothing was noted for some time
    Purge(PurgeArgs),
    #[command(after_help = PSEUDONYMISE_EXAMPLES)]
    /// Remove personal data from journals and keep their counts; their jobs can no longer go on
    Pseudonymise {
        /// Journals
        #[arg(value_name = "JOURNAL", required = true)]
        journals: Vec<PathBuf>,
    },
}

/// Which journals are removed.
#[derive(Debug, Args)]
pub(crate) struct PurgeArgs {
    /// Journals
    #[arg(
        value_name = "JOURNAL",
        required_unless_present = "older_than",
        conflicts_with = "older_than"
    )]
    journals: Vec<PathBuf>,
    /// Those of the state directory in which nothing was noted for so long: 90d, 12w, 6mo
    #[arg(long, value_name = "TIME", value_parser = age)]
    older_than: Option<Span>,
    /// Also those of unfinished jobs, which then cannot go on
    #[arg(long)]
    unfinished: bool,
    /// Say which, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs it.
pub(crate) fn manage(command: &JournalCommand) -> Result<Exit, Failure> {
    match command {
        JournalCommand::List => {
            for journal in &listed()? {
                told(&line(journal))?;
            }
        }
        JournalCommand::Purge(args) => purge(args)?,
        JournalCommand::Pseudonymise { journals } => {
            for path in journals {
                pseudonymise(path).map_err(|error| Failure::usage(error.to_string()))?;
                told(&format!("{}: personal data removed", path.display()))?;
            }
        }
    }
    Ok(Exit::Reached)
}

/// The journals of the state directory; those that cannot be read are told of.
fn listed() -> Result<Vec<Listed>, Failure> {
    let directory = StateDirectory::of_process()?;
    let path = directory.path();
    if !path.exists() {
        return Ok(Vec::new());
    }
    let found = list(path).map_err(|error| Failure::usage(format!("`{}` cannot be read: {error}", path.display())))?;
    let mut journals = Vec::new();
    for journal in found {
        match journal {
            Ok(journal) => journals.push(journal),
            Err(error) => say(&error.to_string()),
        }
    }
    Ok(journals)
}

fn line(journal: &Listed) -> String {
    let header = &journal.header;
    let state = match journal.state {
        JobState::Unfinished if journal.pseudonymised.is_some() => "pseudonymised",
        state => state.as_str(),
    };
    format!(
        "{}  {state:<13}  {:<16}  {:>9}  {}",
        time(header.started),
        header.provider,
        size(journal.bytes),
        journal.path.display()
    )
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    let kib = bytes.div_ceil(1024);
    if kib < 10_000 {
        format!("{kib} KiB")
    } else {
        format!("{} MiB", kib.div_ceil(1024))
    }
}

fn purge(args: &PurgeArgs) -> Result<(), Failure> {
    let chosen: Vec<PathBuf> = match args.older_than {
        Some(span) => {
            let before = Zoned::now()
                .checked_sub(span)
                .map_err(|error| Failure::usage(format!("--older-than: {error}")))?;
            let mut wanted = Purge::finished_before(SystemTime::from(before.timestamp()));
            if args.unfinished {
                wanted = wanted.unfinished_too();
            }
            let old = listed()?.into_iter().filter(|journal| wanted.takes(journal));
            old.map(|journal| journal.path).collect()
        }
        None => args.journals.clone(),
    };
    for path in &chosen {
        if args.older_than.is_none() && !args.unfinished {
            refuse_unfinished(path)?;
        }
        if !args.dry_run {
            remove(path).map_err(|error| Failure::usage(error.to_string()))?;
        }
        let what = if args.dry_run { "would be removed" } else { "removed" };
        told(&format!("{}: {what}", path.display()))?;
    }
    Ok(())
}

fn refuse_unfinished(path: &Path) -> Result<(), Failure> {
    let state = JournalReader::open(path).and_then(|reader| reader.state());
    match state.map_err(|error| Failure::usage(error.to_string()))? {
        JobState::Finished => Ok(()),
        JobState::Running | JobState::Unfinished => Err(Failure::usage(format!(
            "`{}` is of a job that is not finished; --unfinished removes it all the same",
            path.display()
        ))),
    }
}

fn told(text: &str) -> Result<(), Failure> {
    writeln!(io::stdout(), "{}", one_line(text)).map_err(|error| Failure::unwritable(&error))
}
