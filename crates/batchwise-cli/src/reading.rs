//! Lists that are read: the same options, notes and progress for `list`, `--verify` and `verify`.

use std::num::NonZeroU32;
use std::sync::Arc;

use batchwise::StopToken;
use batchwise::list::ListOptions;

use crate::notes::Notes;
use crate::observers::Observers;
use crate::progress::{Finds, Mode, Progress};

/// Lists that are read. Its progress ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Reading {
    options: ListOptions,
    progress: Progress<Finds>,
}

impl Reading {
    /// Begins to show progress. `words` are one entry and several.
    pub(crate) fn begin(
        mode: Mode,
        notes: &Notes,
        max_attempts: NonZeroU32,
        stop: &StopToken,
        words: [&'static str; 2],
    ) -> Self {
        let progress = Progress::of_lists(mode, words, stop);
        let observers = Observers::default().with(notes.clone()).with(progress.observer());
        Self {
            options: ListOptions::new()
                .max_attempts(max_attempts.get())
                .stop_token(stop.clone())
                .observer(Arc::new(observers)),
            progress,
        }
    }

    /// How a list is read.
    pub(crate) fn options(&self) -> ListOptions {
        self.options.clone()
    }

    /// An entry was found.
    pub(crate) fn found(&self) {
        self.progress.found();
    }

    /// Ends its progress, and tells how many requests there were.
    pub(crate) fn end(self) -> u64 {
        let requests = self.progress.requests();
        self.progress.end();
        requests
    }
}
