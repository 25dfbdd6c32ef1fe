//! Lines of bytes with their numbers.

use std::io::{self, BufRead, Read};

/// Longest line that is read; a longer one is a mistake, not a record.
pub(super) const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// Reads line by line; a byte order mark before the first one is dropped.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    number: u64,
    bytes: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            number: 0,
            bytes: Vec::new(),
        }
    }

    /// The next line with its terminator, and its number from 1; `None` at the end. An error says why nothing can follow.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &[u8])>, String> {
        self.bytes.clear();
        self.number += 1;
        let number = self.number;
        let most = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
        let read = self.input.by_ref().take(most).read_until(b'\n', &mut self.bytes);
        match read {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(error) => return Err(broken(number, &error)),
        }
        if self.bytes.len() >= MAX_LINE_BYTES && !self.bytes.ends_with(b"\n") {
            return Err(format!("line {number} is longer than {MAX_LINE_BYTES} bytes"));
        }
        let bytes = self.bytes.as_slice();
        let bytes = match number {
            1 => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
            _ => bytes,
        };
        Ok(Some((number, bytes)))
    }
}

fn broken(number: u64, error: &io::Error) -> String {
    format!("line {number}: the input cannot be read: {error}")
}
