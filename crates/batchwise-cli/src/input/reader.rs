//! Reads rows of records from bytes.

use std::io::BufRead;
use std::path::Path;

use super::csv_rows::CsvRows;
use super::delimiter;
use super::lines::Lines;
use super::numbers::Standing;
use super::table::{NOT_UTF8, read_table};
use super::{Columns, Format, RawRow, Shape, unique};
use crate::args::InputArgs;

/// One row of an input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Row<'a, R> {
    /// What the fields of the rows are, and what was found of the input in words; before the first row.
    Columns(Columns, Option<String>),
    /// A row and its records, which may be taken out.
    Records(RawRow<'a>, &'a mut Vec<R>),
    /// A row that is no record: its text, and what was expected.
    Bad(RawRow<'a>, String, String),
    /// A row without content.
    Blank,
    /// The input cannot be read on.
    Broken(String),
}

/// Reads all rows of a text; `emit` returns false to end.
///
/// `note` says in words what was found of the input so far; it comes with [`Row::Columns`].
pub(crate) fn read_rows<S: Shape>(
    shape: &S,
    input: Box<dyn BufRead + Send>,
    path: Option<&Path>,
    reading: &InputArgs,
    note: Option<String>,
    emit: &mut dyn FnMut(Row<'_, S::Record>) -> bool,
) {
    // The first line that is not blank decides the form; it is read again with the rest.
    let mut whole = Lines::new(input);
    let first = loop {
        match whole.next() {
            Ok(None) => return,
            Ok(Some((_, line))) if line.trim_ascii().is_empty() => {
                if !emit(Row::Blank) {
                    return;
                }
            }
            Ok(Some((_, line))) => break String::from_utf8_lossy(line).into_owned(),
            Err(why) => {
                emit(Row::Broken(why));
                return;
            }
        }
    };
    let wanted = |names: &[&str]| match &reading.column {
        Some(column) => names.contains(&column.as_str()),
        None => shape.has_columns(names),
    };
    let format = match Format::detect(reading, path, &first, shape.needs_columns(), &wanted) {
        Ok(format) => format,
        Err(why) => {
            emit(Row::Broken(format!("line {}: {why}", whole.number())));
            return;
        }
    };
    if !matches!(format, Format::Csv(_)) || delimiter::named(&first).is_none() {
        whole.again();
    }
    match format {
        Format::Lines => read_lines(whole, (Columns::Lines, note), emit, &|text, to| {
            let read = shape
                .plain(text, Standing::Line)
                .and_then(|plain| shape.of_text(&plain, to));
            read.map_err(|why| match text.starts_with('{') {
                true => format!("{why}; it is JSON, and the first line is none: name the file .ndjson"),
                false => why,
            })
        }),
        Format::Ndjson => read_lines(
            whole,
            (Columns::Json, note),
            emit,
            &|text, to| match shape.of_json_line(text, to) {
                true => Ok(()),
                false => shape.of_json(unique::value(text)?, to),
            },
        ),
        Format::Csv(delimiter) => {
            let separated = format!("columns separated by {}", delimiter::shown(delimiter));
            let note = match note {
                Some(note) => Some(format!("{note}; {separated}")),
                None => (delimiter != b',').then_some(separated),
            };
            read_table(shape, &mut CsvRows::new(whole, delimiter), reading, note, emit);
        }
    }
}

/// What adds the records of a line.
type Parse<'a, R> = &'a dyn Fn(&str, &mut Vec<R>) -> Result<(), String>;

fn read_lines<R>(
    mut lines: Lines<impl BufRead>,
    (columns, note): (Columns, Option<String>),
    emit: &mut dyn FnMut(Row<'_, R>) -> bool,
    parse: Parse<'_, R>,
) {
    if !emit(Row::Columns(columns, note)) {
        return;
    }
    let mut records = Vec::new();
    loop {
        records.clear();
        let row = match lines.next() {
            Ok(None) => return,
            Ok(Some((number, bytes))) => {
                let line = without_end(bytes);
                let raw = RawRow::of_line(number, line);
                match std::str::from_utf8(line).map(trimmed) {
                    Ok("") => Row::Blank,
                    Ok(text) => match parse(text, &mut records) {
                        Ok(()) => Row::Records(raw, &mut records),
                        Err(why) => Row::Bad(raw, text.to_owned(), why),
                    },
                    Err(_) => {
                        let text = String::from_utf8_lossy(line).trim().to_owned();
                        Row::Bad(raw, text, NOT_UTF8.to_owned())
                    }
                }
            }
            Err(why) => Row::Broken(why),
        };
        let last = matches!(row, Row::Broken(_));
        if !emit(row) || last {
            return;
        }
    }
}

/// A line without its terminator.
fn without_end(bytes: &[u8]) -> &[u8] {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The text without white space around it, which nearly all lines are.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

#[cfg(test)]
mod tests {
    use batchwise::calltouch_import::ImportLogId;
    use serde_json::Value;

    use std::io::{self, BufReader, Read};

    use super::super::lines::MAX_LINE_BYTES;
    use super::*;
    use crate::input::{number, text_or_number};

    /// Ids, as the simplest provider has them; with a companion column that has to say `x`.
    struct Ids;

    impl Shape for Ids {
        type Record = ImportLogId;

        fn of_text(&self, text: &str, to: &mut Vec<ImportLogId>) -> Result<(), String> {
            to.push(text.parse().map_err(|_| "expected an id".to_owned())?);
            Ok(())
        }

        fn columns(&self) -> &'static [&'static [&'static str]] {
            &[&["kind", "id"], &["id"]]
        }

        fn of_columns(&self, values: &[&str], to: &mut Vec<ImportLogId>) -> Result<(), String> {
            match values {
                ["x", id] | [id] => self.of_text(id, to),
                _ => Err("expected kind x".to_owned()),
            }
        }

        fn companion(&self) -> Option<&'static str> {
            Some("kind")
        }

        fn of_json(&self, value: Value, to: &mut Vec<ImportLogId>) -> Result<(), String> {
            let text = match &value {
                Value::Object(object) => number(object, &["id"]).unwrap_or_else(|| Err("expected `id`".to_owned()))?,
                other => text_or_number(other)?,
            };
            self.of_text(&text, to)
        }
    }

    /// The rows, one word each: `LINE=ID`, `LINE!TEXT`, or what broke.
    fn rows(content: impl Into<Vec<u8>>, path: Option<&str>, column: Option<&str>) -> Vec<String> {
        let mut found = Vec::new();
        let input = Box::new(io::Cursor::new(content.into()));
        let reading = InputArgs {
            column: column.map(str::to_owned),
            ..InputArgs::default()
        };
        read_rows(&Ids, input, path.map(Path::new), &reading, None, &mut |row| {
            match row {
                Row::Records(raw, ids) => found.push(format!("{}={}", raw.line, ids[0])),
                Row::Bad(raw, text, _) => found.push(format!("{}!{text}", raw.line)),
                Row::Broken(why) => found.push(why),
                Row::Columns(..) | Row::Blank => {}
            }
            true
        });
        found
    }

    #[test]
    fn lines_are_numbered_with_the_blank_ones() {
        assert_eq!(rows("\u{feff}\r\n1\r\n\n 2 \n3", None, None), ["2=1", "4=2", "5=3"]);
    }

    #[test]
    fn a_line_that_is_no_utf8_is_bad_and_the_next_is_read() {
        assert_eq!(
            rows(b"1\n\xff\n2\n".as_slice(), None, None),
            ["1=1", "2!\u{fffd}", "3=2"]
        );
    }

    #[test]
    fn ndjson_takes_numbers_texts_and_objects_and_nothing_else() {
        let lines = "{\"id\":1}\n2\n\"3\"\n{\"id\":\"4\"}\n-5\n6.0\nnull\n[7]\n{\"id\":null}\n{\n";
        assert_eq!(
            rows(lines, None, None),
            [
                "1=1",
                "2=2",
                "3=3",
                "4=4",
                "5!-5",
                "6!6.0",
                "7!null",
                "8![7]",
                "9!{\"id\":null}",
                "10!{"
            ]
        );
    }

    #[test]
    fn csv_rows_that_are_short_or_of_another_kind_are_bad() {
        assert_eq!(
            rows("note,kind,id\n,x,1\nn,y,2\nn,x\n", None, None),
            ["2=1", "3!n,y,2", "4!n,x"]
        );
    }

    /// A row as it stood: its line and its fields.
    type Stood = (u64, Vec<String>);

    fn stood(line: u64, fields: &[&str]) -> Stood {
        (line, fields.iter().map(|field| (*field).to_owned()).collect())
    }

    /// The columns, the rows as they stood, and how many were blank.
    fn raw(content: &str, path: Option<&str>) -> (Option<Columns>, Vec<Stood>, usize) {
        let (mut columns, mut rows, mut blank) = (None, Vec::new(), 0);
        let input = Box::new(io::Cursor::new(content.as_bytes().to_vec()));
        read_rows(
            &Ids,
            input,
            path.map(Path::new),
            &InputArgs::default(),
            None,
            &mut |row| {
                match row {
                    Row::Columns(found, _) => columns = Some(found),
                    Row::Records(raw, _) | Row::Bad(raw, ..) => rows.push((raw.line, raw.fields().into_owned())),
                    Row::Blank => blank += 1,
                    Row::Broken(why) => panic!("{why}"),
                }
                true
            },
        );
        (columns, rows, blank)
    }

    #[test]
    fn rows_are_kept_as_they_stood_beside_their_records() {
        let (columns, rows, blank) = raw(
            "\u{feff} name ,id\r\n\" a, b \", 1 \r\n\r\n,,\r\nx,y,z\r\n",
            Some("a.csv"),
        );
        assert_eq!(
            columns,
            Some(Columns::Named(vec![" name ".to_owned(), "id".to_owned()]))
        );
        assert_eq!(rows, [stood(2, &[" a, b ", " 1 "]), stood(5, &["x", "y", "z"])]);
        assert_eq!(blank, 2);
    }

    #[test]
    fn lines_are_kept_as_they_stood_beside_their_records() {
        let (columns, rows, blank) = raw("\n 1 \r\nx", None);
        assert_eq!(columns, Some(Columns::Lines));
        assert_eq!(rows, [stood(2, &[" 1 "]), stood(3, &["x"])]);
        assert_eq!(blank, 1);
        let (columns, rows, _) = raw("{\"id\": 1}\n", None);
        assert_eq!(columns, Some(Columns::Json));
        assert_eq!(rows, [stood(1, &["{\"id\": 1}"])]);
    }

    #[test]
    fn a_named_column_goes_with_its_companion() {
        assert_eq!(rows("n,kind\n1,x\n2,y\n", None, Some("n")), ["2=1", "3!2,y"]);
        assert_eq!(rows("n,other\n1,x\n", None, Some("n")), ["2=1"]);
    }

    #[test]
    fn a_column_that_is_missing_breaks_with_the_columns_there_are() {
        assert_eq!(
            rows("\n\"a b\",c\n1,2\n", None, Some("id")),
            ["line 2: there is no column `id`; the columns are `a b`, `c`"]
        );
    }

    #[test]
    fn a_file_of_a_header_alone_or_of_nothing_has_no_rows() {
        for content in ["", "\n\n", "\u{feff}", "id\n"] {
            assert!(rows(content, Some("a.csv"), None).is_empty(), "{content:?}");
        }
    }

    #[test]
    fn a_line_without_end_is_not_read_into_memory() {
        let endless = vec![b'1'; MAX_LINE_BYTES + 1];
        assert_eq!(rows(endless, None, None), ["line 1 is longer than 1048576 bytes"]);
    }

    /// Bytes without end, of which a reader may take only so many.
    struct Endless {
        piece: &'static [u8],
        left: usize,
    }

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.piece.len().min(buffer.len());
            self.left = self.left.checked_sub(length).expect("a reader that stops");
            buffer[..length].copy_from_slice(&self.piece[..length]);
            Ok(length)
        }
    }

    /// What breaks an endless input, of which no more than a few lines' worth may be read.
    fn broken(head: &'static str, piece: &'static [u8], path: &str) -> String {
        let rest = Endless {
            piece,
            left: 4 * MAX_LINE_BYTES,
        };
        let input = Box::new(BufReader::new(head.as_bytes().chain(rest)));
        let mut last = None;
        read_rows(
            &Ids,
            input,
            Some(Path::new(path)),
            &InputArgs::default(),
            None,
            &mut |row| {
                last = match row {
                    Row::Broken(why) => Some(why),
                    _ => None,
                };
                true
            },
        );
        last.expect("an input that breaks")
    }

    #[test]
    fn no_line_is_read_beyond_its_limit() {
        let longer = "is longer than 1048576 bytes";
        assert_eq!(broken("", b"          ", "a.txt"), format!("line 1 {longer}"));
        assert_eq!(broken("\n\n{", b"\"id\":1,   ", "a.ndjson"), format!("line 3 {longer}"));
        assert_eq!(broken("id\n", b",,,,,,,,,,", "a.csv"), format!("line 2 {longer}"));
    }

    #[test]
    fn no_row_is_read_beyond_the_limit_of_a_line() {
        let why = "line 2: a quote is opened and not closed for too long";
        for piece in [&b"\n"[..], b"\r\n\r\n", b"x\n", b"\"\"\n"] {
            assert_eq!(broken("id\n\"", piece, "a.csv"), why, "{piece:?}");
        }
    }

    #[test]
    fn blank_lines_before_the_first_row_count() {
        let blank = "\n".repeat(10 * MAX_LINE_BYTES);
        assert_eq!(
            rows(format!("{blank}1\n"), None, None),
            [format!("{}=1", 10 * MAX_LINE_BYTES + 1)]
        );
    }
}
