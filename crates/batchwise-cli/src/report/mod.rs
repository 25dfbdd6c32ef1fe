//! `batchwise report`: what became of a job, from its journal or its result files, also while it runs.

mod args;
mod evidence;
mod figures;
mod files;
mod html;
mod nouns;
mod rows;
mod source;
mod sums;
mod table;
mod words;

use std::io;
use std::path::Path;

use batchwise_journal::{Filter, JournalReader, ReadError};

pub(crate) use args::ReportArgs;

use crate::args::OutputArg;
use crate::distinct::{self, NamedFile};
use crate::failure::{Exit, Failure};
use crate::notes::say;
use crate::output::OutcomeWriter;
use crate::results::result_files;
use figures::Figures;
use files::ResultFiles;
use source::Source;
use sums::Sums;

/// Reports a job.
pub(crate) fn report(args: &ReportArgs) -> Result<Exit, Failure> {
    let source = Source::find(&args.job)?;
    distinct::check(&written(args, &source))?;
    if let Some(file) = &args.html {
        html::write(&source, file, args.force)?;
        say(&format!("page in {}", file.display()));
        return Ok(Exit::Reached);
    }
    let (reader, path) = match &source {
        Source::Journal(reader, path) => (reader, path),
        Source::Files(files) => return of_files(files, args),
    };
    if let Some(file) = &args.evidence {
        evidence::write(reader, file, args.force)?;
        say(&format!("evidence in {}", file.display()));
        return Ok(Exit::Reached);
    }
    if args.output == OutputArg::Human {
        let figures = Figures::of(reader).map_err(unreadable)?;
        let reasons = reader.reasons(&filter(args)).map_err(unreadable)?;
        write_text(&table::table(&figures, &reasons, path))?;
        if args.only.is_empty() {
            return Ok(Exit::Reached);
        }
        write_text("\n")?;
    }
    records(reader, args)?;
    Ok(Exit::Reached)
}

/// The files of the job, and the one that is written of it.
fn written(args: &ReportArgs, source: &Source) -> Vec<NamedFile> {
    let mut files = match source {
        Source::Journal(_, path) => NamedFile::journal("the job's journal", path),
        Source::Files(_) => Vec::new(),
    };
    if args.job.is_dir() {
        files.extend(result_files(&args.job).map(|path| NamedFile::read("a result file of the job", path)));
    }
    files.extend(
        args.html
            .iter()
            .map(|path| NamedFile::written("the page (--html)", path)),
    );
    let evidence = args.evidence.iter();
    files.extend(evidence.map(|path| NamedFile::written("the evidence (--evidence)", path)));
    files
}

/// Reports a job of which only its result files are left.
fn of_files(files: &ResultFiles, args: &ReportArgs) -> Result<Exit, Failure> {
    if args.evidence.is_some() || args.output != OutputArg::Human || !args.only.is_empty() {
        return Err(Failure::usage(format!(
            "--evidence, -o and --only need the job's journal, which is neither in `{}` nor in the state directory; the files there \
             have every record",
            files.directory.display()
        )));
    }
    write_text(&table::of_files(files, &Sums::of(files)?))?;
    Ok(Exit::Reached)
}

/// Every record that was asked for, in the order of the input.
fn records(reader: &JournalReader, args: &ReportArgs) -> Result<(), Failure> {
    let header = reader.header().map_err(unreadable)?;
    let form = rows::Form::of(&header.provider);
    let unwritable = |error: io::Error| Failure::unwritable(&error);
    let stdout = io::stdout().lock();
    let is_verified = reader.verified().map_err(unreadable)?.total() > 0;
    let mut writer =
        OutcomeWriter::with_columns(stdout, args.output, form.with_campaign, is_verified).map_err(unwritable)?;
    for row in reader.records(filter(args)) {
        let row = form.row(&row.map_err(unreadable)?);
        writer.write(&row).map_err(unwritable)?;
    }
    writer.flush().map_err(unwritable)
}

/// A record in a call, or maybe sent by a run that died, is unknown.
fn filter(args: &ReportArgs) -> Filter {
    if args.only.is_empty() {
        return Filter::all();
    }
    let only = Filter::only(args.only.iter().map(|only| only.0));
    if args.only.iter().any(|only| only.0 == batchwise::Verdict::Unknown) {
        only.or_open()
    } else {
        only
    }
}

fn write_text(text: &str) -> Result<(), Failure> {
    use io::Write;
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::unwritable(&error))
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` wants it
fn unreadable(error: ReadError) -> Failure {
    Failure::usage(error.to_string())
}

/// The command that goes on with the job of this journal.
fn resume_command(path: &Path) -> String {
    crate::ledger::command_line(["resume".into(), path.as_os_str().to_owned()])
}
