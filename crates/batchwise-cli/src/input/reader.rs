//! Reads rows of records from bytes.

use std::io::{self, BufRead, Read};
use std::path::Path;

use serde_json::Value;

use super::csv_rows::CsvRows;
use super::lines::{Lines, MAX_LINE_BYTES};
use super::{Format, Shape};

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
    mut input: Box<dyn BufRead + Send>,
    path: Option<&Path>,
    column: Option<&str>,
    emit: &mut dyn FnMut(Row<S::Record>) -> bool,
) {
    let mut head = Vec::new();
    let mut line = Vec::new();
    // The first line that is not blank decides the form; it is read again with the rest.
    loop {
        line.clear();
        let most = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
        match input.by_ref().take(most).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => head.extend_from_slice(&line),
            Err(error) => {
                emit(Row::Broken(format!("the input cannot be read: {error}")));
                return;
            }
        }
        if !without_mark(&line).trim_ascii().is_empty() {
            break;
        }
    }
    let first = String::from_utf8_lossy(&line).into_owned();
    let whole = Lines::new(io::Cursor::new(head).chain(input));
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
        let names: Vec<String> = header.iter().map(|name| format!("`{name}`")).collect();
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

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}
