//! Reads rows of records from bytes.

use std::io::BufRead;
use std::path::Path;

use serde_json::Value;

use super::csv_rows::CsvRows;
use super::lines::Lines;
use super::{Format, Shape, mask_contacts};

/// One row of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Row<R> {
    /// Records of this line.
    Records(u64, Vec<R>),
    /// A line that is no record: its text, and what was expected.
    Bad(u64, String, String),
    /// The input cannot be read on.
    Broken(String),
}

/// Reads all rows; `emit` returns false to end.
pub(crate) fn read_rows<S: Shape>(
    shape: &S,
    input: Box<dyn BufRead + Send>,
    path: Option<&Path>,
    column: Option<&str>,
    emit: &mut dyn FnMut(Row<S::Record>) -> bool,
) {
    // The first line that is not blank decides the form; it is read again with the rest.
    let mut whole = Lines::new(input);
    let first = loop {
        match whole.next() {
            Ok(None) => return,
            Ok(Some((_, line))) if line.trim_ascii().is_empty() => {}
            Ok(Some((_, line))) => break String::from_utf8_lossy(line).into_owned(),
            Err(why) => {
                emit(Row::Broken(why));
                return;
            }
        }
    };
    whole.again();
    match Format::detect(column, path, &first, shape.columns()) {
        Format::Lines => read_lines(whole, emit, &|text| shape.of_text(text)),
        Format::Ndjson => read_lines(whole, emit, &|text| {
            let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON ({error})"))?;
            shape.of_json(value)
        }),
        Format::Csv => read_csv(shape, whole, column, emit),
    }
}

fn read_lines<R>(
    mut lines: Lines<impl BufRead>,
    emit: &mut dyn FnMut(Row<R>) -> bool,
    parse: &dyn Fn(&str) -> Result<Vec<R>, String>,
) {
    loop {
        let row = match lines.next() {
            Ok(None) => return,
            Ok(Some((number, bytes))) => match std::str::from_utf8(bytes).map(str::trim) {
                Ok("") => continue,
                Ok(text) => match parse(text) {
                    Ok(records) => Row::Records(number, records),
                    Err(why) => Row::Bad(number, text.to_owned(), why),
                },
                Err(_) => Row::Bad(
                    number,
                    String::from_utf8_lossy(bytes).trim().to_owned(),
                    "it is not UTF-8 text".to_owned(),
                ),
            },
            Err(why) => Row::Broken(why),
        };
        let last = matches!(row, Row::Broken(_));
        if !emit(row) || last {
            return;
        }
    }
}

fn read_csv<S: Shape>(
    shape: &S,
    lines: Lines<impl BufRead>,
    column: Option<&str>,
    emit: &mut dyn FnMut(Row<S::Record>) -> bool,
) {
    let mut rows = CsvRows::new(lines);
    let wanted = match rows.next() {
        Ok(None) => return,
        Ok(Some((line, header))) => {
            let header: Vec<String> = header
                .iter()
                .map(|name| String::from_utf8_lossy(name).into_owned())
                .collect();
            wanted_columns(shape, &header, column).map_err(|why| format!("line {line}: {why}"))
        }
        Err(why) => Err(why),
    };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(why) => {
            emit(Row::Broken(why));
            return;
        }
    };
    loop {
        let row = match rows.next() {
            Ok(None) => return,
            Ok(Some((line, fields))) => match wanted.records(shape, &fields) {
                Ok(records) => Row::Records(line, records),
                Err(why) => {
                    let whole: Vec<_> = fields.iter().map(|field| String::from_utf8_lossy(field)).collect();
                    Row::Bad(line, whole.join(","), why)
                }
            },
            Err(why) => Row::Broken(why),
        };
        let last = matches!(row, Row::Broken(_));
        if !emit(row) || last {
            return;
        }
    }
}

/// The columns that name a record.
struct Wanted {
    /// Name and place.
    columns: Vec<(String, usize)>,
    /// One column of plain keys, as `--column` names it.
    keys: bool,
}

