//! How long a session lives.

use std::fmt;
use std::time::Duration;

use batchwise_core::transport::Answer;
use batchwise_core::{CallError, CallErrorKind};
use serde_json::Value;

use crate::envelope::Envelope;

/// What the service says of a session.
///
/// Its times are the server's local ones without a zone, so only their difference within one answer means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    expires: Option<ServerTime>,
    generated: Option<ServerTime>,
    expired: bool,
}

impl SessionInfo {
    /// When the session ends; `None` once it is over.
    #[must_use]
    pub fn expires(&self) -> Option<&ServerTime> {
        self.expires.as_ref()
    }

    /// When the answer was made.
    #[must_use]
    pub fn generated(&self) -> Option<&ServerTime> {
        self.generated.as_ref()
    }

    /// True when the session is over.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.expired
    }

    /// How long the session lives on; zero when it is over, `None` when the times cannot be read.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        if self.expired {
            return Some(Duration::ZERO);
        }
        let end = self.expires.as_ref()?.seconds()?;
        let now = self.generated.as_ref()?.seconds()?;
        Some(Duration::from_secs(u64::try_from(end.saturating_sub(now)).unwrap_or(0)))
    }

    /// Reads an answer. A dead session is data, not an error.
    pub(crate) fn decode(answer: &Answer) -> Result<Self, CallError> {
        let Some(envelope) = Envelope::read(answer) else {
            return Err(CallError::of_status(answer));
        };
        if let Some(kind) = envelope.failure(answer) {
            return Err(envelope.error(kind, answer));
        }
        let Some(session @ Value::Object(_)) = envelope.data().and_then(|data| data.get("session")) else {
            return Err(envelope.error(CallErrorKind::Unreadable, answer));
        };
        let time = |text: &str| Some(ServerTime::read(text)).filter(|time| !time.text.is_empty());
        let expires = session.get("expireTime").and_then(Value::as_str).and_then(time);
        let expired = match session.get("expired") {
            Some(Value::Bool(expired)) => *expired,
            Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("true") => true,
            Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("false") => false,
            // The end is null once the session is over.
            _ => expires.is_none(),
        };
        Ok(Self {
            expires,
            generated: envelope.metadata("generated_at").and_then(time),
            expired,
        })
    }
}

/// A time of the server's own clock, without a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerTime {
    text: String,
    seconds: Option<i64>,
}

