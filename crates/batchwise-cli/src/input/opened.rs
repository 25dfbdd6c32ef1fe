//! Input as UTF-8 text, whatever it is wrapped and encoded in.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::bufread::MultiGzDecoder;

use super::decoded::Decoded;
use super::evidence::{Evidence, Finding};
use super::lines::MAX_LINE_BYTES;
use crate::args::Charset;

/// Bytes as they come.
pub(crate) type Bytes = Box<dyn BufRead + Send>;

/// An input whose first bytes were read, and come again.
type Again<R> = Chain<Cursor<Vec<u8>>, R>;

const GZIP: &[u8] = b"\x1f\x8b";
const ZIP: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = b"\xd0\xcf\x11\xe0";
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// What an input is before it is text.
pub(super) struct Unwrapped {
    pub(super) kind: Kind,
    pub(super) gzip: bool,
    /// Its first bytes, which `bytes` give again.
    head: Vec<u8>,
    pub(super) bytes: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A workbook of .xlsx, or another zip archive.
    Zip,
    /// A workbook of .xls.
    OldWorkbook,
}

/// How the encoding is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// The user said so.
    Told,
    /// By a mark, by zeros, or by what the text is made of.
    Detected,
    /// Nothing speaks against it.
    Assumed,
}

impl Unwrapped {
    /// Looks at the first bytes, and no farther than they tell.
    pub(super) fn of(input: Bytes) -> io::Result<Self> {
        let (head, bytes) = peek(input)?;
        if !head.starts_with(GZIP) {
            return Ok(Self::inner(false, head, Box::new(bytes)));
        }
        let (head, bytes) = peek(BufReader::new(MultiGzDecoder::new(bytes)))?;
        Ok(Self::inner(true, head, Box::new(bytes)))
    }

    fn inner(gzip: bool, head: Vec<u8>, bytes: Bytes) -> Self {
        let kind = match head.as_slice() {
            head if head.starts_with(ZIP) => Kind::Zip,
            head if head.starts_with(OLE) => Kind::OldWorkbook,
            _ => Kind::Text,
        };
        Self {
            kind,
            gzip,
            head,
            bytes,
        }
    }

    /// The encoding that the user or the first bytes say; `None` when only the rest can tell.
    pub(super) fn encoding(&self, told: Option<Charset>) -> Result<Option<(&'static Encoding, Known)>, String> {
        let marked = match self.head.as_slice() {
            head if head.starts_with(UTF_8_MARK) => Some(UTF_8),
            [0xff, 0xfe, ..] => Some(UTF_16LE),
            [0xfe, 0xff, ..] => Some(UTF_16BE),
            _ => None,
        };
        // A key begins with an ASCII character, so that UTF-16 without a mark has a zero beside it.
        let zeros = match self.head.as_slice() {
            [0, byte, ..] if *byte != 0 => Some(UTF_16BE),
            [byte, 0, ..] if *byte != 0 => Some(UTF_16LE),
            _ => None,
        };
        match (told, marked) {
            (Some(told), Some(marked)) if told.encoding != marked && !(told.any_order && marked != UTF_8) => {
                Err(format!(
                    "it begins with the mark of {}, and --encoding says {}",
                    marked.name(),
                    told.encoding.name()
                ))
            }
            (Some(told), None) => Ok(Some((told.encoding, Known::Told))),
            (_, Some(marked)) => Ok(Some((marked, Known::Detected))),
            (None, None) => Ok(zeros.map(|encoding| (encoding, Known::Detected))),
        }
    }

    /// The text in this encoding. UTF-8 comes as it is: which of its lines are none is for the reader of lines to say.
    pub(super) fn text(self, encoding: &'static Encoding) -> Bytes {
        if encoding == UTF_8 {
            self.bytes
        } else {
            Box::new(Decoded::new(self.bytes, encoding))
        }
    }

    /// The text, its encoding known by no more than the first line with content: more of a pipe may never come.
    pub(super) fn text_by_first_line(mut self) -> Result<(Bytes, &'static Encoding, Known), String> {
        let mut read = Vec::new();
        let mut line = 0_u64;
        let first = loop {
            let before = read.len();
            let most = u64::try_from(MAX_LINE_BYTES.saturating_sub(read.len())).unwrap_or(u64::MAX);
            let more = self.bytes.by_ref().take(most).read_until(b'\n', &mut read);
            line += 1;
            let more = more.map_err(|error| format!("line {line}: the input cannot be read: {error}"))?;
            let first = read.get(before..).unwrap_or_default();
            if more == 0 || !first.trim_ascii().is_empty() {
                break first;
            }
        };
        let mut evidence = Evidence::new();
        evidence.feed(first);
        let (encoding, known) = match evidence.finding() {
            Finding::Text(encoding) if encoding == UTF_8 => (UTF_8, Known::Assumed),
            // Zeros further in say nothing of a first line that begins without.
            Finding::Text(encoding) if encoding != UTF_16LE && encoding != UTF_16BE => (encoding, Known::Detected),
            Finding::Doubt(_) | Finding::Text(_) | Finding::Binary => (UTF_8, Known::Assumed),
        };
        self.bytes = Box::new(Cursor::new(read).chain(self.bytes));
        Ok((self.text(encoding), encoding, known))
    }
}

