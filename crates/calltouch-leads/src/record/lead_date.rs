//! A moment as the method writes it.

use std::fmt;
use std::str::FromStr;

use super::LeadError;

const EXPECTED: &str = "a date and time such as 05-03-2024 14:30:00 (dd-mm-yyyy hh:mm:ss)";

/// A date and time without a time zone, written `dd-mm-yyyy hh:mm:ss`.
///
/// It is the moment of the call, request or lead, around which the search looks. The documents name no time zone; the
/// project's is likely and unconfirmed, so nothing is converted here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeadDate {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl LeadDate {
    /// A day of the calendar and a time of the day.
    ///
    /// # Errors
    /// [`LeadError`] for a day that is not in the calendar, a year of other than four digits, or a time that no clock shows.
    pub fn new(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Result<Self, LeadError> {
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        };
        let day_exists = (1000..=9999).contains(&year) && (1..=days).contains(&day);
        if !day_exists || hour > 23 || minute > 59 || second > 59 {
            return Err(LeadError::new("date", EXPECTED));
        }
        Ok(Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        })
    }
}

impl fmt::Display for LeadDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self;
        write!(f, "{day:02}-{month:02}-{year:04} {hour:02}:{minute:02}:{second:02}")
    }
}

impl FromStr for LeadDate {
    type Err = LeadError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).unwrap_or_else(|| Err(LeadError::new("date", EXPECTED)))
    }
}

fn read(text: &str) -> Option<Result<LeadDate, LeadError>> {
    let (date, time) = text.trim().split_once(' ')?;
    let [day, month, year] = three(date, '-')?;
    let [hour, minute, second] = three(time, ':')?;
    Some(LeadDate::new(
        number(year, 4)?,
        number(month, 2)?,
        number(day, 2)?,
        number(hour, 2)?,
        number(minute, 2)?,
        number(second, 2)?,
    ))
}

fn three(text: &str, separator: char) -> Option<[&str; 3]> {
    let mut parts = text.split(separator);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

fn number<T: FromStr>(text: &str, digits: usize) -> Option<T> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_the_same_text() {
        for text in ["05-03-2024 14:30:00", "29-02-2024 00:00:00", "31-12-1999 23:59:59"] {
            assert_eq!(text.parse::<LeadDate>().unwrap().to_string(), text);
        }
        let date = LeadDate::new(2024, 3, 5, 14, 30, 0).unwrap();
        assert_eq!(date.to_string(), "05-03-2024 14:30:00");
    }

    #[test]
    fn refuses_what_is_on_no_calendar_or_clock() {
        for text in [
            "",
            "05-03-2024",
            "2024-03-05 14:30:00",
            "29-02-2023 00:00:00",
            "31-04-2024 00:00:00",
            "00-01-2024 00:00:00",
            "01-13-2024 00:00:00",
            "01-01-2024 24:00:00",
            "1-1-2024 00:00:00",
            "01-01-2024 00:00",
            "01-01-2024 00:00:00+03:00",
            "01-01-2024T00:00:00",
        ] {
            assert!(text.parse::<LeadDate>().is_err(), "{text}");
        }
    }
}
