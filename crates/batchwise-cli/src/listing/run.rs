//! A walk of the command, the same for every list.

use std::io;

use batchwise::list::{ListError, ListOptions, ListStream};
use futures_util::StreamExt;

use super::ListArgs;
use super::sheet::Sheet;
use crate::failure::{Exit, Failure};
use crate::notes::{Notes, say};
use crate::progress::{Mode, grouped};
use crate::reading::Reading;
use crate::signals::Signals;
use crate::values::Rate;

/// The surroundings of a walk.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    args: &'a ListArgs,
    pub(super) notes: Notes,
    /// One entry and several.
    words: [&'static str; 2],
    reading: Reading,
}

impl<'a> Walk<'a> {
    pub(super) fn begin(args: &'a ListArgs, loopback: bool, words: [&'static str; 2]) -> Self {
        let mode = Mode::of(&args.connect);
        let notes = Notes::new(&args.connect, mode);
        if args.connect.rate == Some(Rate::Off) && !loopback {
            notes.warn("--rate off: no limit of ours protects the account from the provider's");
        }
        let signals = Signals::watch("stopping; the call in flight is finished first (once more stops at once)");
        let reading = Reading::begin(mode, &notes, args.attempts.max_attempts, &signals.begin(), words);
        Self {
            args,
            notes,
            words,
            reading,
        }
    }

    pub(super) fn options(&self) -> ListOptions {
        self.reading.options()
    }

    /// A sheet for the rows.
    pub(super) fn sheet(&self, columns: &'static [&'static str]) -> Result<Sheet, Failure> {
        Sheet::new(columns, self.args.output).map_err(|error| unkeepable(&error))
    }

    /// Takes every entry. The outer error ends the command.
    pub(super) async fn each<T>(
        &self,
        mut list: ListStream<T>,
        mut take: impl FnMut(T) -> io::Result<()>,
    ) -> Result<Result<(), ListError>, Failure> {
        while let Some(entry) = list.next().await {
            match entry {
                Ok(entry) => {
                    self.reading.found();
                    take(entry).map_err(|error| unkeepable(&error))?;
                }
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }

    /// Writes a whole list, says of another one that it is not whole, and how many rows there are.
    pub(super) fn end(self, sheet: Sheet, rows: u64, error: Option<&ListError>) -> Result<Exit, Failure> {
        let calls = self.reading.end();
        let [one, several] = self.words;
        let count = format!("{} {}", grouped(rows), if rows == 1 { one } else { several });
        let calls = format!("{} {}", grouped(calls), if calls == 1 { "call" } else { "calls" });
        if error.is_none() || self.args.partial {
            let out = io::stdout().lock();
            sheet.copy_to(out).map_err(|error| Failure::unwritable(&error))?;
        }
        let Some(error) = error else {
            self.notes.warn(&format!("{count} listed; {calls}"));
            return Ok(Exit::Reached);
        };
        let written = if self.args.partial {
            format!("{count} written all the same (--partial)")
        } else {
            format!("{count} had been found; nothing was written (--partial writes them)")
        };
        say(&error.to_string());
        say(&format!("{written}; {calls}"));
        Ok(Exit::Stopped)
    }
}

fn unkeepable(error: &io::Error) -> Failure {
    Failure::fault(format!("the list cannot be kept in a temporary file: {error}"))
}
