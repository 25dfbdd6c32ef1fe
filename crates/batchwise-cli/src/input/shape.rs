//! How a provider's records are written in lines, columns and JSON.

use std::borrow::Cow;

use batchwise::{InvalidRecord, Record};
use serde_json::Value;

use super::numbers::{Standing, plain_number, unquoted};
use super::table::Bound;

/// Reads one provider's records from the forms that people have them in.
///
/// Records are added to those that are handed in, which spares a list of its own for each; of an error some may be left
/// there. Errors say what was expected; the reader adds line and text.
pub(crate) trait Shape: Send + Sync + 'static {
    /// What it reads.
    type Record: Record;

    /// Records of a plain line or an argument (one for each campaign).
    fn of_text(&self, text: &str, to: &mut Vec<Self::Record>) -> Result<(), String>;

    /// Sets of CSV columns that name a record, the preferred set first.
    fn columns(&self) -> &'static [&'static [&'static str]];

    /// Records of the values in one such set of columns.
    fn of_columns(&self, values: &[&str], to: &mut Vec<Self::Record>) -> Result<(), String>;

    /// The first column of such a set, where keys in a column that the user names are incomplete without it.
    fn companion(&self) -> Option<&'static str> {
        None
    }

    /// A key as its reader wants it: without quotes around it, a whole number in the spelling of a spreadsheet as plain digits.
    fn plain<'a>(&self, key: &'a str, standing: Standing) -> Result<Cow<'a, str>, String> {
        if key.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Cow::Borrowed(key)); // nearly all of them
        }
        let key = unquoted(key);
        match key.rsplit_once(':') {
            None => plain_number(key, standing),
            Some((before, number)) => Ok(match plain_number(number, standing)? {
                same if same == number => Cow::Borrowed(key),
                other => Cow::Owned(format!("{before}:{other}")),
            }),
        }
    }

    /// What reads rows under this header, where that is more than a set of columns.
    fn bound(&self, header: &[&str]) -> Option<Bound<'_, Self::Record>> {
        let _ = header;
        None
    }

    /// True when there is nothing but columns that records are read from.
    fn needs_columns(&self) -> bool {
        false
    }

    /// True when records are read from columns with this header.
    fn has_columns(&self, header: &[&str]) -> bool {
        let known = |set: &&[&str]| set.iter().all(|name| header.contains(name));
        self.columns().iter().any(known)
    }

    /// Records of a line of JSON that can be read without a value being made of it; false for every other line, which is
    /// read as a value then.
    fn of_json_line(&self, line: &str, to: &mut Vec<Self::Record>) -> bool {
        let _ = (line, to);
        false
    }

    /// Records of a JSON value.
    fn of_json(&self, value: Value, to: &mut Vec<Self::Record>) -> Result<(), String>;

    /// Stages that a file is read for, one pass each; one for providers without an order.
    fn stages(&self) -> u8 {
        1
    }

    /// True when sending the record destroys something: it is deleted, or a value is overwritten.
    fn destroys(&self, record: &Self::Record) -> bool {
        let _ = record;
        true
    }

    /// The record's key as it may stand on stderr: contacts masked.
    fn shown(&self, record: &Self::Record) -> String {
        record.key()
    }

    /// The text of a bad line as it may stand on stderr: contacts masked.
    fn shown_text(&self, text: &str) -> String {
        text.to_owned()
    }
}

/// A JSON value as the text of a key: a text, or a whole number.
pub(crate) fn text_or_number(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) if number.is_u64() => Ok(number.to_string()),
        // The line is shown beside this, masked where it has to be; the value here would not be.
        _ => Err("expected a text or a whole number".to_owned()),
    }
}

/// A member of a JSON object as the text of a key; `null` counts as missing.
pub(crate) fn number(object: &serde_json::Map<String, Value>, names: &[&str]) -> Option<Result<String, String>> {
    names
        .iter()
        .find_map(|name| object.get(*name))
        .filter(|value| !value.is_null())
        .map(text_or_number)
}

/// What was expected in place of a text that is no record.
#[allow(clippy::needless_pass_by_value)] // as `map_err` wants it
pub(crate) fn expected(error: InvalidRecord) -> String {
    format!("expected {}", error.expected())
}
