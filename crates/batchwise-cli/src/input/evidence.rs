//! What the bytes of a text say of its encoding.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_8859_2, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251};

/// Longest word that is looked at.
const LONGEST_WORD: usize = 64;

/// What was seen of a text so far; fed in pieces of any size.
pub(super) struct Evidence {
    utf8: Utf8,
    /// Nothing but ASCII so far, and no escape that shifts to another set.
    is_plain: bool,
    /// Bytes of zero at even and at odd places.
    zeros: [u64; 2],
    bytes: u64,
    detector: EncodingDetector,
    words: Words,
    word: Vec<u8>,
}

/// What the evidence comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// It is text of this encoding.
    Text(&'static Encoding),
    /// It is not UTF-8, and nothing is clear; this is what it may be.
    Doubt(&'static Encoding),
    /// It is no text.
    Binary,
}

/// Words with characters beyond ASCII, by how they are made.
#[derive(Debug, Default)]
struct Words {
    /// Nothing but Cyrillic letters of Windows-1251, in a case that words have.
    cyrillic: u64,
    /// ASCII letters with others between them.
    mixed: u64,
    /// Mixed ones with a letter that only Windows-1250 makes one of.
    polish: u64,
    /// Mixed ones with a letter that Windows-1250 has elsewhere.
    latin_2: u64,
    /// None of these.
    other: u64,
}

/// Whether bytes are UTF-8, across pieces.
#[derive(Debug, Default)]
struct Utf8 {
    /// A character that the last piece ended within.
    open: Vec<u8>,
    /// Characters of several bytes.
    several: u64,
    /// Bytes that belong to no character.
    bad: u64,
}

impl Evidence {
    pub(super) fn new() -> Self {
        Self {
            utf8: Utf8::default(),
            is_plain: true,
            zeros: [0, 0],
            bytes: 0,
            detector: EncodingDetector::new(Iso2022JpDetection::Deny),
            words: Words::default(),
            word: Vec::new(),
        }
    }

    pub(super) fn feed(&mut self, piece: &[u8]) {
        self.utf8.feed(piece);
        let is_ascii = piece.is_ascii();
        self.is_plain &= is_ascii && !piece.contains(&0x1b);
        // Of plain text it keeps the last two bytes.
        let known = if self.is_plain {
            piece.len().saturating_sub(2)
        } else {
            0
        };
        self.detector.feed(piece.get(known..).unwrap_or_default(), false);
        if is_ascii && !piece.contains(&0) {
            self.bytes += piece.len() as u64;
            self.feed_ascii(piece);
            return;
        }
        for byte in piece {
            if *byte == 0 {
                let [even, odd] = &mut self.zeros;
                *(if self.bytes.is_multiple_of(2) { even } else { odd }) += 1;
            }
            self.bytes += 1;
            let of_word = byte.is_ascii_alphabetic() || (*byte >= 0x80 && !separates(*byte));
            if of_word {
                if self.word.len() < LONGEST_WORD {
                    self.word.push(*byte);
                }
            } else if !self.word.is_empty() {
                self.end_word();
            }
        }
    }

    /// Nothing but the words at its two ends may have characters beyond ASCII: in the pieces beside it.
    fn feed_ascii(&mut self, piece: &[u8]) {
        let is_letter = |byte: &&u8| byte.is_ascii_alphabetic();
        let before = piece.iter().take_while(is_letter);
        let after = piece.iter().rev().take_while(is_letter).count();
        let room = LONGEST_WORD.saturating_sub(self.word.len());
        self.word.extend(before.take(room));
        if after < piece.len() {
            self.end_word();
            let last = piece.get(piece.len() - after..).unwrap_or_default();
            self.word.extend(last.iter().take(LONGEST_WORD));
        }
    }

    fn end_word(&mut self) {
        self.words.add(&self.word);
        self.word.clear();
    }

    /// What it comes to. Only what is clear is taken for a text of its encoding.
    pub(super) fn finding(mut self) -> Finding {
        self.end_word();
        self.detector.feed(b"", true);
        match self.zeros {
            [0, 0] => {}
            [0, _] => return Finding::Text(UTF_16LE),
            [_, 0] => return Finding::Text(UTF_16BE),
            _ => return Finding::Binary,
        }
        let Utf8 { open, several, bad } = &self.utf8;
        let bad = bad + open.len() as u64;
        if bad == 0 {
            return Finding::Text(UTF_8);
        }
        let guess = self.detector.guess(None, Utf8Detection::Deny);
        let Words {
            cyrillic,
            mixed,
            polish,
            latin_2,
            other,
        } = self.words;
        let few = |others: u64, words: u64| others.saturating_mul(10) <= words;
        // Mostly UTF-8 with a broken place is not some other encoding.
        let broken = *several > bad;
        if !broken && guess == WINDOWS_1251 && cyrillic > 0 && few(mixed + other, cyrillic) {
            return Finding::Text(WINDOWS_1251);
        }
        let central = guess == WINDOWS_1250 || guess == ISO_8859_2;
        if !broken && central && polish > 0 && latin_2 == 0 && few(cyrillic + other, mixed) {
            return Finding::Text(WINDOWS_1250);
        }
        Finding::Doubt(if broken { UTF_8 } else { guess })
    }
}

/// No-break spaces, dashes, quotes, dots and signs of both Windows code pages: they stand between words.
const fn separates(byte: u8) -> bool {
    matches!(
        byte,
        0x82 | 0x84..=0x87 | 0x89 | 0x8b | 0x91..=0x97 | 0x99 | 0x9b | 0xa0 | 0xa7 | 0xa9 | 0xab | 0xad | 0xae | 0xb0 | 0xb7 | 0xbb
    )
}

impl Words {
    fn add(&mut self, word: &[u8]) {
        let high = word.iter().filter(|byte| **byte >= 0x80).count();
        if high == 0 {
            return;
        }
        if high < word.len() {
            self.mixed += 1;
            // What other code pages have at the places of ą ł ż Ą Ł Ż are signs, which stand within no word. The second
            // are the places of Ą Ś Ź ą ś ź in ISO 8859-2, which shares the rest.
            let any = |places: [u8; 6]| word.iter().any(|byte| places.contains(byte));
            self.polish += u64::from(any([0xa3, 0xa5, 0xaf, 0xb3, 0xb9, 0xbf]));
            self.latin_2 += u64::from(any([0xa1, 0xa6, 0xac, 0xb1, 0xb6, 0xbc]));
        } else if high >= 3 && is_cyrillic(word) {
            self.cyrillic += 1;
        } else if high >= 2 && !is_cyrillic(word) {
            self.other += 1;
        }
    }
}

/// True for letters of Windows-1251 that are all lower case, all upper case, or led by one in upper case.
fn is_cyrillic(word: &[u8]) -> bool {
    let lower = |byte: &u8| matches!(byte, 0xe0..=0xff | 0xb8 | 0xb3 | 0xba | 0xbf | 0xb4);
    let upper = |byte: &u8| matches!(byte, 0xc0..=0xdf | 0xa8 | 0xb2 | 0xaa | 0xaf | 0xa5);
    match word.split_first() {
        Some((first, rest)) => {
            (upper(first) || lower(first)) && (rest.iter().all(lower) || upper(first) && rest.iter().all(upper))
        }
        None => false,
    }
}

impl Utf8 {
    fn feed(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while !self.open.is_empty() {
            let Some((first, after)) = rest.split_first() else {
                return;
            };
            // A character never has more than four bytes, so this ends.
            self.open.push(*first);
            match std::str::from_utf8(&self.open) {
                Ok(_) => {
                    self.several += 1;
                    self.open.clear();
                    rest = after;
                }
                Err(error) if error.error_len().is_none() => rest = after,
                Err(_) => {
                    // The byte that does not fit begins something of its own.
                    self.bad += self.open.len() as u64 - 1;
                    self.open.clear();
                }
            }
        }
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.count(text);
                    return;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    self.count(std::str::from_utf8(good).unwrap_or_default());
                    let Some(length) = error.error_len() else {
                        self.open.extend_from_slice(bad);
                        return;
                    };
                    self.bad += length as u64;
                    rest = bad.get(length..).unwrap_or_default();
                }
            }
        }
    }

    fn count(&mut self, text: &str) {
        if !text.is_ascii() {
            self.several += text.chars().filter(|character| !character.is_ascii()).count() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(bytes: &[u8], finding: Finding) {
        for piece in [1, 2, 3, 1000] {
            let mut evidence = Evidence::new();
            bytes.chunks(piece).for_each(|piece| evidence.feed(piece));
            assert_eq!(evidence.finding(), finding, "in pieces of {piece}");
        }
    }

    const RUSSIAN: &str =
        "Номер заявки;Имя;Город\r\n51001;Иванов Пётр;Санкт-Петербург\r\n51002;ООО «Ромашка» №5;Тюмень\r\n";
    const POLISH: &str =
        "Identyfikator;Imię;Miasto\r\n51001;Łukasz Wiśniewski;Łódź\r\n51002;Grażyna Dąbrowska;Kraków\r\n";

    fn in_encoding(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        let (bytes, _, unmappable) = encoding.encode(text);
        assert!(!unmappable);
        bytes.into_owned()
    }

    #[test]
    fn utf8_is_utf8_however_it_is_cut() {
        finds(RUSSIAN.as_bytes(), Finding::Text(UTF_8));
        finds(POLISH.as_bytes(), Finding::Text(UTF_8));
        finds(b"51001\n", Finding::Text(UTF_8));
        finds(b"", Finding::Text(UTF_8));
        finds("😀".as_bytes(), Finding::Text(UTF_8));
    }

    #[test]
    fn an_export_of_a_russian_spreadsheet_is_windows_1251() {
        finds(&in_encoding(RUSSIAN, WINDOWS_1251), Finding::Text(WINDOWS_1251));
        // id;Имя
        finds(
            b"id;\xc8\xec\xff\n51001;\xcf\xb8\xf2\xf0\n",
            Finding::Text(WINDOWS_1251),
        );
    }

    #[test]
    fn an_export_of_a_polish_spreadsheet_is_windows_1250() {
        finds(&in_encoding(POLISH, WINDOWS_1250), Finding::Text(WINDOWS_1250));
    }

    #[test]
    fn utf16_without_a_mark_is_known_by_its_zeros() {
        finds(b"5\x001\x00\n\x00\x18\x04", Finding::Text(UTF_16LE));
        finds(b"\x005\x001\x00\n\x04\x18", Finding::Text(UTF_16BE));
        finds(b"5\x00\x001", Finding::Binary);
    }

    #[test]
    fn plain_text_before_the_first_letter_of_another_alphabet_hides_nothing() {
        for (text, encoding) in [(RUSSIAN, WINDOWS_1251), (POLISH, WINDOWS_1250)] {
            for before in ["id;name\r\n1;x\r\n", "\x1b[0m\r\n", "a word"] {
                let mut bytes = before.repeat(500).into_bytes();
                bytes.extend_from_slice(&in_encoding(text, encoding));
                finds(&bytes, Finding::Text(encoding));
            }
        }
    }

    #[test]
    fn a_word_goes_on_from_one_piece_to_the_next() {
        // Each word has ASCII letters and others, so that pieces of one kind cut every one of them.
        let text = "Łódź;Dąbrowska;Wiśniewski;Grażyna;Żółć;ab;cdźe".repeat(3);
        let bytes = in_encoding(&text, WINDOWS_1250);
        let mut whole = Evidence::new();
        whole.feed(&bytes);
        let mut cut = Evidence::new();
        bytes
            .chunk_by(|one, next| one.is_ascii() == next.is_ascii())
            .for_each(|piece| cut.feed(piece));
        for evidence in [&mut whole, &mut cut] {
            evidence.end_word();
        }
        assert_eq!(format!("{:?}", cut.words), format!("{:?}", whole.words));
        assert_eq!(cut.bytes, whole.bytes);
        assert!(cut.words.mixed > 0);
    }

    #[test]
    fn a_single_sign_is_in_doubt() {
        // № of Windows-1251 is ą of Windows-1250.
        for text in [&b"51001;\xb9 5\n"[..], b"caf\xe9\n", b"51001\n\xff\xfe\n"] {
            let mut evidence = Evidence::new();
            evidence.feed(text);
            assert!(matches!(evidence.finding(), Finding::Doubt(_)), "{text:?}");
        }
    }

    #[test]
    fn other_code_pages_are_not_taken_for_these_two() {
        for name in [
            "koi8-r",
            "ibm866",
            "iso-8859-5",
            "macintosh",
            "windows-1252",
            "iso-8859-2",
        ] {
            let encoding = Encoding::for_label(name.as_bytes()).unwrap();
            let text = match name {
                "macintosh" | "windows-1252" => "id;Prénom\n1;Zoë Müller à Besançon, déjà vu\n",
                "iso-8859-2" => POLISH,
                _ => "Номер заявки;Имя;Город\n51001;Иванов Петр;Тюмень\n",
            };
            let mut evidence = Evidence::new();
            evidence.feed(&in_encoding(text, encoding));
            assert!(matches!(evidence.finding(), Finding::Doubt(_)), "{name}");
        }
    }

    #[test]
    fn utf8_with_a_broken_place_is_no_code_page() {
        let mut bytes = RUSSIAN.as_bytes().to_vec();
        bytes.extend_from_slice(b"51003;\xc8\xe2\xe0\xed\xee\xe2\n");
        finds(&bytes, Finding::Doubt(UTF_8));
    }
}
