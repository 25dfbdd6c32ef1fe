//! The id of a call or a request.

use std::fmt;

use batchwise_core::parse_number;

/// An id of a call or a request: a number where it is one, else an opaque text.
///
/// The documents show ids as numbers in requests and as texts in answers, so a text of digits is the number; one with a
/// leading zero stays a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LeadId(Inner);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Inner {
    Number(u64),
    Text(String),
}

impl LeadId {
    /// A text that stays a text even where it is made of digits.
    pub(super) fn verbatim(text: impl Into<String>) -> Self {
        Self(Inner::Text(text.into()))
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn number(&self) -> Option<u64> {
        match self.0 {
            Inner::Number(number) => Some(number),
            Inner::Text(_) => None,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(&self.0, Inner::Text(text) if text.trim().is_empty())
    }
}

impl From<u64> for LeadId {
    fn from(number: u64) -> Self {
        Self(Inner::Number(number))
    }
}

impl From<&str> for LeadId {
    fn from(text: &str) -> Self {
        match parse_number(text, "") {
            Ok(number) => Self(Inner::Number(number)),
            Err(_) => Self::verbatim(text),
        }
    }
}

impl From<String> for LeadId {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Display for LeadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Number(number) => write!(f, "{number}"),
            Inner::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_number_and_a_leading_zero_is_a_text() {
        assert_eq!(LeadId::from("900100"), LeadId::from(900_100));
        assert_eq!(LeadId::from("007").number(), None);
        assert_eq!(LeadId::from("abc-1").to_string(), "abc-1");
        assert_eq!(LeadId::from("18446744073709551616").number(), None);
    }
}
