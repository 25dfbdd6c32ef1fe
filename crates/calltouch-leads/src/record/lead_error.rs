//! Why a lead cannot be sent.

use std::fmt;

use batchwise_core::InvalidRecord;

/// A place in a lead that does not hold what it has to.
///
/// It names the place and what was expected there, and never repeats a value: a lead holds contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadError {
    path: String,
    expected: String,
}

impl LeadError {
    pub(crate) fn new(path: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            expected: expected.into(),
        }
    }

    /// The place, as the provider would name it: `matching[1].callContactParams.phones[0]`; empty for the lead itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What was expected there: "a text that is not blank".
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for LeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "the lead is not {}", self.expected),
            path => write!(f, "`{path}` is not {}", self.expected),
        }
    }
}

impl std::error::Error for LeadError {}

impl From<LeadError> for InvalidRecord {
    fn from(error: LeadError) -> Self {
        let path = match error.path.is_empty() {
            true => "lead".to_owned(),
            false => error.path,
        };
        Self::new(path, error.expected)
    }
}
