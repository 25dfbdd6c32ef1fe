//! The keys of many entries.

use std::borrow::Cow;

use crate::json_text::{push_json_part, push_json_text};
use crate::record::Record;

/// [`JournalEntry::key`](super::JournalEntry::key) of one of many: a text, or what it is made of. Two are the same when
/// their texts are.
#[derive(Debug, Clone, Copy)]
pub enum JournalKey<'a> {
    /// The key.
    Text(&'a str),
    /// The key is this text and the number in decimals behind it ([`Record::numbered_key`]).
    Numbered(&'static str, u64),
}

impl<'a> JournalKey<'a> {
    /// The key.
    #[must_use]
    pub fn to_text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Numbered(prefix, number) => {
                let mut text = String::new();
                push_numbered(&mut text, prefix, number);
                Cow::Owned(text)
            }
        }
    }

    /// Appends the key as JSON writes a text, in quotes.
    pub fn push_json(self, json: &mut String) {
        match self {
            Self::Text(text) => push_json_text(json, text),
            Self::Numbered(prefix, number) => {
                json.push('"');
                if !prefix.is_empty() {
                    push_json_part(json, prefix);
                }
                json.push_str(itoa::Buffer::new().format(number));
                json.push('"');
            }
        }
    }
}

impl PartialEq for JournalKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.to_text() == other.to_text()
    }
}

impl Eq for JournalKey<'_> {}

/// Writes a key that is a text with a number behind it.
pub(crate) fn push_numbered(out: &mut String, prefix: &str, number: u64) {
    out.push_str(prefix);
    out.push_str(itoa::Buffer::new().format(number));
}

/// Bytes that few keys exceed.
const LONG: usize = 64;

/// The keys of entries, in as few pieces as it goes. Numbers become texts only when somebody reads them: a journal does so
/// on a thread of its own, and not at all for a batch that comes to one end.
#[derive(Debug, Clone)]
pub(super) enum Keys {
    /// What all of them begin with, and the number of each.
    Numbered { prefix: &'static str, numbers: Vec<u64> },
    /// One behind the other, and where each ends.
    Texts { joined: String, ends: Vec<usize> },
}

impl Keys {
    pub(super) fn of_text(text: &str) -> Self {
        Self::Texts {
            joined: text.to_owned(),
            ends: vec![text.len()],
        }
    }

    /// The key of a record, with room for so many as may follow.
    pub(super) fn of_record<R: Record>(record: &R, room: usize) -> Self {
        if let Some((prefix, number)) = record.numbered_key() {
            let mut numbers = Vec::with_capacity(room);
            numbers.push(number);
            return Self::Numbered { prefix, numbers };
        }
        let mut joined = String::new();
        record.write_key(&mut joined);
        // Very long keys say nothing of those to come.
        joined.reserve(room.saturating_sub(1) * joined.len().min(LONG));
        let mut ends = Vec::with_capacity(room);
        ends.push(joined.len());
        Self::Texts { joined, ends }
    }

    /// The key of a record behind the others.
    #[inline]
    pub(super) fn push_of<R: Record>(&mut self, record: &R) {
        match (self, record.numbered_key()) {
            (Self::Numbered { prefix, numbers }, Some((of, number))) if *prefix == of => numbers.push(number),
            (keys, _) => keys.push_written(|out| record.write_key(out)),
        }
    }

    pub(super) fn push(&mut self, key: &str) {
        self.push_written(|out| out.push_str(key));
    }

    fn push_written(&mut self, key: impl FnOnce(&mut String)) {
        if let Self::Numbered { prefix, numbers } = self {
            let mut joined = String::new();
            let written = numbers.iter().map(|number| {
                push_numbered(&mut joined, prefix, *number);
                joined.len()
            });
            let ends = written.collect();
            *self = Self::Texts { joined, ends };
        }
        if let Self::Texts { joined, ends } = self {
            key(joined);
            ends.push(joined.len());
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<JournalKey<'_>> {
        match self {
            Self::Numbered { prefix, numbers } => numbers.get(at).map(|number| JournalKey::Numbered(prefix, *number)),
            Self::Texts { joined, ends } => {
                let start = at.checked_sub(1).map_or(Some(&0), |before| ends.get(before));
                joined.get(*start?..*ends.get(at)?).map(JournalKey::Text)
            }
        }
    }

    pub(super) fn contain(&self, character: char) -> bool {
        match self {
            Self::Numbered { prefix, numbers } => {
                let of_numbers = character.is_ascii_digit();
                prefix.contains(character)
                    || (of_numbers && numbers.iter().any(|number| number.to_string().contains(character)))
            }
            Self::Texts { joined, .. } => joined.contains(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Identity;

    /// A record whose key is a number behind a text, or a text alone.
    #[derive(Debug, Clone)]
    enum Of {
        Kind(&'static str, u64),
        Text(&'static str),
    }

    impl Record for Of {
        fn key(&self) -> String {
            match self {
                Self::Kind(prefix, number) => format!("{prefix}{number}"),
                Self::Text(text) => (*text).to_owned(),
            }
        }
        fn numbered_key(&self) -> Option<(&'static str, u64)> {
            match self {
                Self::Kind(prefix, number) => Some((prefix, *number)),
                Self::Text(_) => None,
            }
        }
        fn identity(&self) -> Identity {
            Identity::number(0)
        }
    }

    fn keys(records: &[Of]) -> Keys {
        let (first, others) = records.split_first().unwrap();
        let mut keys = Keys::of_record(first, 1);
        others.iter().for_each(|record| keys.push_of(record));
        keys
    }

    fn is_numbered(keys: &Keys) -> bool {
        matches!(keys, Keys::Numbered { .. })
    }

    #[test]
    fn keys_come_out_as_they_went_in_whatever_they_are_made_of() {
        let cases: [(&[Of], bool); 5] = [
            (&[Of::Kind("", 51001), Of::Kind("", 0), Of::Kind("", u64::MAX)], true),
            (&[Of::Kind("phone:", 7), Of::Kind("phone:", 8)], true),
            (
                &[Of::Kind("phone:", 7), Of::Kind("contact:", 7), Of::Kind("phone:", 8)],
                false,
            ),
            (&[Of::Kind("", 7), Of::Text("+48 \"501\""), Of::Kind("", 8)], false),
            (&[Of::Text(""), Of::Text("ключ"), Of::Kind("", 8)], false),
        ];
        for (records, numbered) in cases {
            let keys = keys(records);
            assert_eq!(is_numbered(&keys), numbered, "{records:?}");
            for (at, record) in records.iter().enumerate() {
                let key = keys.get(at).unwrap();
                assert_eq!(key.to_text(), record.key());
                assert_eq!(key, JournalKey::Text(&record.key()));
                let (mut json, mut same) = (String::from("["), String::from("["));
                key.push_json(&mut json);
                push_json_text(&mut same, &record.key());
                assert_eq!(json, same);
            }
            assert!(keys.get(records.len()).is_none());
        }
    }

    #[test]
    fn a_character_is_found_in_every_kind_of_keys() {
        assert!(keys(&[Of::Kind("a\0b", 7)]).contain('\0'));
        assert!(!keys(&[Of::Kind("phone:", 7)]).contain('\0'));
        assert!(keys(&[Of::Kind("", 7), Of::Kind("", 81)]).contain('8') && !keys(&[Of::Kind("", 7)]).contain('8'));
        assert!(keys(&[Of::Kind("", 7), Of::Text("a\0b")]).contain('\0'));
        assert!(!keys(&[Of::Text("a"), Of::Text("b")]).contain('\0'));
    }
}
