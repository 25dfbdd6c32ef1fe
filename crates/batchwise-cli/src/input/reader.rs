//! Reads rows of records from bytes.

use std::io::{self, BufRead, Read};
use std::path::Path;

use serde_json::Value;

use super::{Format, Shape};

/// Longest line that is read; a longer one is a mistake, not a record.
const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;

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
        match input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => head.extend_from_slice(&line),
            Err(error) => {
                emit(Row::Broken(format!("the input cannot be read: {error}")));
                return;
            }
        }
        if !line.trim_ascii().is_empty() {
            break;
        }
    }
    let first = String::from_utf8_lossy(&line).into_owned();
    let whole = io::Cursor::new(head).chain(input);
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
    mut input: impl BufRead,
    emit: &mut dyn FnMut(Row<R>) -> bool,
    parse: &dyn Fn(&str) -> Result<Vec<R>, String>,
) {
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        match input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                emit(Row::Broken(format!("line {number}: the input cannot be read: {error}")));
                return;
            }
        }
        if !bytes.ends_with(b"\n") && u64::try_from(bytes.len()).is_ok_and(|length| length >= MAX_LINE_BYTES) {
            emit(Row::Broken(format!(
                "line {number} is longer than {MAX_LINE_BYTES} bytes"
            )));
            return;
        }
        let row = match std::str::from_utf8(&bytes) {
            Ok(text) => {
                let text = if number == 1 {
                    text.trim_start_matches('\u{feff}')
                } else {
                    text
                };
                let text = text.trim();
                if text.is_empty() {
                    continue;
                }
                match parse(text) {
                    Ok(records) => Row::Records(number, records),
                    Err(why) => Row::Bad(number, text.to_owned(), why),
                }
            }
            Err(_) => Row::Bad(number, excerpt(&bytes), "it is not UTF-8 text".to_owned()),
        };
        if !emit(row) {
            return;
        }
    }
}

fn read_csv<S: Shape>(shape: &S, input: impl Read, column: Option<&str>, emit: &mut dyn FnMut(Row<S::Record>) -> bool) {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(input);
    let header: Vec<String> = match reader.byte_headers() {
        Ok(header) => header
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let name = String::from_utf8_lossy(name).into_owned();
                if at == 0 {
                    name.trim_start_matches('\u{feff}').to_owned()
                } else {
                    name
                }
            })
            .collect(),
        Err(error) => {
            emit(Row::Broken(format!("line 1: the header cannot be read: {error}")));
            return;
        }
    };
    let (names, places) = match wanted_columns(shape, &header, column) {
        Ok(wanted) => wanted,
        Err(why) => {
            emit(Row::Broken(why));
            return;
        }
    };
    let mut record = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                emit(Row::Broken(format!("the CSV cannot be read: {error}")));
                return;
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let whole = || record.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",");
        let values: Result<Vec<&str>, String> = places
            .iter()
            .zip(&names)
            .map(|(place, name)| {
                let value = record
                    .get(*place)
                    .ok_or_else(|| format!("column `{name}` is missing in this row"))?;
                std::str::from_utf8(value).map_err(|_| format!("column `{name}` is not UTF-8 text"))
            })
            .collect();
        let records = values.and_then(|values| match column {
            Some(_) => shape.of_text(values.first().copied().unwrap_or_default()),
            None => shape.of_columns(&names.iter().map(String::as_str).collect::<Vec<_>>(), &values),
        });
        let row = match records {
            Ok(records) => Row::Records(line, records),
            Err(why) => Row::Bad(line, whole(), why),
        };
        if !emit(row) {
            return;
        }
    }
}

/// The columns that name a record, and where they stand.
fn wanted_columns<S: Shape>(
    shape: &S,
    header: &[String],
    column: Option<&str>,
) -> Result<(Vec<String>, Vec<usize>), String> {
    let place = |name: &str| header.iter().position(|known| known == name);
    let found = || {
        header
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some(name) = column {
        let at =
            place(name).ok_or_else(|| format!("line 1: there is no column `{name}`; the columns are {}", found()))?;
        return Ok((vec![name.to_owned()], vec![at]));
    }
    for set in shape.columns() {
        let places: Option<Vec<usize>> = set.iter().map(|name| place(name)).collect();
        if let Some(places) = places {
            return Ok((set.iter().map(|name| (*name).to_owned()).collect(), places));
        }
    }
    let expected: Vec<String> = shape
        .columns()
        .iter()
        .map(|set| format!("`{}`", set.join(",")))
        .collect();
    Err(if expected.is_empty() {
        "line 1: CSV is not taken here; give NDJSON, one object a line".to_owned()
    } else {
        format!(
            "line 1: the columns are {}; expected {}, or name the column with --column",
            found(),
            expected.join(" or ")
        )
    })
}

/// The first bytes of something unreadable.
fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim().chars().take(80).collect()
}
