//! A look at a whole file, before it is read as records.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1250, WINDOWS_1251};

use super::evidence::{Evidence, Finding};
use super::lines::Lines;
use super::mask_contacts;
use super::opened::{Bytes, Kind, Known, Unwrapped};
use crate::args::InputArgs;

/// Most characters of a sample.
const SAMPLE_CHARS: usize = 40;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Look {
    /// Text in this encoding; what was found is said in words, where that is worth it.
    Text(&'static Encoding, Option<String>),
    /// A workbook of .xlsx.
    Workbook,
}

impl Look {
    /// Looks at a file; an error says what to do. With `keep_going` text that is in doubt is read as UTF-8, its other lines
    /// bad ones.
    pub(super) fn at(path: &Path, reading: &InputArgs, keep_going: bool) -> Result<Self, String> {
        let unreadable = |error: io::Error| format!("it cannot be read: {error}");
        let mut unwrapped = unwrapped(path).map_err(unreadable)?;
        match kind(&unwrapped)? {
            Kind::Zip => return Ok(Self::Workbook),
            Kind::Text | Kind::OldWorkbook => {}
        }
        if reading.sheet.is_some() {
            return Err("--sheet: it is no .xlsx, so it has no sheets".to_owned());
        }
        let (encoding, known) = match unwrapped.encoding(reading.encoding)? {
            Some(found) => found,
            None => match finding(&mut unwrapped.bytes).map_err(unreadable)? {
                Finding::Text(encoding) if encoding == UTF_8 => (UTF_8, Known::Assumed),
                Finding::Text(encoding) => (encoding, Known::Detected),
                Finding::Binary => return Err("it is no text: it has bytes of zero".to_owned()),
                Finding::Doubt(_) if keep_going => (UTF_8, Known::Assumed),
                Finding::Doubt(guess) => return Err(doubt(path, guess).map_err(unreadable)?),
            },
        };
        let sample = if encoding == UTF_8 {
            None
        } else {
            sample(path, encoding).map_err(unreadable)?
        };
        Ok(Self::Text(encoding, note(unwrapped.gzip, encoding, known, sample)))
    }

    /// The text of a file that this look was at.
    pub(super) fn open(file: File, encoding: &'static Encoding) -> io::Result<Bytes> {
        Ok(Unwrapped::of(Box::new(BufReader::with_capacity(1 << 16, file)))?.text(encoding))
    }
}

/// The text of a pipe, and what was found, in words.
pub(crate) fn open_pipe(input: Bytes, reading: &InputArgs) -> Result<(Bytes, Option<String>), String> {
    let unreadable = |error: io::Error| format!("line 1: the input cannot be read: {error}");
    let unwrapped = Unwrapped::of(input).map_err(unreadable)?;
    let gzip = unwrapped.gzip;
    if kind(&unwrapped)? == Kind::Zip {
        return Err("an .xlsx (or another zip archive) cannot be read from a pipe: give it as a file".to_owned());
    }
    if reading.sheet.is_some() {
        return Err("--sheet: only an .xlsx has sheets, and a pipe is none".to_owned());
    }
    let (text, encoding, known) = match unwrapped.encoding(reading.encoding)? {
        Some((encoding, known)) => (unwrapped.text(encoding), encoding, known),
        None => unwrapped.text_by_first_line()?,
    };
    Ok((text, note(gzip, encoding, known, None)))
}

fn unwrapped(path: &Path) -> io::Result<Unwrapped> {
    Unwrapped::of(Box::new(BufReader::with_capacity(1 << 16, File::open(path)?)))
}

fn kind(unwrapped: &Unwrapped) -> Result<Kind, String> {
    match unwrapped.kind {
        Kind::OldWorkbook => {
            Err("it is a workbook of the old kind (.xls), or a locked one: save it as .xlsx or CSV".to_owned())
        }
        Kind::Zip if unwrapped.gzip => Err("an .xlsx within .gz is not read: unpack it first".to_owned()),
        kind => Ok(kind),
    }
}

fn finding(bytes: &mut dyn BufRead) -> io::Result<Finding> {
    let mut evidence = Evidence::new();
    loop {
        let length = match bytes.fill_buf() {
            Ok([]) => return Ok(evidence.finding()),
            Ok(piece) => {
                evidence.feed(piece);
                piece.len()
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        bytes.consume(length);
    }
}

/// What was found, where it is more than plain UTF-8.
fn note(gzip: bool, encoding: &'static Encoding, known: Known, sample: Option<String>) -> Option<String> {
    let mut parts = Vec::new();
    if encoding != UTF_8 {
        let how = if known == Known::Told { "as told" } else { "detected" };
        let sample = sample.map_or_else(String::new, |sample| format!(", such as `{sample}`"));
        parts.push(format!("{} ({how}){sample}", encoding.name()));
    }
    if gzip {
        parts.push("unpacked from .gz".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The first piece of the text that has a character beyond ASCII.
fn sample(path: &Path, encoding: &'static Encoding) -> io::Result<Option<String>> {
    let mut lines = Lines::new(unwrapped(path)?.text(encoding));
    // What cannot be read is said when it is read as records.
    while let Ok(Some((_, line))) = lines.next() {
        let line = String::from_utf8_lossy(line);
        let piece = line
            .split([',', ';', '\t', '|', '"', '\n'])
            .find(|piece| !piece.is_ascii());
        if let Some(piece) = piece {
            return Ok(Some(shortened(&mask_contacts(piece.trim()))));
        }
    }
    Ok(None)
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(SAMPLE_CHARS).collect();
    if text.chars().nth(SAMPLE_CHARS).is_some() {
        short.push('…');
    }
    short
}

/// Why the encoding is in doubt: the first line that is not UTF-8, and what it reads as in the likeliest encodings.
fn doubt(path: &Path, guess: &'static Encoding) -> io::Result<String> {
    let mut lines = Lines::new(unwrapped(path)?.bytes);
    while let Ok(Some((number, line))) = lines.next() {
        if std::str::from_utf8(line).is_ok() {
            continue;
        }
        let mut candidates = vec![WINDOWS_1251, WINDOWS_1250];
        if guess != UTF_8 && !candidates.contains(&guess) {
            candidates.push(guess);
        }
        let readings: Vec<String> = candidates
            .into_iter()
            .map(|encoding| {
                let (text, _) = encoding.decode_without_bom_handling(line);
                let piece = text
                    .split([',', ';', '\t', '|', '"', '\n'])
                    .find(|piece| !piece.is_ascii());
                let piece = shortened(&mask_contacts(piece.unwrap_or_default().trim()));
                format!("`{piece}` in {}", encoding.name())
            })
            .collect();
        return Ok(format!(
            "line {number} is not UTF-8, and its encoding is in doubt: it reads {}. Say which with --encoding NAME",
            readings.join(", ")
        ));
    }
    Ok("it is not UTF-8, and its encoding is in doubt: say it with --encoding NAME".to_owned())
}
