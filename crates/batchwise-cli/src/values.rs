//! Values of flags: deadline, rate, concurrency.

use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use batchwise::quota::Window;
use jiff::civil::Time;
use jiff::{SignedDuration, Span, ToSpan, Zoned};

/// A count that is not zero.
pub(crate) fn at_least_one(text: &str) -> Result<NonZeroU32, String> {
    text.parse().map_err(|_| "expected a whole number from 1".to_owned())
}

/// A count.
pub(crate) fn count<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| "expected a whole number".to_owned())
}

/// A span of time up to now.
pub(crate) fn age(text: &str) -> Result<Span, String> {
    text.parse()
        .map_err(|_| "expected a span of time such as 90d, 12w or 6mo".to_owned())
}

/// `--concurrency N|auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concurrency {
    /// As the method wants it.
    Auto,
    /// So many calls in flight.
    Calls(NonZeroUsize),
}

impl FromStr for Concurrency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("auto") {
            return Ok(Self::Auto);
        }
        text.parse()
            .map(Self::Calls)
            .map_err(|_| "expected a whole number from 1, or `auto`".to_owned())
    }
}

/// `--rate N/s|N/m|N/h|off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rate {
    /// No limit of ours.
    Off,
    /// At most so many calls in this time.
    Of(NonZeroU32, Duration),
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self::Off);
        }
        let wrong = || "expected a rate such as 5/s, 40/m or 1500/h, or `off`".to_owned();
        let (count, unit) = text.split_once('/').ok_or_else(wrong)?;
        let per = match unit {
            "s" => Duration::from_secs(1),
            "m" => Duration::from_secs(60),
            "h" => Duration::from_secs(60 * 60),
            _ => return Err(wrong()),
        };
        count.parse().map(|count| Self::Of(count, per)).map_err(|_| wrong())
    }
}

impl Rate {
    /// The provider's windows with the shortest one replaced, or none at all.
    pub(crate) fn applied(rate: Option<Self>, mut windows: Vec<Window>) -> Vec<Window> {
        match rate {
            None => windows,
            Some(Self::Off) => Vec::new(),
            Some(Self::Of(count, per)) => {
                windows.sort_by_key(Window::per);
                if !windows.is_empty() {
                    windows.remove(0);
                }
                windows.insert(0, Window::new(count, per));
                windows
            }
        }
    }
}

/// `--deadline HH:MM|DURATION`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deadline {
    /// The next time the clock shows this.
    At(Time),
    /// So long from the start.
    After(Duration),
}

impl FromStr for Deadline {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected a time such as 18:30, or a duration such as 90s, 5m or 1h30m".to_owned();
        if let Some((hours, minutes)) = text.split_once(':') {
            let hours: i8 = hours.parse().map_err(|_| wrong())?;
            let minutes: i8 = minutes.parse().map_err(|_| wrong())?;
            return Time::new(hours, minutes, 0, 0).map(Self::At).map_err(|_| wrong());
        }
        let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
        Duration::try_from(duration).map(Self::After).map_err(|_| wrong())
    }
}

impl Deadline {
    /// How long from `now`; a time that is past today is tomorrow's.
    pub(crate) fn counted_from(self, now: &Zoned) -> Option<Duration> {
        match self {
            Self::After(duration) => Some(duration),
            Self::At(time) => {
                let today = now.with().time(time).build().ok()?;
                let at = if today > *now {
                    today
                } else {
                    today.checked_add(1.day()).ok()?
                };
                Duration::try_from(at.duration_since(now)).ok()
            }
        }
    }

    /// What is to be said of a time of day that is past: whoever is a minute late would have a day in place of none.
    pub(crate) fn warning(self, now: &Zoned) -> Option<String> {
        let Self::At(_) = self else { return None };
        let at = now.checked_add(self.counted_from(now)?).ok()?;
        let is_tomorrow = at.date() != now.date();
        is_tomorrow.then(|| {
            format!(
                "--deadline: that time is past today, so it is {}",
                at.strftime("%Y-%m-%d %H:%M")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rates() {
        assert_eq!(
            "5/s".parse(),
            Ok(Rate::Of(NonZeroU32::new(5).unwrap(), Duration::from_secs(1)))
        );
        assert_eq!("off".parse(), Ok(Rate::Off));
        for bad in ["5", "0/s", "5/d", "/s", "-1/s", "1.5/s"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rate_replaces_the_shortest_window() {
        let five = NonZeroU32::new(5).unwrap();
        let windows = vec![Window::per_hour(five), Window::per_minute(five)];
        let applied = Rate::applied(Some("9/s".parse().unwrap()), windows);
        let limits: Vec<(u32, u64)> = applied
            .iter()
            .map(|window| (window.limit().get(), window.per().as_secs()))
            .collect();
        assert_eq!(limits, [(9, 1), (5, 3600)]);
    }

    #[test]
    fn reads_durations_and_times() {
        assert_eq!("90s".parse(), Ok(Deadline::After(Duration::from_secs(90))));
        assert_eq!("1h30m".parse(), Ok(Deadline::After(Duration::from_secs(5400))));
        for bad in ["", "90", "25:00", "12:60", "-5m", "soon"] {
            assert!(bad.parse::<Deadline>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_that_is_past_is_tomorrows() {
        let now: Zoned = "2026-11-22T18:00:00+00:00[+00:00]".parse().unwrap();
        let after = |text: &str| text.parse::<Deadline>().unwrap().counted_from(&now).unwrap().as_secs();
        assert_eq!(after("18:30"), 30 * 60);
        assert_eq!(after("17:00"), 23 * 3600);
    }

    #[test]
    fn a_time_that_is_tomorrows_is_said_with_its_date() {
        let now: Zoned = "2026-11-22T18:00:00+00:00[+00:00]".parse().unwrap();
        let said = |text: &str| text.parse::<Deadline>().unwrap().warning(&now);
        let tomorrow = "--deadline: that time is past today, so it is 2026-11-23 17:00";
        assert_eq!(said("17:00").as_deref(), Some(tomorrow));
        assert_eq!((said("18:30"), said("30h")), (None, None));
    }
}
