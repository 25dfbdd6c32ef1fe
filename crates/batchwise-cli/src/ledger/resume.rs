//! `batchwise resume`: the job of a journal once more, as it was begun.

use std::ffi::OsString;
use std::path::PathBuf;

use batchwise_journal::JournalReader;
use clap::{Args, Parser};

use super::StateDirectory;
use crate::args::{Cli, OutputArg};
use crate::failure::Failure;

/// Which job goes on, and what is different this time.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// A journal, or `last` for the latest one in the state directory
    #[arg(value_name = "JOURNAL", default_value = "last")]
    journal: PathBuf,
    /// Try rejected, busy, unknown and not_sent records again
    #[arg(long)]
    retry_failed: bool,
    /// Do not ask before something is deleted or overwritten
    #[arg(long)]
    yes: bool,
    /// How outcomes are written to standard output, if not as before
    #[arg(short, long, value_name = "FORM", value_enum)]
    output: Option<OutputArg>,
    /// Only errors on standard error
    #[arg(short, long)]
    quiet: bool,
}

/// The command line of the job in this journal, ready to be run.
///
/// # Errors
/// When the journal cannot be read, its job read a pipe, or the directory it was begun in is gone.
pub(crate) fn command_of(args: &ResumeArgs) -> Result<Cli, Failure> {
    let path = StateDirectory::find(&args.journal)?;
    let unreadable = |error: batchwise_journal::ReadError| Failure::usage(error.to_string());
    let path = path.canonicalize().unwrap_or(path);
    let reader = JournalReader::open(&path).map_err(unreadable)?;
    let header = reader.header().map_err(unreadable)?;
    if reader.pseudonymised().map_err(unreadable)?.is_some() {
        return Err(Failure::usage(format!(
            "`{}`: personal data was removed from it, so its job cannot go on",
            path.display()
        )));
    }
    if header.resume.is_empty() {
        return Err(Failure::usage(format!(
            "`{}`: the job's input came through a pipe; give the same input to the same command with --journal and this file",
            path.display()
        )));
    }
    // Paths are those of the place where the job was begun.
    std::env::set_current_dir(&header.directory).map_err(|error| {
        Failure::usage(format!(
            "the job was begun in `{}`, which cannot be entered: {error}",
            header.directory
        ))
    })?;
    let program = std::iter::once(OsString::from("batchwise"));
    let mut words: Vec<OsString> = program.chain(header.resume.iter().map(OsString::from)).collect();
    // Before keys that follow a double dash.
    let at = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let journal = [OsString::from("--journal"), path.into_os_string()];
    words.splice(at..at, journal);
    let mut cli = Cli::try_parse_from(&words).map_err(|error| {
        Failure::usage(format!(
            "the command in the journal is not known to this version:\n{error}"
        ))
    })?;
    if let Some(job) = cli.command.job_mut() {
        job.ledger.argv = Some(words);
        job.ledger.retry_failed = args.retry_failed;
        job.yes |= args.yes;
        job.connect.quiet |= args.quiet;
        job.output = args.output.unwrap_or(job.output);
    }
    Ok(cli)
}
