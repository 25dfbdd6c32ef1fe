//! A job over all its runs.

use batchwise::Summary;
use batchwise_journal::{JournalReader, ReadError, RunRow};

/// The sums of the whole job; why it stopped is of its last run, `run`.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) fn whole_job(reader: &JournalReader, run: &Summary) -> Result<Summary, ReadError> {
    let (tally, runs) = (reader.tally()?, reader.runs()?);
    let mut whole = run.clone();
    // A run that died told nobody how many calls it made.
    (whole.calls, whole.failed_calls) = (0, 0);
    reader.calls(|call| {
        whole.calls += 1;
        whole.failed_calls += u64::from(call.fault.is_some());
        true
    })?;
    whole.counts = tally.counts;
    whole.reached = tally.reached;
    whole.duplicates = tally.duplicates;
    whole.recalled = 0;
    whole.logins = runs.iter().map(|run| run.logins).sum();
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
