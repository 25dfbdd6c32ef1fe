//! Moments and lengths of time on the page.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

fn shown(at: SystemTime, form: &str) -> String {
    let at = Timestamp::try_from(at).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).strftime(form).to_string()
}

/// `2026-11-22 08:00:00 UTC`.
pub(super) fn moment(at: SystemTime) -> String {
    shown(at, "%Y-%m-%d %H:%M:%S UTC")
}

/// `22 Nov 08:00:00`.
pub(super) fn day_and_time(at: SystemTime) -> String {
    shown(at, "%-d %b %H:%M:%S")
}

/// `08:00:00`, and `08:00` where whole minutes are told apart.
pub(super) fn time_of_day(at: SystemTime, step: Duration) -> String {
    if step < Duration::from_secs(60) {
        shown(at, "%H:%M:%S")
    } else if step < Duration::from_secs(86_400) {
        shown(at, "%H:%M")
    } else {
        shown(at, "%-d %b")
    }
}

/// `0.05 s`, `2 s`, `5 min`, `6 h`: a round length of time.
pub(super) fn round(length: Duration) -> String {
    let seconds = length.as_secs_f64();
    match length.as_secs() {
        0 => format!("{seconds} s"),
        whole @ 1..60 => format!("{whole} s"),
        whole @ 60..3600 => format!("{} min", whole / 60),
        whole @ 3600..86_400 => format!("{} h", whole / 3600),
        whole => format!("{} d", whole / 86_400),
    }
}

/// `12 ms`, `1.5 s`.
pub(super) fn precise(length: Duration) -> String {
    if length < Duration::from_secs(1) {
        format!("{} ms", length.as_millis())
    } else {
        crate::progress::span(length)
    }
}