impl Wanted {
    fn records<S: Shape>(&self, shape: &S, fields: &[Vec<u8>]) -> Result<Vec<S::Record>, String> {
        let mut values = Vec::with_capacity(self.columns.len());
        for (name, place) in &self.columns {
            let value = fields
                .get(*place)
                .ok_or_else(|| format!("column `{name}` is missing in this row"))?;
            values.push(std::str::from_utf8(value).map_err(|_| format!("column `{name}` is not UTF-8 text"))?);
        }
        if self.keys {
            return shape.of_text(values.first().copied().unwrap_or_default());
        }
        shape.of_columns(&values)
    }
}

/// Finds them in the header. A named column of keys is read together with the column that completes them, if there is one.
fn wanted_columns<S: Shape>(shape: &S, header: &[String], column: Option<&str>) -> Result<Wanted, String> {
    let find = |name: &str| {
        let place = header.iter().position(|known| known == name)?;
        Some((name.to_owned(), place))
    };
    let names = || {
        // The first line of a file without a header is a record.
        let names: Vec<String> = header.iter().map(|name| format!("`{}`", mask_contacts(name))).collect();
        names.join(", ")
    };
    if let Some(name) = column {
        let key = find(name).ok_or_else(|| format!("there is no column `{name}`; the columns are {}", names()))?;
        let companion = shape.companion().filter(|companion| *companion != name).and_then(find);
        return Ok(Wanted {
            keys: companion.is_none(),
            columns: companion.into_iter().chain([key]).collect(),
        });
    }
    for set in shape.columns() {
        let columns: Option<Vec<_>> = set.iter().map(|name| find(name)).collect();
        if let Some(columns) = columns {
            return Ok(Wanted { columns, keys: false });
        }
    }
    let expected: Vec<String> = shape
        .columns()
        .iter()
        .map(|set| format!("`{}`", set.join(",")))
        .collect();
    Err(if expected.is_empty() {
        "CSV is not taken here; give NDJSON, one object a line".to_owned()
    } else {
        format!(
            "the columns are {}; expected {}, or name the column with --column",
            names(),
            expected.join(" or ")
        )
    })
}

#[cfg(test)]
mod tests {
    use batchwise::calltouch_import::ImportLogId;

    use std::io::{self, BufReader, Read};

    use super::super::lines::MAX_LINE_BYTES;
    use super::*;
    use crate::input::{number, text_or_number};

    /// Ids, as the simplest provider has them; with a companion column that has to say `x`.
    struct Ids;

    impl Shape for Ids {
        type Record = ImportLogId;

        fn of_text(&self, text: &str) -> Result<Vec<ImportLogId>, String> {
            Ok(vec![text.parse().map_err(|_| "expected an id".to_owned())?])
        }

        fn columns(&self) -> &'static [&'static [&'static str]] {
            &[&["kind", "id"], &["id"]]
        }

        fn of_columns(&self, values: &[&str]) -> Result<Vec<ImportLogId>, String> {
            match values {
                ["x", id] | [id] => self.of_text(id),
                _ => Err("expected kind x".to_owned()),
            }
        }

        fn companion(&self) -> Option<&'static str> {
            Some("kind")
        }

        fn of_json(&self, value: Value) -> Result<Vec<ImportLogId>, String> {
            let text = match &value {
                Value::Object(object) => number(object, &["id"]).unwrap_or_else(|| Err("expected `id`".to_owned()))?,
                other => text_or_number(other)?,
            };
            self.of_text(&text)
        }
    }

    /// The rows, one word each: `LINE=ID`, `LINE!TEXT`, or what broke.
    fn rows(content: impl Into<Vec<u8>>, path: Option<&str>, column: Option<&str>) -> Vec<String> {
        let mut found = Vec::new();
        let input = Box::new(io::Cursor::new(content.into()));
        read_rows(&Ids, input, path.map(Path::new), column, &mut |row| {
            found.push(match row {
                Row::Records(line, ids) => format!("{line}={}", ids[0]),
                Row::Bad(line, text, _) => format!("{line}!{text}"),
                Row::Broken(why) => why,
            });
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
        let mut found = Vec::new();
        read_rows(&Ids, input, Some(Path::new(path)), None, &mut |row| {
            found.push(row);
            true
        });
        match found.pop() {
            Some(Row::Broken(why)) => why,
            other => panic!("{other:?}"),
        }
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
