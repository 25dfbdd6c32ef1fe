//! Faults on purpose: rules of condition and result.

mod engine;
#[expect(clippy::module_inception, reason = "a file is named after the type it holds")]
mod fault;
mod rule;
mod toml;

pub(crate) use engine::FaultEngine;
pub use fault::Fault;
pub(crate) use fault::Twist;
pub use rule::FaultRule;

use serde::{Deserialize, Deserializer, de::Error};

impl<'de> Deserialize<'de> for FaultRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = toml::RawRule::deserialize(deserializer)?;
        Self::try_from(raw).map_err(D::Error::custom)
    }
}
