//! The id of an import.

use std::fmt;
use std::str::FromStr;

use batchwise_core::{Identity, InvalidRecord, Record, parse_number};

/// What stands for an id that is none.
const EXPECTED: &str = "the id of an import log: a whole number such as 51001";

/// The id of an import log, as the account's import log lists it and as the cost and planned-metrics imports answer it.
///
/// It is **not** the `logId` that the call import answers with. The documents give no bounds, so any `u64` goes; 0 is left
/// to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImportLogId(u64);

impl ImportLogId {
    /// The id with this number.
    #[must_use]
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl From<u64> for ImportLogId {
    fn from(id: u64) -> Self {
        Self(id)
    }
}

impl fmt::Display for ImportLogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for ImportLogId {
    type Err = InvalidRecord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_number(text, EXPECTED).map(Self)
    }
}

impl Record for ImportLogId {
    fn key(&self) -> String {
        self.0.to_string()
    }

    fn numbered_key(&self) -> Option<(&'static str, u64)> {
        Some(("", self.0))
    }

    fn identity(&self) -> Identity {
        Identity::number(self.0)
    }

    fn encoded_len(&self) -> usize {
        let digits = self.0.checked_ilog10().map_or(1, |log| log + 1);
        // A u32 number of digits fits everywhere; the comma is the one more.
        usize::try_from(digits).unwrap_or(usize::MAX - 1) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_as_the_same_id() {
        for id in [0, 1, 51001, u64::MAX] {
            let record = ImportLogId::new(id);
            assert_eq!(record.key().parse(), Ok(record));
            assert_eq!(record.identity(), Identity::number(id));
        }
    }

    #[test]
    fn what_is_no_number_is_refused_with_what_was_expected() {
        for bad in ["", "x", "-1", "007", "51001.0", "18446744073709551616"] {
            let error = bad.parse::<ImportLogId>().unwrap_err();
            assert!(error.to_string().contains("51001"), "{error}");
        }
    }

    #[test]
    fn the_encoded_length_is_digits_and_comma() {
        for (id, len) in [(0, 2), (9, 2), (10, 3), (51001, 6), (u64::MAX, 21)] {
            assert_eq!(ImportLogId::new(id).encoded_len(), len, "{id}");
        }
    }
}
