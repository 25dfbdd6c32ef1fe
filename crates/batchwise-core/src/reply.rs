//! What one answer says about the records of its request.

use crate::facts::Facts;
use crate::record::Identity;

/// A readable answer to a batch: statements about records, by name or by position.
///
/// A decoder reports what the answer *says* and judges nothing; [`reconcile`](crate::reconcile()) holds it against what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Each statement names its record. The same name may come twice; names that were not sent may come too.
    Named(Vec<(Identity, Statement)>),
    /// Statements in the order of the request; worth something only if their number is that of the records.
    Positional(Vec<Statement>),
}

impl Reply {
    /// Number of statements.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Named(statements) => statements.len(),
            Self::Positional(statements) => statements.len(),
        }
    }

    /// True when the answer says nothing about any record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What an answer says about one record, with the provider's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is said.
    pub said: Said,
    /// The provider's text for it, secrets masked; `None` where it gave none.
    pub text: Option<String>,
    /// The provider's code for it.
    pub code: Option<String>,
    /// What else it gave.
    pub facts: Facts,
}

impl Statement {
    /// A statement without text, code or facts.
    #[must_use]
    pub const fn new(said: Said) -> Self {
        Self {
            said,
            text: None,
            code: None,
            facts: Facts::none(),
        }
    }

    /// The same with the provider's text (mask it first, see [`Answer::mask`](crate::transport::Answer::mask)).
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The same with the provider's code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The same with what else the provider gave.
    #[must_use]
    pub fn with_facts(mut self, facts: Facts) -> Self {
        self.facts = facts;
        self
    }
}

/// What is said of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Said {
    /// It was deleted or updated by this call.
    Done,
    /// Updates: it was found, nothing was written, and no error was given.
    Unchanged,
    /// Deletes: it is not there.
    Absent,
    /// Updates: nothing was found that matches it.
    Unmatched,
    /// It is in use now and was left in place; `partly` when a part of it was removed by this call.
    Busy {
        /// A part of the record (one of several entries of a phone number) was removed.
        partly: bool,
    },
    /// This record was refused. `conclusive` when the refusal also proves that no earlier, equal call did it; a refusal
    /// that could as well mean "already gone" is not.
    Refused {
        /// An earlier equal call cannot have acted on the record either.
        conclusive: bool,
    },
    /// The answer names the record, but what it says of it cannot be read as any of the others. Not asked again.
    Unclear,
}
