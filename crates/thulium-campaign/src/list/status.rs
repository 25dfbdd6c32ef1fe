//! Where a record stands.

use std::fmt;
use std::str::FromStr;

use batchwise_core::InvalidRecord;

/// Where a record of a campaign stands, in the provider's words. `InProgress` is not what keeps a record from being
/// removed (a conversation): it is being worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SystemStatus {
    /// `TO_CALL`
    ToCall,
    /// `IN_PROGRESS`
    InProgress,
    /// `CALL`
    Call,
    /// `MY_RECORD`
    MyRecord,
    /// `NO_CALL`
    NoCall,
    /// `ABANDONED_AFTER_N_TRIES`
    AbandonedAfterNTries,
    /// `CALL_NO_SOONER_THAN`
    CallNoSoonerThan,
    /// `CALL_PROGRESSIVE`
    CallProgressive,
}

impl SystemStatus {
    /// All that are documented.
    pub const ALL: [Self; 8] = [
        Self::ToCall,
        Self::InProgress,
        Self::Call,
        Self::MyRecord,
        Self::NoCall,
        Self::AbandonedAfterNTries,
        Self::CallNoSoonerThan,
        Self::CallProgressive,
    ];

    /// The provider's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ToCall => "TO_CALL",
            Self::InProgress => "IN_PROGRESS",
            Self::Call => "CALL",
            Self::MyRecord => "MY_RECORD",
            Self::NoCall => "NO_CALL",
            Self::AbandonedAfterNTries => "ABANDONED_AFTER_N_TRIES",
            Self::CallNoSoonerThan => "CALL_NO_SOONER_THAN",
            Self::CallProgressive => "CALL_PROGRESSIVE",
        }
    }
}

impl fmt::Display for SystemStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SystemStatus {
    type Err = InvalidRecord;

    /// Reads the provider's word, in any case of letters.
    fn from_str(text: &str) -> Result<Self, InvalidRecord> {
        let word = text.trim();
        let is_it = |status: &Self| status.as_str().eq_ignore_ascii_case(word);
        Self::ALL.into_iter().find(is_it).ok_or_else(|| {
            InvalidRecord::new(
                text,
                "one of TO_CALL, IN_PROGRESS, CALL, MY_RECORD, NO_CALL, ABANDONED_AFTER_N_TRIES, CALL_NO_SOONER_THAN, \
                 CALL_PROGRESSIVE",
            )
        })
    }
}
