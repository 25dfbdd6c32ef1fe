//! Reads rows of records from bytes.

use std::borrow::Cow;
use std::io::BufRead;
use std::path::Path;

use serde_json::Value;

use super::csv_rows::CsvRows;
use super::lines::Lines;
use super::{Columns, Format, RawRow, Shape, mask_contacts};

/// One row of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Row<R> {
    /// What the fields of the rows are; before the first of them.
    Columns(Columns),
    /// A row and its records.
    Records(RawRow, Vec<R>),
    /// A row that is no record: its text, and what was expected.
    Bad(RawRow, String, String),
    /// A row without content.
    Blank,
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
    let mut blank = 0_u64;
    let first = loop {
        match whole.next() {
            Ok(None) => return,
            Ok(Some((_, line))) if line.trim_ascii().is_empty() => blank += 1,
            Ok(Some((_, line))) => break String::from_utf8_lossy(line).into_owned(),
            Err(why) => {
                emit(Row::Broken(why));
                return;
            }
        }
    };
    whole.again();
    let format = Format::detect(column, path, &first, shape.columns());
    for _ in 0..blank {
        if !emit(Row::Blank) {
            return;
        }
    }
    match format {
        Format::Lines if emit(Row::Columns(Columns::Lines)) => read_lines(whole, emit, &|text| shape.of_text(text)),
        Format::Ndjson if emit(Row::Columns(Columns::Json)) => read_lines(whole, emit, &|text| {
            let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON ({error})"))?;
            shape.of_json(value)
        }),
        Format::Csv => read_csv(shape, whole, column, emit),
        Format::Lines | Format::Ndjson => {}
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
                Ok("") => Row::Blank,
                Ok(text) => match parse(text) {
                    Ok(records) => Row::Records(RawRow::of_line(number, without_end(bytes)), records),
                    Err(why) => Row::Bad(RawRow::of_line(number, without_end(bytes)), text.to_owned(), why),
                },
                Err(_) => {
                    let line = without_end(bytes);
                    let text = line.trim().to_owned();
                    Row::Bad(RawRow::of_line(number, line), text, "it is not UTF-8 text".to_owned())
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

/// The text of a line without its terminator.
fn without_end(bytes: &[u8]) -> Cow<'_, str> {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line))
}

fn read_csv<S: Shape>(
    shape: &S,
    lines: Lines<impl BufRead>,
    column: Option<&str>,
    emit: &mut dyn FnMut(Row<S::Record>) -> bool,
) {
    let mut rows = CsvRows::new(lines, b',');
    let header = loop {
        match rows.next() {
            Ok(None) => return,
            Ok(Some((_, header))) if is_blank(&header) => {
                if !emit(Row::Blank) {
                    return;
                }
            }
            Ok(Some((line, header))) => break Ok((line, header.into_iter().map(text).collect::<Vec<_>>())),
            Err(why) => break Err(why),
        }
    };
    let wanted = header.and_then(|(line, header)| {
        let names: Vec<&str> = header.iter().map(|name| name.trim()).collect();
        let wanted = wanted_columns(shape, &names, column).map_err(|why| format!("line {line}: {why}"))?;
        Ok((header, wanted))
    });
    let wanted = match wanted {
        Ok((header, wanted)) => {
            if !emit(Row::Columns(Columns::Named(header))) {
                return;
            }
            wanted
        }
        Err(why) => {
            emit(Row::Broken(why));
            return;
        }
    };
    loop {
        let row = match rows.next() {
            Ok(None) => return,
            Ok(Some((_, fields))) if is_blank(&fields) => Row::Blank,
            Ok(Some((line, fields))) => {
                let records = wanted.records(shape, &fields);
                let fields = fields.into_iter().map(text).collect();
                let raw = RawRow { line, fields };
                match records {
                    Ok(records) => Row::Records(raw, records),
                    Err(why) => {
                        let whole: Vec<&str> = raw.fields.iter().map(|field| field.trim()).collect();
                        let whole = whole.join(",");
                        Row::Bad(raw, whole, why)
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

fn is_blank(fields: &[Vec<u8>]) -> bool {
    fields.iter().all(|field| field.trim_ascii().is_empty())
}

/// The bytes as text, without a copy where they are.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
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
            let value = std::str::from_utf8(value).map_err(|_| format!("column `{name}` is not UTF-8 text"))?;
            values.push(value.trim());
        }
        if self.keys {
            return shape.of_text(values.first().copied().unwrap_or_default());
        }
        shape.of_columns(&values)
    }
}

/// Finds them in the header. A named column of keys is read together with the column that completes them, if there is one.
fn wanted_columns<S: Shape>(shape: &S, header: &[&str], column: Option<&str>) -> Result<Wanted, String> {
    let find = |name: &str| {
        let place = header.iter().position(|known| *known == name)?;
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
            match row {
                Row::Records(raw, ids) => found.push(format!("{}={}", raw.line, ids[0])),
                Row::Bad(raw, text, _) => found.push(format!("{}!{text}", raw.line)),
                Row::Broken(why) => found.push(why),
                Row::Columns(_) | Row::Blank => {}
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

    /// The columns, the rows as they stood, and how many were blank.
    fn raw(content: &str, path: Option<&str>) -> (Option<Columns>, Vec<RawRow>, usize) {
        let (mut columns, mut rows, mut blank) = (None, Vec::new(), 0);
        let input = Box::new(io::Cursor::new(content.as_bytes().to_vec()));
        read_rows(&Ids, input, path.map(Path::new), None, &mut |row| {
            match row {
                Row::Columns(found) => columns = Some(found),
                Row::Records(raw, _) | Row::Bad(raw, ..) => rows.push(raw),
                Row::Blank => blank += 1,
                Row::Broken(why) => panic!("{why}"),
            }
            true
        });
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
        let raw = |line, fields: &[&str]| RawRow {
            line,
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        };
        assert_eq!(rows, [raw(2, &[" a, b ", " 1 "]), raw(5, &["x", "y", "z"])]);
        assert_eq!(blank, 2);
    }

    #[test]
    fn lines_are_kept_as_they_stood_beside_their_records() {
        let (columns, rows, blank) = raw("\n 1 \r\nx", None);
        assert_eq!(columns, Some(Columns::Lines));
        assert_eq!(rows, [RawRow::of_line(2, " 1 "), RawRow::of_line(3, "x")]);
        assert_eq!(blank, 1);
        let (columns, rows, _) = raw("{\"id\": 1}\n", None);
        assert_eq!(columns, Some(Columns::Json));
        assert_eq!(rows, [RawRow::of_line(1, "{\"id\": 1}")]);
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
