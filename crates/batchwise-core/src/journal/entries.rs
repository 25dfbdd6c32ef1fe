//! Entries of an input as a journal knows them: one by one, and many in a few pieces of memory.

use crate::record::{Identity, Record};

/// An entry of the input as a journal knows it: a record, or a text that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// The line or position in the input, from 1. Several records may come from one line, each in a scope of its own: line
    /// and scope tell one entry of an input from another.
    pub line: u64,
    /// [`Record::scope`], such as a campaign.
    pub scope: Option<String>,
    /// [`Record::key`], or the text as it came.
    pub key: String,
    /// The hash of a record whose key does not tell its whole content ([`Identity::Content`]).
    pub content: Option<u128>,
}

impl JournalEntry {
    /// The entry of a record from this line.
    #[must_use]
    pub fn of_record<R: Record>(record: &R, line: u64) -> Self {
        Self {
            line,
            scope: record.scope(),
            key: record.key(),
            content: content_of(record),
        }
    }

    pub(crate) fn of_text(text: &str, line: u64) -> Self {
        Self {
            line,
            scope: None,
            key: text.to_owned(),
            content: None,
        }
    }
}

fn content_of<R: Record>(record: &R) -> Option<u128> {
    match record.identity() {
        Identity::Content { hash } => Some(hash),
        Identity::Number { .. } | Identity::Text { .. } => None,
    }
}

/// Entries that share a scope, never none. A job has many, so their keys are one text, not a text each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntries {
    scope: Option<String>,
    lines: Vec<u64>,
    /// One behind the other, and where each ends.
    keys: String,
    ends: Vec<usize>,
    /// One for each entry, or none at all.
    contents: Vec<u128>,
}

/// More are mostly a batch; there is room for one then, and none is taken for a few.
const FEW: usize = 8;

/// Entries of a batch, more or less.
const USUAL: usize = 100;

/// Bytes that few keys exceed.
const LONG: usize = 64;

impl JournalEntries {
    /// These entries in their order: together as long as they share a scope, and all have a content or none has.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = JournalEntry>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for entry in entries {
            match all.last_mut() {
                Some(last) if last.scope == entry.scope && last.has_contents() == entry.content.is_some() => {
                    last.push(entry.line, entry.content, |keys| keys.push_str(&entry.key));
                }
                _ => all.push(entry.into()),
            }
        }
        all
    }

    /// Records in their order, with their lines, added to others: together as long as they go together.
    pub(crate) fn add<'a, R: Record>(all: &mut Vec<Self>, records: impl Iterator<Item = (&'a R, u64)>) {
        let mut before: Option<&R> = None;
        for (record, line) in records {
            let last = before.replace(record).zip(all.last_mut());
            if !last.is_some_and(|(before, last)| last.take_in(before, record, line)) {
                all.push(Self::of_record(record, line));
            }
        }
    }

    pub(crate) fn of_record<R: Record>(record: &R, line: u64) -> Self {
        Self::begin(line, record.scope(), content_of(record), |keys| record.write_key(keys))
    }

    pub(crate) fn of_text(text: &str, line: u64) -> Self {
        Self::begin(line, None, None, |keys| keys.push_str(text))
    }

    /// Takes a record in, if it goes together with the last one, which was this.
    pub(crate) fn take_in<R: Record>(&mut self, last: &R, record: &R, line: u64) -> bool {
        let content = content_of(record);
        let fits = self.has_contents() == content.is_some() && last.shares_scope(record);
        if fits {
            self.push(line, content, |keys| record.write_key(keys));
        }
        fits
    }

    fn begin(line: u64, scope: Option<String>, content: Option<u128>, key: impl FnOnce(&mut String)) -> Self {
        let mut keys = String::new();
        key(&mut keys);
        Self {
            scope,
            lines: vec![line],
            ends: vec![keys.len()],
            keys,
            contents: content.into_iter().collect(),
        }
    }

    fn push(&mut self, line: u64, content: Option<u128>, key: impl FnOnce(&mut String)) {
        if self.lines.len() == FEW {
            self.lines.reserve(USUAL);
            self.ends.reserve(USUAL);
            // Very long keys say nothing of those to come.
            self.keys.reserve(USUAL * self.keys.len().div_ceil(FEW).min(LONG));
        }
        self.lines.push(line);
        key(&mut self.keys);
        self.ends.push(self.keys.len());
        if let Some(content) = content {
            self.contents.push(content);
        }
    }

    /// How many they are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "they are never none")]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// [`JournalEntry::scope`] of all of them.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// [`JournalEntry::line`] of each.
    #[must_use]
    pub fn lines(&self) -> &[u64] {
        &self.lines
    }

    /// [`JournalEntry::key`] of each, one behind the other and nothing between them.
    #[must_use]
    pub fn joined_keys(&self) -> &str {
        &self.keys
    }

    /// [`JournalEntry::key`] of each.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        // What was pushed ends where the next begins.
        let keys = starts.zip(&self.ends).map(|(start, end)| self.keys.get(*start..*end));
        keys.map(Option::unwrap_or_default)
    }

    /// True when each of them has a content, false when none has.
    #[must_use]
    pub fn has_contents(&self) -> bool {
        !self.contents.is_empty()
    }

    /// [`JournalEntry::content`] of each.
    pub fn contents(&self) -> impl Iterator<Item = Option<u128>> {
        let none = self.lines.len() - self.contents.len();
        let some = self.contents.iter().copied().map(Some);
        some.chain(std::iter::repeat_n(None, none))
    }

    /// Each of them by itself.
    pub fn iter(&self) -> impl Iterator<Item = JournalEntry> {
        let lines = self.lines.iter().zip(self.keys()).zip(self.contents());
        lines.map(|((line, key), content)| JournalEntry {
            line: *line,
            scope: self.scope.clone(),
            key: key.to_owned(),
            content,
        })
    }
}

