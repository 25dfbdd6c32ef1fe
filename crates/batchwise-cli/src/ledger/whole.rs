//! A job over all its runs.

use batchwise::Summary;
use batchwise_journal::{JournalReader, ReadError, RunRow};

/// The sums of the whole job; why it stopped is of its last run, `run`.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) fn whole_job(reader: &JournalReader, run: &Summary) -> Result<Summary, ReadError> {
    let (tally, runs) = (reader.tally()?, reader.runs()?);
    let sum = |count: fn(&RunRow) -> u64| runs.iter().map(count).sum();
    let mut whole = run.clone();
    whole.counts = tally.counts;
    whole.reached = tally.reached;
    whole.duplicates = tally.duplicates;
    whole.recalled = 0;
    whole.calls = sum(|run| run.calls);
    whole.failed_calls = sum(|run| run.failed_calls);
    whole.logins = sum(|run| run.logins);
    Ok(whole)
}

/// The sums of a finished job, whose last run stopped for nothing.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) fn finished_job(reader: &JournalReader, last: Option<&RunRow>) -> Result<Summary, ReadError> {
    let mut run = Summary::default();
    run.found_nothing = last.is_some_and(|run| run.found_nothing);
    run.input_left = last.is_some_and(|run| run.input_left);
    whole_job(reader, &run)
}