impl ServerTime {
    /// Reads `YYYY-MM-DD`, `YYYY-MM-DD HH:MM` or `YYYY-MM-DD HH:MM:SS`; what is none of them is kept as text alone.
    pub(crate) fn read(text: &str) -> Self {
        let text = text.trim().to_owned();
        let seconds = seconds(&text);
        Self { text, seconds }
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The day, `YYYY-MM-DD`, whatever follows it; `None` when the text does not begin with one. Days compare as texts.
    #[must_use]
    pub fn day(&self) -> Option<&str> {
        let day = self.text.get(..10)?;
        let dashes = day
            .bytes()
            .enumerate()
            .all(|(at, byte)| (byte == b'-') == matches!(at, 4 | 7));
        (dashes && seconds(day).is_some()).then_some(day)
    }

    /// Seconds since 1970-01-01 00:00:00 of the server's own time; `None` when the text has another format.
    #[must_use]
    pub fn seconds(&self) -> Option<i64> {
        self.seconds
    }
}

impl fmt::Display for ServerTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let &[year, month, day] = parts(date, '-')?.as_slice() else {
        return None;
    };
    let (hour, minute, second) = match *parts(time.trim(), ':')?.as_slice() {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let valid = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    valid.then(|| days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Plain numbers of at most four digits.
fn parts(text: &str, separator: char) -> Option<Vec<i64>> {
    text.split(separator)
        .map(|part| {
            let digits = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse().ok()).flatten()
        })
        .collect()
}

/// Days since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap day is their last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let before_year = 365 * year + year / 4 - year / 100 + year / 400;
    let before_month = (153 * month + 2) / 5;
    before_year + before_month + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    fn info(session: &str) -> SessionInfo {
        let body = format!(
            r#"{{"metadata":{{"status":200,"generated_at":"2024-06-03 14:05:00"}},"data":{{"session":{session}}}}}"#
        );
        SessionInfo::decode(&Answer::of(StatusCode::OK, body)).unwrap()
    }

    /// Entry 30 of the fixture list.
    #[test]
    fn the_end_is_read_with_and_without_seconds_and_as_a_date_alone() {
        for (text, remaining) in [
            ("2024-06-03 14:05:30", 30),
            ("2024-06-03 14:06", 60),
            ("2024-06-04", 9 * 3600 + 55 * 60),
            ("2024-07-03 14:05:00", 30 * 86_400),
            ("2024-06-03 14:00:00", 0),
        ] {
            let info = info(&format!(r#"{{"expireTime":"{text}","expired":false}}"#));
            assert_eq!(info.remaining(), Some(Duration::from_secs(remaining)), "{text}");
            assert_eq!(info.expires().unwrap().as_str(), text);
            assert!(!info.is_expired());
        }
    }

    /// Entry 30: null.
    #[test]
    fn a_dead_session_is_data_and_lives_no_longer() {
        for session in [
            r#"{"expireTime":null,"expired":true}"#,
            r#"{"expireTime":null,"expired":"true"}"#,
            r#"{"expireTime":null}"#,
        ] {
            let info = info(session);
            assert!(info.is_expired() && info.expires().is_none(), "{session}");
            assert_eq!(info.remaining(), Some(Duration::ZERO));
        }
    }

    #[test]
    fn the_time_is_the_servers_own() {
        let info = info(r#"{"expireTime":"2024-06-03 14:05:30","expired":false}"#);
        assert_eq!(info.generated().unwrap().as_str(), "2024-06-03 14:05:00");
    }

    #[test]
    fn an_answer_that_tells_of_a_failure_is_one_whatever_it_says_of_a_session() {
        for (body, kind) in [
            ("<html></html>", CallErrorKind::Unreadable),
            (
                r#"{"metadata":{"status":401},"data":{"session":{"expired":false}}}"#,
                CallErrorKind::Credentials,
            ),
        ] {
            let error = SessionInfo::decode(&Answer::of(StatusCode::OK, body)).unwrap_err();
            assert_eq!(error.kind(), kind, "{body}");
        }
    }

    #[test]
    fn a_time_without_a_day_or_without_minutes_is_none() {
        for text in ["2024-06", "2024", "2024-06-03 14", "2024-06-03 14:05:00:00"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_of_another_format_is_kept_as_text() {
        let info = info(r#"{"expireTime":"in a month","expired":"false"}"#);
        assert_eq!(info.expires().unwrap().to_string(), "in a month");
        assert_eq!((info.is_expired(), info.remaining()), (false, None));
    }

    #[test]
    fn an_answer_without_a_session_is_unreadable() {
        let answer = Answer::of(StatusCode::OK, r#"{"metadata":{"status":200},"data":{}}"#);
        assert_eq!(
            SessionInfo::decode(&answer).unwrap_err().kind(),
            CallErrorKind::Unreadable
        );
    }

    #[test]
    fn the_day_is_read_whatever_stands_behind_it() {
        for text in ["2017-05-18", "2017-05-18 17:23:58", "2017-05-18T17:23:58.000+03:00"] {
            assert_eq!(ServerTime::read(text).day(), Some("2017-05-18"), "{text}");
        }
        for text in [
            "",
            "18.05.2017",
            "2017-5-18",
            "2017-13-01 00:00",
            "201-05-018",
            "yesterday, or so",
        ] {
            assert_eq!(ServerTime::read(text).day(), None, "{text}");
        }
    }

    #[test]
    fn days_follow_the_calendar() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(days(2000, 3, 1), 11_017);
        assert_eq!(days(2024, 6, 3), 19_877);
        assert_eq!(seconds("2024-13-01"), None);
        assert_eq!(seconds("2024-06-03 24:00"), None);
    }
}
