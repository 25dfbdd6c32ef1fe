//! Entries of an input as a journal knows them: one by one, and many in a few pieces of memory.

use super::keys::{JournalKey, Keys};
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

/// Entries that share a scope, never none. A job has many, so they are a few pieces of memory and not one each.
#[derive(Debug, Clone)]
pub struct JournalEntries {
    scope: Option<String>,
    lines: Vec<u64>,
    keys: Keys,
    /// One for each entry, or none at all.
    contents: Vec<u128>,
}

/// Entries of a batch, more or less: room for more is taken when they come.
pub(crate) const USUAL: usize = 100;

impl JournalEntries {
    /// These entries in their order: together as long as they share a scope, and all have a content or none has.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = JournalEntry>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for entry in entries {
            match all.last_mut() {
                Some(last) if last.scope == entry.scope && last.has_contents() == entry.content.is_some() => {
                    last.lines.push(entry.line);
                    last.keys.push(&entry.key);
                    last.contents.extend(entry.content);
                }
                _ => all.push(entry.into()),
            }
        }
        all
    }

    /// Records in their order, with their lines, added to others: together as long as they go together.
    pub(crate) fn add<'a, R: Record>(all: &mut Vec<Self>, mut records: impl Iterator<Item = (&'a R, u64)>) {
        let Some((mut last, line)) = records.next() else {
            return;
        };
        let mut entries = Self::of_record(last, line, records.size_hint().1.unwrap_or(0));
        for (record, line) in records {
            if !entries.take_in(last, record, line) {
                all.push(std::mem::replace(&mut entries, Self::of_record(record, line, 0)));
            }
            last = record;
        }
        all.push(entries);
    }

    /// A record, with room for so many that may follow.
    pub(crate) fn of_record<R: Record>(record: &R, line: u64, others: usize) -> Self {
        let room = others.min(USUAL) + 1;
        let mut lines = Vec::with_capacity(room);
        lines.push(line);
        Self {
            scope: record.scope(),
            lines,
            keys: Keys::of_record(record, room),
            contents: content_of(record).into_iter().collect(),
        }
    }

    pub(crate) fn of_text(text: &str, line: u64) -> Self {
        Self {
            scope: None,
            lines: vec![line],
            keys: Keys::of_text(text),
            contents: Vec::new(),
        }
    }

    /// Takes a record in, if it goes together with the last one, which was this.
    #[inline]
    pub(crate) fn take_in<R: Record>(&mut self, last: &R, record: &R, line: u64) -> bool {
        let content = content_of(record);
        if self.has_contents() != content.is_some() || !last.shares_scope(record) {
            return false;
        }
        self.lines.push(line);
        self.keys.push_of(record);
        self.contents.extend(content);
        true
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

    /// [`JournalEntry::key`] of each.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = JournalKey<'_>> {
        // There are as many keys as lines.
        (0..self.lines.len()).map(|at| self.keys.get(at).unwrap_or(JournalKey::Text("")))
    }

    /// True when this character is in one of the keys.
    #[must_use]
    pub fn keys_contain(&self, character: char) -> bool {
        self.keys.contain(character)
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
            key: key.to_text().into_owned(),
            content,
        })
    }
}

impl PartialEq for JournalEntries {
    fn eq(&self, other: &Self) -> bool {
        let others = (&self.scope, &self.lines, &self.contents) == (&other.scope, &other.lines, &other.contents);
        others && self.keys().eq(other.keys())
    }
}

impl Eq for JournalEntries {}

impl From<JournalEntry> for JournalEntries {
    fn from(entry: JournalEntry) -> Self {
        Self {
            scope: entry.scope,
            lines: vec![entry.line],
            keys: Keys::of_text(&entry.key),
            contents: entry.content.into_iter().collect(),
        }
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
