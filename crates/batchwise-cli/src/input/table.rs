//! Rows under a header.

use std::borrow::Cow;
use std::io::BufRead;

use super::csv_rows::{CsvRow, CsvRows};
use super::numbers::Standing;
use super::{Columns, RawRow, Row, Shape, delimiter, mask_contacts};
use crate::args::InputArgs;

/// Rows of fields, wherever they come from.
pub(super) trait Rows {
    /// The next row, blank ones included; `None` at the end. An error says why nothing can follow.
    fn next(&mut self) -> Result<Option<CsvRow>, String>;

    /// What separates fields, where that is a character of the text: a field that holds it without quotes becomes several.
    fn separator(&self) -> Option<u8> {
        None
    }
}

impl<R: BufRead> Rows for CsvRows<R> {
    fn separator(&self) -> Option<u8> {
        Some(self.delimiter())
    }

    fn next(&mut self) -> Result<Option<CsvRow>, String> {
        Self::next(self)
    }
}

/// Reads records out of rows of which the first is the header; `note` says in words what was found of the input so far.
pub(super) fn read_table<S: Shape>(
    shape: &S,
    rows: &mut dyn Rows,
    reading: &InputArgs,
    note: Option<String>,
    emit: &mut dyn FnMut(Row<'_, S::Record>) -> bool,
) {
    let wanted = match header(rows, emit) {
        None => return,
        Some(Err(why)) => Err(why),
        Some(Ok((line, header))) => {
            let names: Vec<&str> = header.iter().map(|name| name.trim()).collect();
            match bind(shape, &names, reading.column.as_deref()) {
                Ok(wanted) => Ok((wanted, header)),
                Err(why) => Err(format!("line {line}: {why}")),
            }
        }
    };
    let width;
    let bound = match wanted {
        Ok((bound, header)) => {
            width = header.len();
            if !emit(Row::Columns(Columns::Named(header), note)) {
                return;
            }
            bound
        }
        Err(why) => {
            emit(Row::Broken(why));
            return;
        }
    };
    let mut records = Vec::new();
    loop {
        let fields;
        let row = match rows.next() {
            Ok(None) => return,
            Ok(Some((_, cells))) if is_blank(&cells) => Row::Blank,
            Ok(Some((line, cells))) => {
                let texts = texts(cells);
                let read = read(&*bound, (width, rows.separator()), texts.as_deref(), &mut records);
                fields = texts.unwrap_or_else(|lossy| lossy);
                match read {
                    Ok(()) => Row::Records(RawRow::of_columns(line, &fields), &mut records),
                    Err((text, why)) => Row::Bad(RawRow::of_columns(line, &fields), text, why),
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

/// The first row that is not blank, or why there is none; `None` when there is nothing more to read.
fn header<R>(
    rows: &mut dyn Rows,
    emit: &mut dyn FnMut(Row<'_, R>) -> bool,
) -> Option<Result<(u64, Vec<String>), String>> {
    loop {
        match rows.next() {
            Ok(None) => return None,
            Ok(Some((_, header))) if is_blank(&header) => {
                if !emit(Row::Blank) {
                    return None;
                }
            }
            Ok(Some((line, header))) => {
                let texts: Result<Vec<String>, _> = header.into_iter().map(String::from_utf8).collect();
                return Some(match texts {
                    Ok(texts) => Ok((line, texts)),
                    Err(_) => Err(format!("line {line}: {NOT_UTF8}")),
                });
            }
            Err(why) => return Some(Err(why)),
        }
    }
}

/// What is said of a line that is not UTF-8.
pub(super) const NOT_UTF8: &str =
    "it is not UTF-8 text: say what it is with --encoding, such as --encoding windows-1251";

fn is_blank(fields: &[Vec<u8>]) -> bool {
    fields.iter().all(|field| field.trim_ascii().is_empty())
}

/// The fields of a row as texts; where one is none, as what can be read of them.
fn texts(fields: Vec<Vec<u8>>) -> Result<Vec<String>, Vec<String>> {
    let mut is_text = true;
    let texts = fields
        .into_iter()
        .map(|field| {
            String::from_utf8(field).unwrap_or_else(|error| {
                is_text = false;
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            })
        })
        .collect();
    if is_text { Ok(texts) } else { Err(texts) }
}

/// Reads the records of a row under a header of this width; an error comes with the text of the row.
fn read<R>(
    bound: &dyn RowReader<R>,
    (width, separator): (usize, Option<u8>),
    fields: Result<&[String], &Vec<String>>,
    records: &mut Vec<R>,
) -> Result<(), (String, String)> {
    records.clear();
    let is_text = fields.is_ok();
    let values: Vec<&str> = fields
        .unwrap_or_else(Vec::as_slice)
        .iter()
        .map(|field| field.trim())
        .collect();
    let read = match separator {
        _ if !is_text => Err(NOT_UTF8.to_owned()),
        // Every field behind the one that came apart stands under another column's name.
        Some(separator) if values.len() > width => Err(format!(
            "it has {} fields, and the header has {width}: put a field that holds {} in quotes",
            values.len(),
            delimiter::shown(separator)
        )),
        _ => bound.read(&values, records),
    };
    read.map_err(|why| {
        let text = values.join(char::from(separator.unwrap_or(b',')).encode_utf8(&mut [0; 4]));
        (text, why)
    })
}

/// What reads the rows under one header, or why there is none.
pub(crate) type Bound<'a, R> = Result<Box<dyn RowReader<R> + 'a>, String>;

/// Reads rows under one header.
pub(crate) trait RowReader<R> {
    /// Adds the records of a row; an error names the column. Values have no white space around them.
    fn read(&self, values: &[&str], to: &mut Vec<R>) -> Result<(), String>;
}

fn bind<'a, S: Shape>(shape: &'a S, header: &[&str], column: Option<&str>) -> Bound<'a, S::Record> {
    match shape.bound(header) {
        Some(bound) => bound,
        None => Ok(Box::new(wanted_columns(shape, header, column)?)),
    }
}

/// The columns that name a record.
struct Wanted<'a, S> {
    shape: &'a S,
    /// Name and place; the key is the last.
    columns: Vec<(String, usize)>,
    /// One column of plain keys, as `--column` names it.
    keys: bool,
}

impl<S: Shape> RowReader<S::Record> for Wanted<'_, S> {
    fn read(&self, row: &[&str], to: &mut Vec<S::Record>) -> Result<(), String> {
        let Some(((name, place), others)) = self.columns.split_last() else {
            return Err("no column is wanted".to_owned());
        };
        let value = |name: &str, place: usize| {
            row.get(place)
                .copied()
                .ok_or_else(|| format!("column `{name}` is missing in this row"))
        };
        let of_column = |why: String| format!("column `{name}`: {why}");
        let mut values = Vec::with_capacity(self.columns.len());
        for (name, place) in others {
            values.push(value(name, *place)?);
        }
        let key: Cow<'_, str> = self
            .shape
            .plain(value(name, *place)?, Standing::Cell)
            .map_err(of_column)?;
        if self.keys {
            return self.shape.of_text(&key, to).map_err(of_column);
        }
        values.push(&key);
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        self.shape
            .of_columns(&values, to)
            .map_err(|why| format!("column `{}`: {why}", names.join(",")))
    }
}

/// Finds them in the header. A named column of keys is read together with the column that completes them, if there is one.
fn wanted_columns<'a, S: Shape>(shape: &'a S, header: &[&str], column: Option<&str>) -> Result<Wanted<'a, S>, String> {
    let find = |name: &str| {
        let place = header.iter().position(|known| *known == name)?;
        Some((name.to_owned(), place))
    };
    let wanted = |columns: Vec<(String, usize)>, keys| {
        for (name, _) in &columns {
            once(header, name)?;
        }
        Ok(Wanted { shape, columns, keys })
    };
    if let Some(name) = column {
        let key = find(name).ok_or_else(|| no_column(header, name))?;
        let companion = shape.companion().filter(|companion| *companion != name).and_then(find);
        let keys = companion.is_none();
        return wanted(companion.into_iter().chain([key]).collect(), keys);
    }
    for set in shape.columns() {
        let columns: Option<Vec<_>> = set.iter().map(|name| find(name)).collect();
        if let Some(columns) = columns {
            return wanted(columns, false);
        }
    }
    let expected: Vec<String> = shape
        .columns()
        .iter()
        .map(|set| format!("`{}`", set.join(",")))
        .collect();
    Err(if expected.is_empty() {
        "columns need a mapping: give --map FILE, or --match-... COLUMN and --field COLUMN=FIELD".to_owned()
    } else {
        format!(
            "the columns are {}; expected {}, or name the column with --column",
            listed(header),
            expected.join(" or ")
        )
    })
}

/// The place of a column that has to be there, once.
pub(crate) fn place_of(header: &[&str], name: &str) -> Result<usize, String> {
    once(header, name)?;
    header
        .iter()
        .position(|known| *known == name)
        .ok_or_else(|| no_column(header, name))
}

fn once(header: &[&str], name: &str) -> Result<(), String> {
    match header.iter().filter(|known| **known == name).count() {
        0 | 1 => Ok(()),
        several => Err(format!("column `{name}` stands {several} times: rename all but one")),
    }
}

fn no_column(header: &[&str], name: &str) -> String {
    format!("there is no column `{name}`; the columns are {}", listed(header))
}

/// The columns, shown; the first line of a file without a header is a record.
fn listed(header: &[&str]) -> String {
    let names: Vec<String> = header.iter().map(|name| format!("`{}`", mask_contacts(name))).collect();
    names.join(", ")
}
