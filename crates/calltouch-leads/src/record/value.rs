//! What a custom field is set to.

use batchwise_core::push_json_text;
use serde_json::Number;

use super::LeadError;
use super::path::Path;
use super::tree::Tree;

/// The value of a custom field: a text or a number. A date is a text.
///
/// The documents show a date as `1990-01-01` in one edition and as `01-01-1990` in another, so its spelling is the
/// caller's. Numbers that are not finite have no JSON and are refused when the lead is built.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldValue(Inner);

#[derive(Debug, Clone, PartialEq)]
enum Inner {
    Text(String),
    Number(Number),
    NotFinite,
}

/// From here on a float stands for a whole number that lost its digits: JSON integers that fit into 64 bits never get here.
const LOSES_DIGITS: f64 = 9_223_372_036_854_775_808.0;

impl FieldValue {
    pub(super) fn written(&self) -> Written<'_> {
        match &self.0 {
            Inner::Text(text) => Written::Text(text),
            Inner::Number(number) => Written::Number(number),
            Inner::NotFinite => Written::NotFinite,
        }
    }
}

/// A value as it is checked and written, whoever owns it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Written<'a> {
    Text(&'a str),
    Number(&'a Number),
    NotFinite,
}

impl<'a> Written<'a> {
    pub(super) fn read(value: &'a Tree<'_>, path: &Path<'_>) -> Result<Self, LeadError> {
        match value {
            Tree::Text(text) => Ok(Self::Text(text)),
            Tree::Number(number)
                if number
                    .as_f64()
                    .is_some_and(|float| number.is_f64() && float.abs() >= LOSES_DIGITS) =>
            {
                Err(path
                    .refuse("a number of at most 64 bits; write a longer one as a text, so that it keeps its digits"))
            }
            Tree::Number(number) => Ok(Self::Number(number)),
            _ => Err(path.refuse("a text or a number")),
        }
    }

    pub(super) fn check(self, path: &Path<'_>) -> Result<(), LeadError> {
        match self {
            Self::NotFinite => Err(path.refuse("a finite number")),
            Self::Text(_) | Self::Number(_) => Ok(()),
        }
    }

    /// Bytes that it takes when written, unless it holds characters that JSON escapes.
    pub(super) fn len(self) -> usize {
        /// No number is longer.
        const NUMBER: usize = 24;
        match self {
            Self::Text(text) => text.len() + 2,
            Self::Number(_) | Self::NotFinite => NUMBER,
        }
    }

    pub(super) fn write(self, out: &mut String) {
        match self {
            Self::Text(text) => push_json_text(out, text),
            Self::Number(number) => out.push_str(&number.to_string()),
            // Refused before anything is written.
            Self::NotFinite => out.push_str("null"),
        }
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self(Inner::Text(text.to_owned()))
    }
}

impl From<String> for FieldValue {
    fn from(text: String) -> Self {
        Self(Inner::Text(text))
    }
}

impl From<i32> for FieldValue {
    fn from(number: i32) -> Self {
        Self(Inner::Number(number.into()))
    }
}

impl From<i64> for FieldValue {
    fn from(number: i64) -> Self {
        Self(Inner::Number(number.into()))
    }
}

impl From<u64> for FieldValue {
    fn from(number: u64) -> Self {
        Self(Inner::Number(number.into()))
    }
}

impl From<f64> for FieldValue {
    fn from(number: f64) -> Self {
        Self(Number::from_f64(number).map_or(Inner::NotFinite, Inner::Number))
    }
}
