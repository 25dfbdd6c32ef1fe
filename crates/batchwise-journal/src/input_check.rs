//! An input, held against the job of a journal.

use batchwise_core::journal::{JournalEntry, JournalError, Recall};

use crate::error::ReadError;
use crate::reader::JournalReader;
use crate::recall::Cursor;

/// Says of each entry of an input whether a job read the same one on the same line, and of the whole whether it read more.
#[derive(Debug)]
pub struct InputCheck<'a> {
    reader: &'a JournalReader,
    cursor: Cursor,
    entries: u64,
}

impl<'a> InputCheck<'a> {
    pub(crate) fn new(reader: &'a JournalReader, cursor: Cursor) -> Self {
        Self {
            reader,
            cursor,
            entries: 0,
        }
    }

    /// True when the job knows this entry: its key, and its content where the key does not tell it. To be asked in the order of
    /// the input.
    ///
    /// # Errors
    /// When the journal has another entry there, or cannot be read.
    pub fn knows(&mut self, entry: &JournalEntry) -> Result<bool, JournalError> {
        let is_known = match self.cursor.recall(entry)? {
            Recall::Settled(_) | Recall::Open { .. } => true,
            Recall::New => {
                let repeat = self.reader.repeat(entry.line, entry.scope.as_deref());
                repeat.map_err(|error| JournalError::new(error.to_string()))?.is_some()
            }
        };
        self.entries += u64::from(is_known);
        Ok(is_known)
    }

    /// Entries that the job read and this input did not have.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn missing(&self) -> Result<u64, ReadError> {
        let tally = self.reader.tally()?;
        let all = tally.counts.total() + tally.open + tally.duplicates;
        Ok(all.saturating_sub(self.entries))
    }
}
