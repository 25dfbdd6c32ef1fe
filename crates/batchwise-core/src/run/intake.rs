//! What a job takes of its input.

use std::task::Poll;

use super::InputError;
use super::driver::{Driver, journal_failed};
use super::ledger::Ledger;
use crate::clock::Tick;
use crate::dedupe::Sighting;
use crate::journal::{JournalEntry, Recall};
use crate::method::BatchMethod;
use crate::plan::{Entry, Offered};
use crate::record::Record;

/// Entries taken from a ready input before anything else is looked at.
const READ_AHEAD: usize = 4096;

impl<M: BatchMethod> Driver<M> {
    /// Takes what the input has right now, as far as the plan wants it.
    pub(super) async fn read_ahead(&mut self, now: Tick) {
        std::future::poll_fn(|cx| {
            // Bounded, so that an endless input of repeats does not keep calls and stops from being looked at.
            let mut left = READ_AHEAD;
            loop {
                // Asked once for many entries: the answer costs as much as to take one.
                let wanted = self.wanted().min(left);
                if wanted == 0 {
                    return Poll::Ready(());
                }
                for _ in 0..wanted {
                    let Some(input) = &mut self.input else {
                        return Poll::Ready(());
                    };
                    match input.as_mut().poll_next(cx) {
                        Poll::Pending => return Poll::Ready(()),
                        // Nearly every entry, not moved about as a whole before it is in the plan.
                        Poll::Ready(Some(Ok(Entry::Record { line, record }))) => {
                            self.quiet_since = now;
                            self.take_record(record, line, now);
                        }
                        Poll::Ready(item) => self.take_input(item, now),
                    }
                }
                left -= wanted;
            }
        })
        .await;
    }

    /// Entries that can be taken before this is asked again.
    pub(super) fn wanted(&self) -> usize {
        if self.ledger.as_ref().is_some_and(Ledger::is_full) {
            0
        } else {
            self.plan.wanted()
        }
    }

    pub(super) fn take_input(&mut self, item: Option<Result<Entry<M::Record>, InputError>>, now: Tick) {
        self.quiet_since = now;
        match item {
            Some(Ok(Entry::Record { line, record })) => self.take_record(record, line, now),
            Some(Ok(entry)) => self.take_other(entry, now),
            Some(Err(error)) => {
                self.input = None;
                self.plan.fail_input(error.to_string());
            }
            None => self.end_input(),
        }
    }

    fn take_record(&mut self, record: M::Record, line: u64, now: Tick) {
        let Some(past) = self.recall(|| JournalEntry::of_record(&record, line)) else {
            return;
        };
        match self.plan.sighting(&record, line) {
            Sighting::First => {
                let offered = self.plan.offer_new(record, line, past, now);
                self.note_offered(offered, line, None);
            }
            Sighting::Repeat(first) => {
                self.note_offered(Offered::Repeat { first }, line, record.scope().as_deref());
            }
        }
    }

    /// Takes what is no record.
    fn take_other(&mut self, entry: Entry<M::Record>, now: Tick) {
        let (line, past) = match &entry {
            Entry::Invalid { line, text, .. } => (*line, self.recall(|| JournalEntry::of_text(text, *line))),
            Entry::Record { .. } | Entry::StageEnd(_) => (0, Some(Recall::New)),
        };
        let Some(past) = past else { return };
        let offered = self.plan.offer_again(entry, past, now);
        self.note_offered(offered, line, None);
    }

    /// What earlier runs know of an entry; `None` when that cannot be read: nothing true can be said of it then, it is not
    /// taken in, and the job stops.
    fn recall(&mut self, entry: impl FnOnce() -> JournalEntry) -> Option<Recall> {
        let Some(side) = self.context.journal.as_ref().filter(|side| side.has_past) else {
            return Some(Recall::New);
        };
        match side.journal.recall(&entry()) {
            Ok(past) => Some(past),
            Err(error) => {
                self.plan.stop(journal_failed(&error));
                self.leave_input();
                None
            }
        }
    }

    /// Tells of an entry that is no new record.
    fn note_offered(&self, offered: Offered, line: u64, scope: Option<&str>) {
        match offered {
            Offered::Taken => {}
            Offered::Settled => {
                self.context.count(|summary| summary.recalled += 1);
                if let Some(observer) = &self.context.gate.observer {
                    observer.recalled();
                }
            }
            Offered::Repeat { first } => {
                self.context.count(|summary| summary.duplicates += 1);
                if let Some(observer) = &self.context.gate.observer {
                    observer.duplicate(line, first);
                }
                if let Some(side) = &self.context.journal {
                    side.journal.repeated(line, scope, first);
                }
            }
        }
    }

    /// Leaves an input that still gives something long after the job stopped.
    pub(super) fn check_drain(&mut self, now: Tick) {
        if self.drain_until.is_some_and(|until| now >= until) {
            self.drain_until = None;
            if self.input.is_some() {
                self.leave_input();
            }
        }
    }

    /// What is not read did not go in; the summary says that something may be left.
    pub(super) fn leave_input(&mut self) {
        self.context.count(|summary| summary.input_left = true);
        self.end_input();
    }

    fn end_input(&mut self) {
        self.input = None;
        self.plan.end_input();
    }
}
