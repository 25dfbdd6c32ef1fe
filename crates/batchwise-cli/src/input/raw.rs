//! Rows as the input has them, for whoever writes them out again.

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
pub(crate) struct RawRow {
    /// The line on which it begins: the number that its outcomes carry.
    pub(crate) line: u64,
    /// Its fields as text, decoded and without the quotes of CSV, otherwise unaltered. Bytes that are no text read `\u{fffd}`.
    pub(crate) fields: Vec<String>,
}

impl RawRow {
    /// A row of one field.
    pub(super) fn of_line(line: u64, text: impl Into<String>) -> Self {
        Self {
            line,
            fields: vec![text.into()],
        }
    }
}
