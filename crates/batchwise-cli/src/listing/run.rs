//! A walk of the command, the same for every list.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use batchwise::CallErrorKind;
use batchwise::list::{ListError, ListOptions, ListStream};
use batchwise::observe::{CallFinished, Observer};
use futures_util::StreamExt;

use super::ListArgs;
use super::sheet::Sheet;
use crate::failure::{Exit, Failure};
use crate::notes::{Notes, say};
use crate::observers::Observers;
use crate::progress::{Mode, grouped};
use crate::signals::Signals;
use crate::values::Rate;

/// How often it is said how far the walk is.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The surroundings of a walk.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    args: &'a ListArgs,
    pub(super) notes: Notes,
    options: ListOptions,
    counted: Counted,
}

/// Calls and entries so far, told now and then.
#[derive(Debug, Clone)]
struct Counted {
    calls: Arc<AtomicU64>,
    entries: Arc<AtomicU64>,
    told: Option<Arc<Mutex<Instant>>>,
}

impl Observer for Counted {
    fn call_finished(&self, call: &CallFinished) {
        // Having to log in first is no request.
        if call.error == Some(CallErrorKind::NoSession) {
            return;
        }
        let calls = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(told) = &self.told else { return };
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() >= LINE_EVERY {
            *told = Instant::now();
            let entries = grouped(self.entries.load(Ordering::Relaxed));
            say(&format!("progress: {entries} listed so far, {} calls", grouped(calls)));
        }
    }
}

impl<'a> Walk<'a> {
    pub(super) fn begin(args: &'a ListArgs, loopback: bool) -> Self {
        let notes = Notes::new(&args.connect, Mode::Lines);
        if args.connect.rate == Some(Rate::Off) && !loopback {
            notes.warn("--rate off: no limit of ours protects the account from the provider's");
        }
        let signals = Signals::watch("stopping; the call in flight is finished first (once more stops at once)");
        let counted = Counted {
            calls: Arc::default(),
            entries: Arc::default(),
            told: (Mode::of(&args.connect) != Mode::Off).then(|| Arc::new(Mutex::new(Instant::now()))),
        };
        let observers = Observers::default().with(notes.clone()).with(counted.clone());
        let options = ListOptions::new()
            .max_attempts(args.attempts.max_attempts.get())
            .stop_token(signals.begin())
            .observer(Arc::new(observers));
        Self {
            args,
            notes,
            options,
            counted,
        }
    }

    pub(super) fn options(&self) -> ListOptions {
        self.options.clone()
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
                    self.counted.entries.fetch_add(1, Ordering::Relaxed);
                    take(entry).map_err(|error| unkeepable(&error))?;
                }
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }

    /// Writes a whole list, says of another one that it is not whole, and how many rows there are.
    pub(super) fn end(
        self,
        sheet: Sheet,
        rows: u64,
        error: Option<&ListError>,
        words: [&str; 2],
    ) -> Result<Exit, Failure> {
        let calls = self.counted.calls.load(Ordering::Relaxed);
        let [one, several] = words;
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
