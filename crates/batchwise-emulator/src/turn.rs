//! One request being handled.

use std::time::{Duration, SystemTime};

use batchwise_core::clock::Tick;

use crate::fault::Twist;

/// What a provider needs to know about the request in hand, and what it says about it.
#[derive(Debug)]
pub(crate) struct Turn {
    /// The request's number, from 1.
    pub(crate) request: u64,
    /// Time since the emulator started.
    pub(crate) age: Tick,
    /// The provider's wall time.
    pub(crate) wall: SystemTime,
    /// How to spoil the rows of the answer.
    pub(crate) twist: Option<Twist>,
    /// The session or credentials are refused.
    pub(crate) expired: bool,
    /// Set when the provider looked at a record or changed something.
    pub(crate) acted: bool,
}

impl Turn {
    /// `YYYY-MM-DD hh:mm:ss` as Dellin prints it.
    pub(crate) fn stamp(&self) -> String {
        stamp(self.wall)
    }
}

pub(crate) fn stamp(wall: SystemTime) -> String {
    let seconds = wall
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Year, month and day of a number of days since 1970-01-01, by the usual shift of the year's start to March.
const fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_reads_as_dellin_prints_it() {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_717_423_509);
        assert_eq!(stamp(wall), "2024-06-03 14:05:09");
        let leap = SystemTime::UNIX_EPOCH + Duration::from_secs(951_782_400);
        assert_eq!(stamp(leap), "2000-02-29 00:00:00");
    }
}
