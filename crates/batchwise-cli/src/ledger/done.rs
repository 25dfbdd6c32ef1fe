//! A job that is finished, and is asked for once more.

use batchwise::journal::JournalEntry;
use batchwise_journal::{JournalReader, Past, ReadError, RunRow};
use jiff::Timestamp;

use crate::failure::Failure;
use crate::input::{Row, Shape, Source};

/// When the job was finished, as people say it.
pub(crate) fn finished_at(past: &Past) -> String {
    let ended = past.runs.last().and_then(|run: &RunRow| run.ended);
    let ended = ended.and_then(|at| Timestamp::try_from(at).ok());
    ended.map_or_else(|| "before".to_owned(), |at| format!("at {at:.0}"))
}

/// Reads the input to see that it is that of a finished job: nothing of it may be new, and nothing may be missing. The same
/// file may be read by another column, another sheet or another mapping.
///
/// # Errors
/// At the first record that the journal does not know on its line, or when records are missing.
pub(crate) fn check_input<S: Shape>(source: &Source, shape: &S, reader: &JournalReader) -> Result<(), Failure> {
    let unreadable = |error: ReadError| Failure::usage(format!("--journal: {error}"));
    let other = |why: String| {
        Failure::usage(format!(
            "--journal: `{}` is of a finished job with another input: {why}. Name another file for this input, or add it to \
             that job with --resume extend",
            reader.path().display(),
        ))
    };
    let mut known = reader.check_input().map_err(unreadable)?;
    let mut found = Ok(());
    let mut check = |entry: &JournalEntry| match known.knows(entry) {
        Ok(true) => Ok(()),
        Ok(false) => Err(other(format!("line {} is not known there", entry.line))),
        Err(_) => Err(other(format!("line {} is not what it was", entry.line))),
    };
    let read = source.read(shape, &mut |row| {
        found = match &row {
            Row::Records(raw, records) => records
                .iter()
                .try_for_each(|record| check(&JournalEntry::of_record(record, raw.line))),
            Row::Bad(raw, text, _) => check(&JournalEntry {
                line: raw.line,
                scope: None,
                key: text.clone(),
                content: None,
            }),
            Row::Broken(why) => Err(Failure::usage(why.clone())),
            Row::Columns(..) | Row::Blank => Ok(()),
        };
        found.is_ok()
    });
    read.map_err(|error| Failure::usage(format!("the input cannot be read: {error}")))?;
    found?;
    match known.missing().map_err(unreadable)? {
        0 => Ok(()),
        1 => Err(other("one entry of it is missing here".to_owned())),
        missing => Err(other(format!("{missing} entries of it are missing here"))),
    }
}
