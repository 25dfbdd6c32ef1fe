//! A fault rule: condition and result.

use std::fmt;

use super::Fault;
use crate::method::{Method, Provider};

/// When what goes wrong: all conditions must hold. Without any, a rule fires at every request.
///
/// The requests of a rule are those of its methods that carry its record; `nth`, `every` and `between` count them from 1.
///
/// ```
/// use batchwise_emulator::{Fault, FaultRule, Method};
///
/// let rule = FaultRule::new(Fault::ResetAfter).on(Method::CalltouchImport).nth(3);
/// assert_eq!(rule.to_string(), "reset_after at request 3 of calltouch-import");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    pub(crate) fault: Fault,
    pub(crate) methods: Vec<Method>,
    pub(crate) turn: Turn,
    pub(crate) chance: Option<(f64, u64)>,
    pub(crate) record: Option<String>,
    pub(crate) times: Option<u64>,
}

/// Which of a rule's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Any,
    Every(u64),
    Between(u64, u64),
}

impl Turn {
    pub(crate) const fn is(self, count: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Every(step) => step > 0 && count.is_multiple_of(step),
            Self::Between(from, to) => from <= count && count <= to,
        }
    }
}

impl FaultRule {
    /// A rule that fires at every request.
    #[must_use]
    pub const fn new(fault: Fault) -> Self {
        Self {
            fault,
            methods: Vec::new(),
            turn: Turn::Any,
            chance: None,
            record: None,
            times: None,
        }
    }

    /// The same for one method alone; called again, for that one too.
    #[must_use]
    pub fn on(mut self, method: Method) -> Self {
        self.methods.push(method);
        self
    }

    /// The same for all methods of a provider.
    #[must_use]
    pub fn on_provider(mut self, provider: Provider) -> Self {
        self.methods
            .extend(Method::ALL.into_iter().filter(|method| method.provider() == provider));
        self
    }

    /// The same at the nth request alone, from 1.
    #[must_use]
    pub const fn nth(self, number: u64) -> Self {
        self.between(number, number)
    }

    /// The same at every so-manieth request.
    #[must_use]
    pub const fn every(mut self, step: u64) -> Self {
        self.turn = Turn::Every(step);
        self
    }

    /// The same from the one request to the other, both included.
    #[must_use]
    pub const fn between(mut self, from: u64, to: u64) -> Self {
        self.turn = Turn::Between(from, to);
        self
    }

    /// The same with a probability in `0.0..=1.0`; the same seed gives the same run.
    #[must_use]
    pub const fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.chance = Some((probability, seed));
        self
    }

    /// The same for requests that carry this record: `51001`, `counteragent:70011`, `7001`, `request:900100`.
    #[must_use]
    pub fn record(mut self, key: impl Into<String>) -> Self {
        self.record = Some(key.into());
        self
    }

    /// The same at most so many times.
    #[must_use]
    pub const fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at ", self.fault)?;
        match self.turn {
            Turn::Any => f.write_str("any request")?,
            Turn::Every(step) => write!(f, "every {step}. request")?,
            Turn::Between(from, to) if from == to => write!(f, "request {from}")?,
            Turn::Between(from, to) => write!(f, "requests {from} to {to}")?,
        }
        for (at, method) in self.methods.iter().enumerate() {
            write!(f, "{}{method}", if at == 0 { " of " } else { ", " })?;
        }
        if let Some(record) = &self.record {
            write!(f, " that carries {record}")?;
        }
        if let Some((probability, seed)) = self.chance {
            write!(f, " with probability {probability} (seed {seed})")?;
        }
        if let Some(times) = self.times {
            write!(f, ", at most {times} times")?;
        }
        Ok(())
    }
}