/// Reads the first bytes, as many as it takes to tell one beginning from another, and gives them again.
fn peek<R: BufRead>(mut input: R) -> io::Result<(Vec<u8>, Again<R>)> {
    let mut head = Vec::new();
    loop {
        let read = input.by_ref().take(1).read_to_end(&mut head)?;
        let longer = [GZIP, ZIP, OLE, UTF_8_MARK]
            .iter()
            .any(|magic| magic.len() > head.len() && magic.starts_with(&head));
        // Zeros beside the first character tell UTF-16, and no line is shorter than two bytes.
        if read == 0 || (head.len() >= 2 && !longer) {
            return Ok((head.clone(), Cursor::new(head).chain(input)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn unwrapped(bytes: &[u8]) -> Unwrapped {
        Unwrapped::of(Box::new(Cursor::new(bytes.to_vec()))).unwrap()
    }

    fn text(unwrapped: Unwrapped, encoding: &'static Encoding) -> String {
        let mut text = String::new();
        unwrapped.text(encoding).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn the_first_bytes_are_not_lost() {
        for bytes in [&b""[..], b"1", b"12", b"\xef\xbb", b"PK\x03", b"\n\n1"] {
            let mut whole = Vec::new();
            unwrapped(bytes).bytes.read_to_end(&mut whole).unwrap();
            assert_eq!(whole, bytes);
        }
    }

    #[test]
    fn marks_and_zeros_tell_the_encoding() {
        for (bytes, encoding) in [
            (&b"\xef\xbb\xbf1"[..], UTF_8),
            (b"\xff\xfe1\x00", UTF_16LE),
            (b"\xfe\xff\x001", UTF_16BE),
            (b"1\x00\n\x00", UTF_16LE),
            (b"\x001\x00\n", UTF_16BE),
        ] {
            let found = unwrapped(bytes).encoding(None).unwrap();
            assert_eq!(found, Some((encoding, Known::Detected)), "{bytes:?}");
        }
        assert_eq!(unwrapped(b"51001\n").encoding(None), Ok(None));
    }

    #[test]
    fn a_mark_that_contradicts_the_user_is_an_error() {
        let told = |name: &str| Some(name.parse::<Charset>().unwrap());
        assert!(unwrapped(b"\xef\xbb\xbf1").encoding(told("windows-1251")).is_err());
        let big_endian = Ok(Some((UTF_16BE, Known::Detected)));
        assert_eq!(unwrapped(b"\xfe\xff\x001").encoding(told("utf-16")), big_endian);
        assert!(unwrapped(b"\xfe\xff\x001").encoding(told("utf-16le")).is_err());
    }

    #[test]
    fn gzip_is_unwrapped_with_all_its_members() {
        let member = |text: &[u8]| {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(text).unwrap();
            writer.finish().unwrap()
        };
        let whole = unwrapped(&[member(b"\xff\xfe1\x00"), member(b"\n\x00")].concat());
        assert!(whole.gzip);
        assert_eq!(text(whole, UTF_16LE), "1\n");
    }

    #[test]
    fn the_first_line_of_a_pipe_may_tell_a_code_page() {
        let cases: [(&[u8], &str, &str); 3] = [
            (
                b"\n\xcd\xee\xec\xe5\xf0;\xc8\xec\xff\n1;\xb9\n",
                "windows-1251",
                "\nНомер;Имя\n1;№\n",
            ),
            (b"id\n1\n", "UTF-8", "id\n1\n"),
            ("id;имя\n".as_bytes(), "UTF-8", "id;имя\n"),
        ];
        for (bytes, name, text) in cases {
            let (mut reader, encoding, _) = unwrapped(bytes).text_by_first_line().unwrap();
            let mut whole = String::new();
            reader.read_to_string(&mut whole).unwrap();
            assert_eq!((encoding.name(), whole.as_str()), (name, text));
        }
    }
}
