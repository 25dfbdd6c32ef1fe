//! Whether this machine's clock agrees with the server's.

use std::time::{Duration, SystemTime};

use super::check::Check;
use crate::progress::span;

/// More than this is no longer explained by the way and by whole seconds.
const MOST: Duration = Duration::from_secs(60);

/// Holds the clock against a `Date` header; `now` is the middle of the call.
pub(super) fn check(date: Option<&str>, now: SystemTime) -> Check {
    let Some(there) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return Check::skipped("clock", "the server does not tell the time");
    };
    let (off, direction) = match now.duration_since(there) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    if off <= MOST {
        return Check::good("clock", "agrees with the server's within a minute");
    }
    Check::bad(
        "clock",
        format!("{} {direction} the server's", span(off)),
        "set this machine's clock: --deadline and the times of outcomes go by it, and certificates are judged by it",
    )
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    const DATE: &str = "Sun, 22 Nov 2026 08:00:00 GMT";

    fn at(offset: i64) -> SystemTime {
        let there = httpdate::parse_http_date(DATE).unwrap();
        let by = Duration::from_secs(offset.unsigned_abs());
        if offset < 0 { there - by } else { there + by }
    }

    #[test]
    fn a_clock_within_a_minute_is_good() {
        for offset in [-60, 0, 60] {
            assert_eq!(check(Some(DATE), at(offset)).state, State::Good, "{offset}");
        }
    }

    #[test]
    fn a_clock_that_is_off_is_told_by_how_much_and_in_which_direction() {
        assert!(
            check(Some(DATE), at(7200))
                .lines()
                .contains("2 h 0 min ahead of the server's")
        );
        assert!(
            check(Some(DATE), at(-300))
                .lines()
                .contains("5 min 0 s behind the server's")
        );
    }

    #[test]
    fn a_server_without_a_clock_proves_nothing() {
        assert_eq!(check(None, at(0)).state, State::Skipped);
        assert_eq!(check(Some("soon"), at(0)).state, State::Skipped);
    }
}
