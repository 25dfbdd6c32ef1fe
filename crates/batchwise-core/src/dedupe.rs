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

/// So many pages of bitmaps are begun whatever stands in them: half of what one space has.
const FREE_PAGES: u32 = 32_768;

/// A page of a bitmap with fewer numbers takes more room than those numbers packed.
const WORTH_A_PAGE: u64 = 16;

/// The identities seen so far: numbers below 2^32 that lie together in compressed bitmaps, larger ones, scattered ones and phone
/// numbers packed by their distances, other texts as 128-bit keyed hashes.
///
/// A million random records take a few megabytes whatever their size, records side by side next to nothing.
///
/// A collision of 128 keyed bits is out of reach for chance and for whoever writes the input.
pub(crate) struct Seen {
    numbers: BTreeMap<u64, Numbers>,
    free_pages: u32,
    number_lines: FirstLines,
    phones: BTreeMap<u64, Packed>,
    phone_lines: FirstLines,
    texts: HashSet<u128>,
    text_lines: HashMap<u128, u64>,
    keys: (RandomState, RandomState),
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            numbers: BTreeMap::new(),
            free_pages: FREE_PAGES,
            number_lines: FirstLines::default(),
            phones: BTreeMap::new(),
            phone_lines: FirstLines::default(),
            texts: HashSet::new(),
            text_lines: HashMap::new(),
            keys: Default::default(),
        }
    }
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
///
/// A compressed bitmap keeps 65,536 numbers side by side in a page, which takes some seventy bytes before the first of them. It
/// is faster than packing by far, and takes half as much room again, so that half of a space's pages are free. A further page
/// is begun only while those there are well filled; the numbers of all others are packed. Which of both is decided by the first
/// number of a page, and stays so.
#[derive(Debug, Default)]
struct Numbers {
    paged: RoaringBitmap,
    /// How many stand there: the bitmap would count them page by page each time.
    in_pages: u64,
    pages: RoaringBitmap,
    packed: Packed,
}

impl Numbers {
    fn len(&self) -> u64 {
        self.in_pages + self.packed.len()
    }

    fn insert(&mut self, number: u64, free_pages: &mut u32) -> bool {
        match u32::try_from(number) {
            Ok(small) if self.has_page(small >> 16, free_pages) => {
                let fresh = self.paged.insert(small);
                self.in_pages += u64::from(fresh);
                fresh
            }
            _ => self.packed.insert(number),
        }
    }

    /// Whether the numbers of this page stand in the bitmap.
    fn has_page(&mut self, page: u32, free_pages: &mut u32) -> bool {
        if self.pages.contains(page) {
            return true;
        }
        let first = u64::from(page) << 16;
        let begins = *free_pages > 0 || self.in_pages >= WORTH_A_PAGE * self.pages.len();
        if !begins || self.packed.any_within(first..=first | 0xFFFF) {
            return false;
        }
        *free_pages = free_pages.saturating_sub(1);
        self.pages.insert(page)
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
                let numbers = self.numbers.entry(*space).or_default();
                let fresh = numbers.insert(*id, &mut self.free_pages);
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn numbers_are_a_set_wherever_they_lie(
            scattered in prop::collection::vec(any::<u32>(), 0..1500),
            together in prop::collection::vec(0..200_000_u32, 0..4000),
            large in prop::collection::vec(any::<u64>(), 0..100),
            mut free_pages in 0..500_u32,
        ) {
            let (mut numbers, mut set) = (Numbers::default(), HashSet::new());
            let all = scattered.iter().chain(&together).chain(&scattered).copied().map(u64::from).chain(large);
            for number in all {
                prop_assert_eq!(numbers.insert(number, &mut free_pages), set.insert(number), "{}", number);
            }
            for number in &set {
                prop_assert!(!numbers.insert(*number, &mut free_pages));
            }
            prop_assert_eq!(numbers.len(), set.len() as u64);
        }
    }

    #[test]
    fn numbers_begin_pages_while_some_are_free_and_then_where_they_lie_together() {
        let (mut scattered, mut together, mut free_pages) = (Numbers::default(), Numbers::default(), 1000);
        for at in 0..100_000_u32 {
            scattered.insert(u64::from(at.wrapping_mul(0x9E37_79B1)), &mut free_pages);
        }
        for at in 0..100_000_u32 {
            together.insert(u64::from(at) * 40, &mut free_pages);
        }
        assert!(scattered.pages.len() <= 2000, "{}", scattered.pages.len());
        assert_eq!((together.pages.len(), together.packed.len()), (62, 0));
    }

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
