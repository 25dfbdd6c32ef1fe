//! A check that cannot be done on this machine.

use std::fmt;

/// Why a stage did not look: neither a pass nor a failure, and told loudly.
///
/// A stage returns it as its error.
#[derive(Debug)]
pub(crate) struct Skipped(String);

impl Skipped {
    /// For this reason, which says what would have to be there.
    pub(crate) fn because(why: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self(why.into()))
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Skipped {}
