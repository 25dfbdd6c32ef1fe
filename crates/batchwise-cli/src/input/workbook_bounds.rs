//! What a workbook may unpack to.

use std::io::{Read, Seek};

use zip::ZipArchive;

/// Most bytes that the parts of a workbook unpack to. A sheet is read as a stream, so this bounds time rather than memory.
const MAX_UNPACKED: u64 = 4 << 30;

/// Most bytes of a part that is held in memory: everything but the sheets.
const MAX_HELD: u64 = 256 << 20;

/// Longest tag, and longest text between two tags.
const MAX_PIECE: usize = 1 << 20;

/// Checks that unpacking a workbook stays within bounds, without keeping anything of it.
pub(super) fn check<R: Read + Seek>(reader: R) -> Result<(), String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("it is no .xlsx that can be read: {error}");
    let mut archive = ZipArchive::new(reader).map_err(|error| unreadable(&error))?;
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let name = part.name().map_err(|error| unreadable(&error))?.to_ascii_lowercase();
        let sheet = name.contains("worksheets/");
        let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
        let most = if sheet { left } else { left.min(MAX_HELD) };
        let mut pieces = Pieces::default();
        let mut buffer = vec![0; 1 << 16];
        let mut unpacked = 0_u64;
        loop {
            let read = part.read(&mut buffer).map_err(|error| unreadable(&error))?;
            if read == 0 {
                break;
            }
            unpacked += read as u64;
            if unpacked > most || (is_xml && !pieces.fit(buffer.get(..read).unwrap_or_default())) {
                return Err(format!(
                    "its part `{}` unpacks to more than a workbook has",
                    name.escape_debug()
                ));
            }
        }
        left -= unpacked;
        // Room is made for what is announced, and no shared text takes fewer bytes.
        if pieces.strings > unpacked / 8 {
            return Err("it says that it has more texts than it has bytes".to_owned());
        }
    }
    Ok(())
}

/// The pieces of XML: tags, and what stands between them.
#[derive(Debug, Default)]
struct Pieces {
    length: usize,
    /// The tag that is open, as far as it is looked at.
    tag: Vec<u8>,
    /// How many shared texts a tag announces.
    strings: u64,
}

impl Pieces {
    /// Goes on; false where a piece is too long, or refers to a cell that no sheet has.
    fn fit(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            match byte {
                b'<' => {
                    self.length = 0;
                    self.tag.clear();
                }
                b'>' => {
                    self.length = 0;
                    self.announced();
                    if !references_fit(&self.tag) {
                        return false;
                    }
                    self.tag.clear();
                }
                other => {
                    self.length += 1;
                    self.tag.push(*other);
                }
            }
            if self.length > MAX_PIECE {
                return false;
            }
        }
        true
    }

    fn announced(&mut self) {
        const NAME: &[u8] = b"uniqueCount";
        if let Some(at) = self.tag.windows(NAME.len()).position(|window| window == NAME) {
            let digits = self.tag.get(at + NAME.len()..).unwrap_or_default();
            let digits = digits
                .iter()
                .skip_while(|byte| !byte.is_ascii_digit())
                .take_while(|byte| byte.is_ascii_digit());
            self.strings = digits.fold(0_u64, |count, digit| {
                count.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
            });
        }
    }
}

/// True unless the tag refers to a cell (`r="B7"`, `ref="A1:XFD1048576"`) that no sheet has.
fn references_fit(tag: &[u8]) -> bool {
    let mut rest = tag;
    while let Some(at) = rest.iter().position(u8::is_ascii_whitespace) {
        rest = rest.get(at + 1..).unwrap_or_default();
        let Some(after) = rest.strip_prefix(b"ref").or_else(|| rest.strip_prefix(b"r")) else {
            continue;
        };
        let Some(value) = after
            .trim_ascii_start()
            .strip_prefix(b"=")
            .map(<[u8]>::trim_ascii_start)
        else {
            continue;
        };
        let Some((quote, value)) = value.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\'')) else {
            continue;
        };
        let value = value.split(|byte| byte == quote).next().unwrap_or_default();
        if !value.split(|byte| *byte == b':').all(is_reference) {
            return false;
        }
    }
    true
}

/// Up to three letters and up to seven digits.
fn is_reference(text: &[u8]) -> bool {
    let text: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'$').collect();
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = text.get(letters..).unwrap_or_default();
    letters <= 3 && digits.len() <= 7 && digits.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_beyond_a_sheet_are_seen() {
        for fits in [
            "c r=\"XFD1048576\" s=\"1\"",
            "row r=\"7\"",
            "row ht=\"15.000000001\"",
            "dimension ref=\"A1:B2\"",
            "c",
        ] {
            assert!(references_fit(fits.as_bytes()), "{fits}");
        }
        for beyond in [
            "c r=\"A99999999999\"",
            "c s='1' r = 'AAAAAAAAA1'",
            "row r=\"99999999\"",
            "dimension ref=\"A1:B99999999999\"",
        ] {
            assert!(!references_fit(beyond.as_bytes()), "{beyond}");
        }
    }

    #[test]
    fn texts_are_counted_where_they_are_announced() {
        let mut pieces = Pieces::default();
        assert!(pieces.fit(b"<sst count=\"1\" uniqueCount=\"18446744073709551616\"><si/>"));
        assert_eq!(pieces.strings, u64::MAX);
    }
}
