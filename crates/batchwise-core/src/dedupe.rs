//! Which records were seen before, in memory that hardly grows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use roaring::RoaringTreemap;

use crate::record::Identity;

/// So many first lines of numbers, and as many of texts, are remembered; a repeat of a later record is still found, but its
/// first line is not told.
const REMEMBERED_LINES: usize = 65_536;

/// The identities seen so far: numbers in compressed bitmaps, texts as 128-bit keyed hashes.
///
/// A collision of 128 keyed bits is out of reach for chance and for whoever writes the input.
#[derive(Default)]
pub(crate) struct Seen {
    numbers: BTreeMap<u64, RoaringTreemap>,
    number_lines: NumberLines,
    texts: HashSet<u128>,
    text_lines: HashMap<u128, u64>,
    keys: (RandomState, RandomState),
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The hashes are others in every process, and there may be millions.
        f.debug_struct("Seen")
            .field("numbers", &self.numbers.values().map(RoaringTreemap::len).sum::<u64>())
            .field("texts", &self.texts.len())
            .finish_non_exhaustive()
    }
}

/// What is known of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sighting {
    /// It was not seen before.
    First,
    /// It was, at this line if that is still known.
    Repeat(Option<u64>),
}

impl Seen {
    /// Notes a valid record.
    pub(crate) fn note(&mut self, identity: &Identity, line: u64) -> Sighting {
        match identity {
            Identity::Number { space, id } => {
                if self.numbers.entry(*space).or_default().insert(*id) {
                    self.number_lines.note(*space, *id, line);
                    Sighting::First
                } else {
                    Sighting::Repeat(self.number_lines.of(*space, *id))
                }
            }
            Identity::Text { .. } => self.note_text(identity, line),
            Identity::Content { .. } => Sighting::First,
        }
    }

    /// Notes a text that is no record.
    pub(crate) fn note_invalid(&mut self, text: &str, line: u64) -> Sighting {
        // Its own kind of value: it can't be mistaken for a record's identity.
        self.note_text(&("invalid", text), line)
    }

    fn note_text(&mut self, value: &impl std::hash::Hash, line: u64) -> Sighting {
        let hash = self.hash(value);
        if !self.texts.insert(hash) {
            return Sighting::Repeat(self.text_lines.get(&hash).copied());
        }
        if self.text_lines.len() < REMEMBERED_LINES {
            self.text_lines.insert(hash, line);
        }
        Sighting::First
    }

    fn hash(&self, value: &impl std::hash::Hash) -> u128 {
        u128::from(self.keys.0.hash_one(value)) << 64 | u128::from(self.keys.1.hash_one(value))
    }
}

/// The lines of the first numbers: a list until a repeat asks, since most inputs have none.
#[derive(Debug, Default)]
struct NumberLines {
    list: Vec<((u64, u64), u64)>,
    index: HashMap<(u64, u64), u64>,
}

impl NumberLines {
    fn note(&mut self, space: u64, id: u64, line: u64) {
        if self.list.len() + self.index.len() < REMEMBERED_LINES {
            self.list.push(((space, id), line));
        }
    }

    fn of(&mut self, space: u64, id: u64) -> Option<u64> {
        self.index.extend(self.list.drain(..));
        self.index.get(&(space, id)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_refers_to_the_first_line() {
        let mut seen = Seen::default();
        assert_eq!(seen.note(&Identity::number(7), 1), Sighting::First);
        assert_eq!(seen.note(&Identity::number(8), 2), Sighting::First);
        assert_eq!(seen.note(&Identity::number(7), 3), Sighting::Repeat(Some(1)));
    }

    #[test]
    fn spaces_are_separate() {
        let mut seen = Seen::default();
        assert_eq!(seen.note(&Identity::Number { space: 1, id: 7 }, 1), Sighting::First);
        assert_eq!(seen.note(&Identity::Number { space: 2, id: 7 }, 2), Sighting::First);
        let text = |space| Identity::Text {
            space,
            text: "7".into(),
        };
        assert_eq!(seen.note(&text(1), 3), Sighting::First);
        assert_eq!(seen.note(&text(2), 4), Sighting::First);
        assert_eq!(seen.note_invalid("7", 5), Sighting::First);
        assert_eq!(seen.note(&text(2), 6), Sighting::Repeat(Some(4)));
    }

    #[test]
    fn the_same_content_again_is_a_record_of_its_own() {
        let mut seen = Seen::default();
        assert_eq!(seen.note(&Identity::Content { hash: 7 }, 1), Sighting::First);
        assert_eq!(seen.note(&Identity::Content { hash: 7 }, 2), Sighting::First);
    }

    #[test]
    fn a_repeat_is_found_even_when_its_first_line_is_forgotten() {
        let mut seen = Seen::default();
        let many = u64::try_from(REMEMBERED_LINES).unwrap() + 10;
        for id in 0..many {
            assert_eq!(seen.note(&Identity::number(id), id + 1), Sighting::First);
        }
        assert_eq!(seen.note(&Identity::number(many - 1), many + 1), Sighting::Repeat(None));
    }
}
