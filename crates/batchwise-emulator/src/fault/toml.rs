//! Fault rules as a state file writes them.

use std::time::Duration;

use serde::Deserialize;

use super::rule::Turn;
use super::{Fault, FaultRule};
use crate::method::{Method, Provider};

/// One `[[fault]]` table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    result: String,
    #[serde(default)]
    on: Option<OneOrMany>,
    nth: Option<u64>,
    every: Option<u64>,
    from: Option<u64>,
    to: Option<u64>,
    probability: Option<f64>,
    seed: Option<u64>,
    record: Option<Key>,
    times: Option<u64>,
    status: Option<u16>,
    acts: Option<bool>,
    retry_after: Option<u64>,
    millis: Option<u64>,
    records: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Key {
    Number(u64),
    Text(String),
}

impl TryFrom<RawRule> for FaultRule {
    type Error = String;

    fn try_from(mut raw: RawRule) -> Result<Self, String> {
        let fault = raw.fault()?;
        raw.nothing_left(&fault)?;
        let mut rule = Self::new(fault);
        rule.methods = raw.methods()?;
        rule.turn = raw.turn()?;
        rule.chance = match (raw.probability, raw.seed) {
            (Some(probability), seed) if (0.0..=1.0).contains(&probability) => Some((probability, seed.unwrap_or(0))),
            (Some(probability), _) => {
                return Err(format!(
                    "`probability = {probability}`: expected a number from 0.0 to 1.0"
                ));
            }
            (None, Some(_)) => return Err("`seed` without `probability`: expected both".to_owned()),
            (None, None) => None,
        };
        rule.record = raw.record.map(|key| match key {
            Key::Number(number) => number.to_string(),
            Key::Text(text) => text,
        });
        rule.times = raw.times;
        Ok(rule)
    }
}

impl RawRule {
    /// Takes the result and its parameters out.
    fn fault(&mut self) -> Result<Fault, String> {
        Ok(match self.result.as_str() {
            "refuse" => Fault::Refuse,
            "reset_before" => Fault::ResetBefore,
            "reset_after" => Fault::ResetAfter,
            "close_after" => Fault::CloseAfter,
            "hang_before" => Fault::HangBefore,
            "hang_after" => Fault::HangAfter,
            "truncate" => Fault::Truncate,
            "garbage" => Fault::Garbage,
            "html" => Fault::Html {
                status: self.take_status(200)?,
                acts: self.acts.take().unwrap_or(false),
            },
            "status" => Fault::Status {
                status: self.take_status(500)?,
                acts: self.acts.take().unwrap_or(false),
            },
            "too_many_requests" => Fault::TooManyRequests {
                retry_after: self.retry_after.take(),
            },
            "slow" => Fault::Slow(Duration::from_millis(self.millis.take().unwrap_or(1000))),
            "drop_from_answer" => Fault::DropFromAnswer(self.records.take().unwrap_or(1)),
            "duplicate" => Fault::Duplicate,
            "extra" => Fault::Extra,
            "contradict" => Fault::Contradict,
            "wrong_length" => Fault::WrongLength,
            "session_expired" => Fault::SessionExpired,
            other => return Err(format!("`result = {other:?}`: expected one of {}", Fault::NAMES)),
        })
    }

    fn take_status(&mut self, default: u16) -> Result<u16, String> {
        let status = self.status.take().unwrap_or(default);
        if (200..=599).contains(&status) {
            Ok(status)
        } else {
            Err(format!("`status = {status}`: expected a number from 200 to 599"))
        }
    }

    /// A parameter that the result does not have would be a silent mistake.
    fn nothing_left(&self, fault: &Fault) -> Result<(), String> {
        let left = [
            ("status", self.status.is_some(), "html, status"),
            ("acts", self.acts.is_some(), "html, status"),
            ("retry_after", self.retry_after.is_some(), "too_many_requests"),
            ("millis", self.millis.is_some(), "slow"),
            ("records", self.records.is_some(), "drop_from_answer"),
        ];
        match left.iter().find(|(_, is_left, _)| *is_left) {
            Some((key, _, of)) => Err(format!(
                "`{key}` has no meaning for `result = {:?}`: expected it only with {of}",
                fault.name()
            )),
            None => Ok(()),
        }
    }

    fn methods(&self) -> Result<Vec<Method>, String> {
        let names = match &self.on {
            None => Vec::new(),
            Some(OneOrMany::One(name)) => vec![name],
            Some(OneOrMany::Many(names)) => names.iter().collect(),
        };
        let mut methods = Vec::new();
        for name in names {
            let before = methods.len();
            methods.extend(
                Method::ALL
                    .into_iter()
                    .filter(|method| method.name() == name || method.provider().name() == name),
            );
            if methods.len() == before {
                let known: Vec<&str> = [Provider::Calltouch, Provider::Dellin, Provider::Thulium]
                    .map(Provider::name)
                    .into_iter()
                    .chain(Method::ALL.map(Method::name))
                    .collect();
                return Err(format!("`on = {name:?}`: expected one of {}", known.join(", ")));
            }
        }
        Ok(methods)
    }

    fn turn(&self) -> Result<Turn, String> {
        match (self.nth, self.every, self.from, self.to) {
            (None, None, None, None) => Ok(Turn::Any),
            (Some(0), ..) | (_, Some(0), ..) => Err("`nth` and `every` count from 1".to_owned()),
            (Some(number), None, None, None) => Ok(Turn::Between(number, number)),
            (None, Some(step), None, None) => Ok(Turn::Every(step)),
            (None, None, from, to) => Ok(Turn::Between(from.unwrap_or(1), to.unwrap_or(u64::MAX))),
            _ => Err("expected only one of `nth`, `every` and `from`/`to`".to_owned()),
        }
    }
}
