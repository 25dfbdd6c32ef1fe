//! Rows as the input has them, for whoever writes them out again.

use std::borrow::Cow;

/// What the fields of an input's rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Columns {
    /// Columns of CSV or of a sheet, by the names of the header; a row may be shorter or longer.
    Named(Vec<String>),
    /// One field: the line of plain text (or an argument).
    Lines,
    /// One field: the line of JSON.
    Json,
}

/// A row as the input has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawRow<'a> {
    /// The line on which it begins: the number that its outcomes carry.
    pub(crate) line: u64,
    fields: Fields<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fields<'a> {
    /// One field: a line without its end. Hardly any is written out again, so it is made a text by whoever does.
    Line(&'a [u8]),
    Columns(&'a [String]),
}

impl<'a> RawRow<'a> {
    /// A row of one field.
    pub(super) const fn of_line(line: u64, text: &'a [u8]) -> Self {
        Self {
            line,
            fields: Fields::Line(text),
        }
    }

    /// A row of columns.
    pub(super) const fn of_columns(line: u64, fields: &'a [String]) -> Self {
        Self {
            line,
            fields: Fields::Columns(fields),
        }
    }

    /// Its fields as text, decoded and without the quotes of CSV, otherwise unaltered. Bytes that are no text read `\u{fffd}`.
    pub(crate) fn fields(&self) -> Cow<'a, [String]> {
        match self.fields {
            Fields::Line(line) => vec![String::from_utf8_lossy(line).into_owned()].into(),
            Fields::Columns(fields) => fields.into(),
        }
    }
}
