//! "N per time" as a state file writes it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

/// At most `limit` requests in any sliding window of `per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Rate {
    /// Most requests in the window.
    pub limit: u32,
    /// The window.
    pub per: Duration,
}

impl Rate {
    /// At most `limit` requests in any `per`.
    #[must_use]
    pub const fn new(limit: u32, per: Duration) -> Self {
        Self { limit, per }
    }

    /// At most `limit` requests in any second.
    #[must_use]
    pub const fn per_second(limit: u32) -> Self {
        Self::new(limit, Duration::from_secs(1))
    }

    /// At most `limit` requests in any minute.
    #[must_use]
    pub const fn per_minute(limit: u32) -> Self {
        Self::new(limit, Duration::from_secs(60))
    }

    /// At most `limit` requests in any hour.
    #[must_use]
    pub const fn per_hour(limit: u32) -> Self {
        Self::new(limit, Duration::from_secs(3600))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {:?}", self.limit, self.per)
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("rate {text:?}: expected a number and a unit, such as \"5/s\", \"45/min\" or \"1600/h\"");
        let (limit, unit) = text.split_once('/').ok_or_else(expected)?;
        let limit = limit.trim().parse().map_err(|_| expected())?;
        match unit.trim() {
            "s" | "sec" => Ok(Self::per_second(limit)),
            "m" | "min" => Ok(Self::per_minute(limit)),
            "h" | "hour" => Ok(Self::per_hour(limit)),
            "d" | "day" => Ok(Self::new(limit, Duration::from_secs(86_400))),
            _ => Err(expected()),
        }
    }
}

impl TryFrom<String> for Rate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
