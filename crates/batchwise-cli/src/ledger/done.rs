//! A job that is finished, and is asked for once more.

use batchwise::journal::JournalEntry;
use batchwise_journal::{JournalReader, Past, RunRow};
use jiff::Timestamp;

use crate::failure::Failure;
use crate::input::{Row, Shape, Source};

/// When the job was finished, as people say it.
pub(crate) fn finished_at(past: &Past) -> String {
    let ended = past.runs.last().and_then(|run: &RunRow| run.ended);
    let ended = ended.and_then(|at| Timestamp::try_from(at).ok());
    ended.map_or_else(|| "before".to_owned(), |at| format!("at {at:.0}"))
}

/// Reads a pipe to see that it is the input of a finished job: nothing of it may be new.
///
/// # Errors
/// At the first record that the journal does not know on its line.
pub(crate) fn check_pipe<S: Shape>(source: &Source, shape: &S, reader: &JournalReader) -> Result<(), Failure> {
    let mut found = Ok(());
    let check = |entry: &JournalEntry| -> Result<(), Failure> {
        let scope = entry.scope.as_deref();
        let unreadable = |error: batchwise_journal::ReadError| Failure::usage(format!("--journal: {error}"));
        let known = match reader.record(entry.line, scope).map_err(unreadable)? {
            Some(row) => row.key == entry.key,
            None => reader.repeat(entry.line, scope).map_err(unreadable)?.is_some(),
        };
        if known {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "--journal: `{}` is of a finished job with another input: line {} is not known there. Name another file for this \
             input, or add it to that job with --resume extend",
            reader.path().display(),
            entry.line
        )))
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
    found
}
