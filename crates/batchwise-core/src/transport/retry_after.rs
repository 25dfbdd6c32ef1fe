//! `Retry-After`: seconds or an HTTP date.

use std::time::{Duration, SystemTime};

/// Longest wait that is believed; anything longer reads as this.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads the value of a `Retry-After` header against the time `now`: whole (or decimal) seconds, or an HTTP date.
///
/// A date in the past is no wait; what cannot be read is `None`; more than a day is a day.
#[must_use]
pub fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if value.starts_with(|c: char| c.is_ascii_digit()) && value.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        let seconds: f64 = value.parse().ok()?;
        return Some(Duration::try_from_secs_f64(seconds).map_or(LONGEST, |wait| wait.min(LONGEST)));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    Some(at.duration_since(now).unwrap_or(Duration::ZERO).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_seconds() {
        let now = SystemTime::UNIX_EPOCH;
        assert_eq!(parse_retry_after("5", now), Some(Duration::from_secs(5)));
        assert_eq!(parse_retry_after(" 0 ", now), Some(Duration::ZERO));
        assert_eq!(parse_retry_after("1.5", now), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn reads_a_date_against_the_given_time() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:30 GMT").unwrap();
        assert_eq!(
            parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now),
            Some(Duration::from_secs(7))
        );
        assert_eq!(
            parse_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn more_than_a_day_is_a_day_and_nonsense_is_nothing() {
        let now = SystemTime::UNIX_EPOCH;
        assert_eq!(parse_retry_after("99999999999999999999999999", now), Some(LONGEST));
        for nonsense in ["", "-1", "soon", "1.2.3", "NaN", "inf", "1e9"] {
            assert_eq!(parse_retry_after(nonsense, now), None, "{nonsense}");
        }
    }
}
