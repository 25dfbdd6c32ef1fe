//! What nobody used since a day.

use std::collections::HashSet;

use batchwise::dellin_book::{BookEntry, BookKind, BookObject};
use jiff::civil::Date;

use crate::failure::Failure;

/// Sifts a walk: an entry passes when it, and everything below it, was last updated before the day.
#[derive(Debug)]
pub(super) struct Unused {
    /// `YYYY-MM-DD`, as the server's days compare.
    since: String,
    /// A counteragent and everything below it, until the next one comes.
    held: Vec<BookEntry>,
    undated: u64,
}

impl Unused {
    pub(super) fn since(day: &str) -> Result<Self, Failure> {
        let wrong = || {
            Failure::usage(format!(
                "--unused-since: `{day}` is no day; expected YYYY-MM-DD such as 2024-01-01"
            ))
        };
        let date: Date = day.trim().parse().map_err(|_| wrong())?;
        // What parses is wider than what is meant: a time of day would be dropped without a word.
        let since = date.to_string();
        if since != day.trim() {
            return Err(wrong());
        }
        Ok(Self {
            since,
            held: Vec::new(),
            undated: 0,
        })
    }

    /// Entries that have no last update, or one that is no date.
    pub(super) fn undated(&self) -> u64 {
        self.undated
    }

    /// One more entry of the walk; gives those that passed.
    pub(super) fn push(&mut self, entry: BookEntry) -> Vec<BookEntry> {
        let passed = match entry.kind() {
            BookKind::Counteragent => self.end(),
            _ => Vec::new(),
        };
        self.held.push(entry);
        passed
    }

    /// The walk has ended.
    pub(super) fn end(&mut self) -> Vec<BookEntry> {
        let held = std::mem::take(&mut self.held);
        // Children stand behind their parents.
        let mut in_use: HashSet<BookObject> = HashSet::new();
        for entry in held.iter().rev() {
            let day = entry.last_update.as_ref().and_then(|update| update.day());
            if day.is_none() {
                self.undated += 1;
            }
            let is_old = day.is_some_and(|day| day < self.since.as_str());
            if !is_old || in_use.contains(&entry.object) {
                in_use.insert(entry.object);
                in_use.extend(entry.parent);
            }
        }
        held.into_iter()
            .filter(|entry| !in_use.contains(&entry.object))
            .collect()
    }
}
