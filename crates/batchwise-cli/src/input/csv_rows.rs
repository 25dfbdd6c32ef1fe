//! Rows of CSV with the line on which each begins.

use std::io::BufRead;

use super::lines::{Lines, MAX_LINE_BYTES};

/// Reads rows as RFC 4180 writes them; a quoted field may hold commas, doubled quotes and line ends.
///
/// Read by hand because errors name lines: blank lines, CRLF and line ends in quotes all count.
#[derive(Debug)]
pub(super) struct CsvRows<R> {
    lines: Lines<R>,
    delimiter: u8,
}

/// A row: the line on which it begins, and its fields as they stand between separators or quotes.
pub(super) type CsvRow = (u64, Vec<Vec<u8>>);

/// Where in a field the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before its first character.
    Start,
    /// In a field without quotes.
    Bare,
    /// Between its quotes.
    Quoted,
    /// Behind a quote that closes the field, unless it is doubled.
    Closed,
}

impl<R: BufRead> CsvRows<R> {
    pub(super) fn new(lines: Lines<R>, delimiter: u8) -> Self {
        Self { lines, delimiter }
    }

    pub(super) const fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The next row, blank ones included; `None` at the end. An error says why nothing can follow.
    pub(super) fn next(&mut self) -> Result<Option<CsvRow>, String> {
        let mut first = None;
        let mut row = RowReader::new(self.delimiter);
        loop {
            let Some((number, bytes)) = self.lines.next()? else {
                return match first {
                    None => Ok(None),
                    Some(first) => Err(format!("line {first}: a quote is opened and never closed")),
                };
            };
            let first = *first.get_or_insert(number);
            let end = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            let end = end.strip_suffix(b"\r").unwrap_or(end);
            let (content, terminator) = bytes.split_at(end.len());
            row.bytes += bytes.len();
            row.read(content);
            if row.at != At::Quoted {
                return Ok(Some((first, row.finish())));
            }
            row.field.extend_from_slice(terminator);
            if row.bytes > MAX_LINE_BYTES {
                return Err(format!("line {first}: a quote is opened and not closed for too long"));
            }
        }
    }
}

#[derive(Debug)]
struct RowReader {
    delimiter: u8,
    at: At,
    field: Vec<u8>,
    fields: Vec<Vec<u8>>,
    /// Bytes of its lines so far, their ends included.
    bytes: usize,
}

impl RowReader {
    const fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            at: At::Start,
            field: Vec::new(),
            fields: Vec::new(),
            bytes: 0,
        }
    }

    fn read(&mut self, content: &[u8]) {
        for byte in content {
            match (self.at, byte) {
                (At::Start | At::Bare | At::Closed, byte) if *byte == self.delimiter => self.end_field(),
                // White space before a quote is none of the field's; before anything else it is.
                (At::Start, b' ' | b'\t') => self.field.push(*byte),
                (At::Start, b'"') => {
                    self.field.clear();
                    self.at = At::Quoted;
                }
                (At::Quoted, b'"') => self.at = At::Closed,
                (At::Closed, b'"') => {
                    self.field.push(b'"');
                    self.at = At::Quoted;
                }
                (At::Start, other) => {
                    self.field.push(*other);
                    self.at = At::Bare;
                }
                (At::Bare | At::Quoted | At::Closed, other) => self.field.push(*other),
            }
        }
    }

    fn end_field(&mut self) {
        let field = std::mem::take(&mut self.field);
        self.fields.push(field);
        self.at = At::Start;
    }

    fn finish(mut self) -> Vec<Vec<u8>> {
        self.end_field();
        self.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let mut rows = CsvRows::new(Lines::new(text.as_bytes()), b',');
        let mut found = Vec::new();
        while let Some((line, fields)) = rows.next().unwrap() {
            let fields = fields
                .into_iter()
                .map(|field| String::from_utf8(field).unwrap())
                .collect();
            found.push((line, fields));
        }
        found
    }

    fn row(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn fields_keep_their_white_space_and_the_last_line_needs_no_end() {
        assert_eq!(rows("a, b ,\nc"), [row(1, &["a", " b ", ""]), row(2, &["c"])]);
    }

    #[test]
    fn white_space_before_a_quote_is_none_of_the_field() {
        assert_eq!(rows("a, \"b,c\"\n"), [row(1, &["a", "b,c"])]);
    }

    #[test]
    fn any_byte_may_separate() {
        let mut rows = CsvRows::new(Lines::new(&b"a\t\tb;c\n"[..]), b'\t');
        let fields = [b"a".to_vec(), Vec::new(), b"b;c".to_vec()];
        assert_eq!(rows.next(), Ok(Some((1, fields.to_vec()))));
    }

    #[test]
    fn quotes_hold_commas_quotes_and_line_ends() {
        assert_eq!(
            rows("\"a,b\",\"say \"\"hi\"\"\"\n\"two\r\nlines\",x\n"),
            [row(1, &["a,b", "say \"hi\""]), row(2, &["two\r\nlines", "x"])]
        );
    }

    #[test]
    fn a_quote_inside_a_bare_field_is_a_character() {
        assert_eq!(
            rows("5\" pipe,1\n2,3\n"),
            [row(1, &["5\" pipe", "1"]), row(2, &["2", "3"])]
        );
    }

    #[test]
    fn rows_know_the_line_they_begin_on() {
        assert_eq!(
            rows("\u{feff}h\r\n\r\n\"x\r\ny\"\r\n,,\r\nz"),
            [
                row(1, &["h"]),
                row(2, &[""]),
                row(3, &["x\r\ny"]),
                row(5, &["", "", ""]),
                row(6, &["z"])
            ]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_is_an_error_not_a_row() {
        let mut rows = CsvRows::new(Lines::new(&b"h\n\"1\n2\n3\n"[..]), b',');
        assert!(rows.next().is_ok());
        assert_eq!(
            rows.next(),
            Err("line 2: a quote is opened and never closed".to_owned())
        );
    }
}
