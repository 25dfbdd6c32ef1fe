//! Records: the things to delete or update.

use std::fmt;

use crate::journal::push_numbered;

/// One thing to delete or update, typed by its provider.
///
/// Records are small values; their text key is formatted only at the rim (files, reports).
pub trait Record: Clone + fmt::Debug + Send + Sync + 'static {
    /// The stable text key used in files, the journal and reports: `51001`, `counteragent:70011`, `7001`.
    fn key(&self) -> String;

    /// The key in two parts, if it is a text that many records share and a number behind it, in decimals and without
    /// leading zeros: `counteragent:` and 70011. Who can tell so spares a job the writing of keys that nobody reads.
    fn numbered_key(&self) -> Option<(&'static str, u64)> {
        None
    }

    /// Writes [`key`](Self::key) behind what `out` has; who can do so without a text of its own spares a journal one for each
    /// record.
    fn write_key(&self, out: &mut String) {
        match self.numbered_key() {
            Some((prefix, number)) => push_numbered(out, prefix, number),
            None => out.push_str(&self.key()),
        }
    }

    /// What makes two records the same within a job.
    fn identity(&self) -> Identity;

    /// True when every record of this type is one of its own, however often it comes ([`Identity::Content`]): nothing is
    /// then kept to find repeats by, and no hash is made for it.
    fn is_repeatable() -> bool
    where
        Self: Sized,
    {
        false
    }

    /// The record with this [number](Identity::Number), if a number is all that a record is. Records that wait for an
    /// earlier stage are then kept packed, in a few bytes each; `None`, as unless given, keeps them as they are.
    ///
    /// For the identity of a record it must give back an equal record, or `None`.
    fn from_number(space: u64, id: u64) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = (space, id);
        None
    }

    /// The part of the target that the key leaves out, such as a campaign; records are unique per scope and key.
    fn scope(&self) -> Option<String> {
        None
    }

    /// True when the other record has the same [`scope`](Self::scope); who can tell without making texts of both spares a
    /// journal those.
    fn shares_scope(&self, other: &Self) -> bool {
        self.scope() == other.scope()
    }

    /// Bytes that this record adds to a request, separators included; counted against
    /// [`Descriptor::max_bytes`](crate::Descriptor::max_bytes).
    fn encoded_len(&self) -> usize {
        0
    }

    /// Records of different groups never share a request.
    fn group(&self) -> u64 {
        0
    }

    /// Records of a later stage are sent when all of the earlier stages are settled (children before parents).
    fn stage(&self) -> u8 {
        0
    }

    /// Hashes of what this record touches: two records that share one are never reordered and never in flight together.
    fn conflicts(&self) -> &[u64] {
        &[]
    }
}

/// What makes two records the same, and by what an answer names a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Identity {
    /// A number within a number space (a kind, a campaign).
    Number {
        /// The number space.
        space: u64,
        /// The number.
        id: u64,
    },
    /// A text within a space.
    Text {
        /// The space.
        space: u64,
        /// The text.
        text: String,
    },
    /// A content that may come again, each time as a record of its own (leads: order and repetition have a meaning). The
    /// n-th record with this hash is its n-th occurrence; hash and occurrence together are what tells it from others.
    Content {
        /// A hash of the whole content, the same in every run and version.
        hash: u128,
    },
}

impl Identity {
    /// A number in the only number space of a method.
    #[must_use]
    pub fn number(id: u64) -> Self {
        Self::Number { space: 0, id }
    }
}

/// A text that is not the key of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRecord {
    text: String,
    expected: String,
}

impl InvalidRecord {
    /// The text as it came and what was expected, in words: "a positive whole number such as 51001".
    pub fn new(text: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            expected: expected.into(),
        }
    }

    /// The text as it came.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was expected in its place.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for InvalidRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.text, self.expected)
    }
}

impl std::error::Error for InvalidRecord {}

/// Reads a plain decimal number: digits only, no sign, no leading zeros, at most `u64::MAX`.
///
/// # Errors
/// [`InvalidRecord`] with `expected` for anything else; leading zeros are refused because a spreadsheet or a text
/// identifier may stand behind them.
pub fn parse_number(text: &str, expected: &str) -> Result<u64, InvalidRecord> {
    whole_number(text)
        .or_else(|| whole_number(text.trim()))
        .ok_or_else(|| InvalidRecord::new(text, expected))
}

fn whole_number(digits: &str) -> Option<u64> {
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    let mut number = 0_u64;
    for byte in digits.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    // The greatest number has twenty digits.
    if digits.len() < 20 {
        Some(number)
    } else {
        digits.parse().ok()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A record that is a number, for tests that want no more of it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Id(pub(crate) u64);

    impl Record for Id {
        fn key(&self) -> String {
            self.0.to_string()
        }
        fn identity(&self) -> Identity {
            Identity::number(self.0)
        }
    }

    #[test]
    fn a_number_is_digits_only() {
        assert_eq!(parse_number(" 51001 ", "a number"), Ok(51001));
        for number in [0, 9, 9_999_999_999_999_999_999, u64::MAX] {
            assert_eq!(parse_number(&number.to_string(), "a number"), Ok(number));
        }
        for bad in [
            "",
            "-1",
            "+1",
            "1.0",
            "1 234",
            "007",
            "18446744073709551616",
            "99999999999999999999",
            "184467440737095516150",
            "１２",
            "1e3",
        ] {
            assert!(parse_number(bad, "a number").is_err(), "{bad}");
        }
    }
}
