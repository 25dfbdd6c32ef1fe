//! Numbers and times as people read them.

use std::time::Duration;

/// `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration as people say it.
pub(crate) fn span(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// An estimate: it claims no tenths.
pub(super) fn about(duration: Duration) -> String {
    let whole = duration.as_secs_f64().ceil();
    if whole < 60.0 {
        format!("{whole} s")
    } else {
        span(duration)
    }
}

/// Records a second, with as many digits as tell something.
pub(super) fn rate(per_second: f64) -> String {
    if per_second >= 10.0 {
        format!("{per_second:.0}/s")
    } else {
        format!("{per_second:.1}/s")
    }
}

/// `1 request`, `3 requests`.
pub(crate) fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_off() {
        let shown = [0, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn spans_are_as_people_say_them() {
        assert_eq!(span(Duration::from_millis(1540)), "1.5 s");
        assert_eq!(span(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(span(Duration::from_secs(7260)), "2 h 1 min");
        assert_eq!(about(Duration::from_millis(1540)), "2 s");
    }

    #[test]
    fn slow_rates_keep_their_tenths() {
        assert_eq!([0.04, 0.5, 9.94, 480.4].map(rate), ["0.0/s", "0.5/s", "9.9/s", "480/s"]);
    }
}
