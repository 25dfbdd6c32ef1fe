//! Lines of bytes with their numbers.

use std::io::{self, BufRead, Read};

/// Longest line that is read; a longer one is a mistake, not a record. No request takes more either.
///
/// What is read out of a line takes up to a hundred times its bytes, so this bounds the memory of a reader.
pub(super) const MAX_LINE_BYTES: usize = 1024 * 1024;

/// Reads line by line; a byte order mark before the first one is dropped.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    number: u64,
    bytes: Vec<u8>,
    again: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            number: 0,
            bytes: Vec::new(),
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
        let bytes = self.bytes.as_slice();
        let bytes = match self.number {
            1 => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
            _ => bytes,
        };
        Ok(Some((self.number, bytes)))
    }

    /// Reads one line more; false at the end.
    fn read(&mut self) -> Result<bool, String> {
        self.bytes.clear();
        self.number += 1;
        let number = self.number;
        let most = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
        let read = self.input.by_ref().take(most).read_until(b'\n', &mut self.bytes);
        match read {
            Ok(0) => return Ok(false),
            Ok(_) => {}
            Err(error) => return Err(broken(number, &error)),
        }
        if self.bytes.len() >= MAX_LINE_BYTES && !self.bytes.ends_with(b"\n") {
            return Err(format!("line {number} is longer than {MAX_LINE_BYTES} bytes"));
        }
        Ok(true)
    }
}

fn broken(number: u64, error: &io::Error) -> String {
    format!("line {number}: the input cannot be read: {error}")
}
