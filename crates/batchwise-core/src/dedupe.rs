//! Which records were seen before, in memory that hardly grows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use roaring::RoaringBitmap;

use crate::packed::Packed;
use crate::record::Identity;

/// So many first lines of numbers, of phones and of other texts are remembered; a repeat of a later record is still found, but
/// its first line is not told.
const REMEMBERED_LINES: usize = 65_536;

/// The identities seen so far: numbers below 2^32 in compressed bitmaps, larger ones and phone numbers packed by their
/// distances, other texts as 128-bit keyed hashes.
///
/// A million random records take a few megabytes whatever their size, records side by side next to nothing.
///
/// A collision of 128 keyed bits is out of reach for chance and for whoever writes the input.
#[derive(Default)]
pub(crate) struct Seen {
    numbers: BTreeMap<u64, Numbers>,
    number_lines: FirstLines,
    phones: BTreeMap<u64, Packed>,
    phone_lines: FirstLines,
    texts: HashSet<u128>,
    text_lines: HashMap<u128, u64>,
    keys: (RandomState, RandomState),
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The hashes are others in every process, and there may be millions.
        f.debug_struct("Seen")
            .field("numbers", &self.numbers.values().map(Numbers::len).sum::<u64>())
            .field("texts", &self.texts.len())
            .finish_non_exhaustive()
    }
}

/// The numbers of one space.
#[derive(Debug, Default)]
struct Numbers {
    small: RoaringBitmap,
    large: Packed,
}

impl Numbers {
    fn len(&self) -> u64 {
        self.small.len() + self.large.len()
    }

    fn insert(&mut self, number: u64) -> bool {
        match u32::try_from(number) {
            Ok(small) => self.small.insert(small),
            Err(_) => self.large.insert(number),
        }
    }
}

/// A text of at most fifteen digits and signs of a phone number as a number; different texts are different numbers.
fn phone(text: &str) -> Option<u64> {
    const SIGNS: &[u8; 16] = b"0123456789+-(). ";
    if text.len() > 15 {
        return None;
    }
    // The one in front tells texts of different lengths apart.
    text.bytes().try_fold(1, |number, byte| {
        let sign = SIGNS.iter().position(|sign| *sign == byte)?;
        Some(number << 4 | u64::try_from(sign).ok()?)
    })
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
                let fresh = self.numbers.entry(*space).or_default().insert(*id);
                self.number_lines.sighting(fresh, (*space, *id), line)
            }
            Identity::Text { space, text } => match phone(text) {
                Some(phone) => {
                    let fresh = self.phones.entry(*space).or_default().insert(phone);
                    self.phone_lines.sighting(fresh, (*space, phone), line)
                }
                None => self.note_text(identity, line),
            },
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

/// The lines of the first numbers, each within a space: a list until a repeat asks, since most inputs have none.
#[derive(Default)]
struct FirstLines {
    list: Vec<((u64, u64), u64)>,
    index: HashMap<(u64, u64), u64>,
}

impl FirstLines {
    fn sighting(&mut self, fresh: bool, number: (u64, u64), line: u64) -> Sighting {
        if fresh {
            if self.list.len() + self.index.len() < REMEMBERED_LINES {
                self.list.push((number, line));
            }
            return Sighting::First;
        }
        self.index.extend(self.list.drain(..));
        Sighting::Repeat(self.index.get(&number).copied())
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
    fn phones_are_told_apart_by_every_sign_and_by_their_length() {
        let texts = [
            "",
            "0",
            "00",
            "1",
            "+1",
            "-1",
            "(1",
            "1)",
            ". 1",
            "1 .",
            "600700800",
            "+48 600-700-800",
        ];
        let mut numbers: Vec<u64> = texts.iter().map(|text| phone(text).unwrap()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), texts.len());
        assert_eq!((phone("+48 600 700 800 0"), phone("a"), phone("ж")), (None, None, None));
    }

    #[test]
    fn phones_large_numbers_and_texts_are_found_again() {
        let mut seen = Seen::default();
        let text = |text: &str| Identity::Text {
            space: 1,
            text: text.into(),
        };
        let all = [
            text("+48600700800"),
            text("48600700800"),
            text("a name that is no phone"),
            Identity::number(u64::MAX),
            Identity::number(1 << 32),
            Identity::number((1 << 32) - 1),
            Identity::number(0),
        ];
        for (line, identity) in (1..).zip(&all) {
            assert_eq!(seen.note(identity, line), Sighting::First);
        }
        for (line, identity) in (1..).zip(&all) {
            assert_eq!(seen.note(identity, line + 100), Sighting::Repeat(Some(line)));
        }
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