impl From<JournalEntry> for JournalEntries {
    fn from(entry: JournalEntry) -> Self {
        Self::begin(entry.line, entry.scope, entry.content, |keys| keys.push_str(&entry.key))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn entry(line: u64, scope: Option<&str>, key: &str, content: Option<u128>) -> JournalEntry {
        JournalEntry {
            line,
            scope: scope.map(str::to_owned),
            key: key.to_owned(),
            content,
        }
    }

    #[test]
    fn entries_come_out_as_they_went_in() {
        let entries = [
            entry(1, None, "51", None),
            entry(2, None, "", None),
            entry(9, None, "+48 501", None),
            entry(3, Some("00042"), "ключ", None),
            entry(4, Some("00043"), "7", None),
            entry(5, None, "lead", Some(7)),
            entry(6, None, "lead", Some(8)),
            entry(7, None, "none", None),
        ];
        let packed = JournalEntries::of(entries.clone());
        let sizes: Vec<usize> = packed.iter().map(JournalEntries::len).collect();
        assert_eq!(sizes, [3, 1, 1, 2, 1]);
        let back: Vec<JournalEntry> = packed.iter().flat_map(JournalEntries::iter).collect();
        assert_eq!(back, entries);
        assert!(JournalEntries::of([]).is_empty());
    }

    /// A record of a campaign.
    #[derive(Debug, Clone)]
    pub(in crate::journal) struct Member(pub(in crate::journal) &'static str, pub(in crate::journal) u64);

    impl Record for Member {
        fn key(&self) -> String {
            self.1.to_string()
        }
        fn identity(&self) -> Identity {
            Identity::number(self.1)
        }
        fn scope(&self) -> Option<String> {
            Some(self.0.to_owned())
        }
    }

    #[test]
    fn records_are_packed_as_their_entries_would_be() {
        let members = [Member("a", 10), Member("a", 200), Member("b", 3), Member("a", 4)];
        let lines = || members.iter().zip(1..);
        let mut packed = Vec::new();
        JournalEntries::add(&mut packed, lines());
        let entries = lines().map(|(member, line)| JournalEntry::of_record(member, line));
        assert_eq!(packed, JournalEntries::of(entries));
        assert_eq!(packed.len(), 3);
        JournalEntries::add(&mut packed, lines().take(1));
        assert_eq!(packed.len(), 4, "what is added later stands for itself");
        JournalEntries::add(&mut packed, lines().take(0));
        assert_eq!(packed.len(), 4);
    }
}
