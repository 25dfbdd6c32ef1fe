//! Lines of bytes with their numbers.

use std::io::{self, BufRead};
use std::ops::Range;

/// Longest line that is read; a longer one is a mistake, not a record. No request takes more either.
///
/// What is read out of a line takes up to a hundred times its bytes, so this bounds the memory of a reader.
pub(super) const MAX_LINE_BYTES: usize = 1024 * 1024;

/// Bytes that most keys have at most, with the end of their line.
const NEAR: usize = 24;

/// Reads line by line; a byte order mark before the first one is dropped.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    number: u64,
    /// The line that was read last, and what of the input came with it.
    bytes: Vec<u8>,
    line: Range<usize>,
    again: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            number: 0,
            bytes: Vec::new(),
            line: 0..0,
            again: false,
        }
    }

    /// The number of the line that was read last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Gives the line that was read last once more.
    pub(super) fn again(&mut self) {
        self.again = self.number > 0;
    }

    /// The next line with its terminator, and its number from 1; `None` at the end. An error says why nothing can follow.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &[u8])>, String> {
        if !std::mem::take(&mut self.again) && !self.read()? {
            return Ok(None);
        }
        let bytes = self.bytes.get(self.line.clone()).unwrap_or_default();
        let bytes = match self.number {
            1 => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
            _ => bytes,
        };
        Ok(Some((self.number, bytes)))
    }

    /// Reads one line more; false at the end.
    fn read(&mut self) -> Result<bool, String> {
        self.number += 1;
        self.line = self.line.end..self.line.end;
        loop {
            // What was looked at holds no end of a line.
            let rest = self.bytes.get(self.line.end..).unwrap_or_default();
            let end = end_of_line(rest);
            self.line.end += end.unwrap_or(rest.len());
            let ended = end.is_some();
            let length = self.line.len();
            if length > MAX_LINE_BYTES || (length == MAX_LINE_BYTES && !ended) {
                return Err(format!("line {} is longer than {MAX_LINE_BYTES} bytes", self.number));
            }
            if ended || !self.read_ahead()? {
                return Ok(!self.line.is_empty());
            }
        }
    }

    /// Takes what the input has at hand, waiting only where it has nothing; false at its end.
    fn read_ahead(&mut self) -> Result<bool, String> {
        self.bytes.drain(..self.line.start);
        self.line = 0..self.line.len();
        loop {
            match self.input.fill_buf() {
                Ok(piece) => {
                    let length = piece.len();
                    self.bytes.extend_from_slice(piece);
                    self.input.consume(length);
                    return Ok(length > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(self.number, &error)),
            }
        }
    }
}

/// How many bytes a line has with its end.
fn end_of_line(bytes: &[u8]) -> Option<usize> {
    // The end of a key is found soonest by looking at each byte, that of a long line by a search.
    let near = bytes.get(..NEAR).unwrap_or(bytes);
    if let Some(at) = near.iter().position(|byte| *byte == b'\n') {
        return Some(at + 1);
    }
    let mut far = bytes;
    let length = far.skip_until(b'\n').ok()?;
    bytes
        .get(..length)
        .filter(|line| line.ends_with(b"\n"))
        .map(<[u8]>::len)
}

fn broken(number: u64, error: &io::Error) -> String {
    format!("line {number}: the input cannot be read: {error}")
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// The lines of a text that comes in pieces of this size.
    fn lines(text: &str, piece: usize) -> Result<Vec<(u64, String)>, String> {
        let mut lines = Lines::new(BufReader::with_capacity(piece, text.as_bytes()));
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next()? {
            found.push((number, String::from_utf8_lossy(line).into_owned()));
        }
        Ok(found)
    }

    #[test]
    fn lines_are_the_same_in_pieces_of_any_size() {
        for piece in [1, 2, 3, 5, 100] {
            let wanted = ["51001\r\n", "\n", "x y\n", "7"].map(str::to_owned);
            let found = lines("\u{feff}51001\r\n\nx y\n7", piece).unwrap();
            assert_eq!(found, (1..).zip(wanted).collect::<Vec<_>>(), "in pieces of {piece}");
        }
    }

    #[test]
    fn a_line_comes_again_whatever_was_read_ahead() {
        for piece in [1, 100] {
            let mut lines = Lines::new(BufReader::with_capacity(piece, &b"one\ntwo\n"[..]));
            assert_eq!(lines.next(), Ok(Some((1, &b"one\n"[..]))));
            lines.again();
            assert_eq!(lines.next(), Ok(Some((1, &b"one\n"[..]))));
            assert_eq!(lines.next(), Ok(Some((2, &b"two\n"[..]))));
            assert_eq!(lines.next(), Ok(None));
        }
    }

    #[test]
    fn the_limit_of_a_line_counts_its_end() {
        let longest = "1".repeat(MAX_LINE_BYTES - 1);
        for piece in [1000, MAX_LINE_BYTES * 2] {
            assert_eq!(lines(&format!("{longest}\n{longest}"), piece).unwrap().len(), 2);
            assert!(lines(&format!("{longest}1\n"), piece).is_err());
            assert!(lines(&format!("{longest}1"), piece).is_err());
        }
    }
}
