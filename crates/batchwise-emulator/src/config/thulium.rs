//! Thulium: credentials, limits and campaigns.

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::id_set::{NumberSet, TextSet};
use super::space_config::SpaceConfig;

/// Credentials and limits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThuliumConfig {
    /// The API users accepted; none given means any with a name and a password.
    pub users: Vec<User>,
    /// Most bytes of a request line; a longer one is answered 414 with an HTML page. Default: 8190.
    pub max_request_line: usize,
    /// Most query parameters that are seen; those after them are silently ignored, as PHP does. Default: 1000.
    pub max_input_vars: usize,
    /// True when an answer with several statuses comes with 207 instead of 200 (the documents conflict). Default: false.
    pub multi_status: bool,
    /// True when campaigns that are not given exist too, with every id.
    pub other_campaigns: bool,
}

impl Default for ThuliumConfig {
    fn default() -> Self {
        Self {
            users: Vec::new(),
            max_request_line: 8190,
            max_input_vars: 1000,
            multi_status: false,
            other_campaigns: false,
        }
    }
}

/// An API user.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("user", &self.user).finish_non_exhaustive()
    }
}

/// One campaign.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignConfig {
    /// The five-character id.
    pub id: String,
    /// Its customers, for removal by customer.
    #[serde(default)]
    pub customers: SpaceConfig<NumberSet>,
    /// Its phone numbers, for removal by phone.
    #[serde(default)]
    pub phones: PhonesConfig,
    /// Where its customers stand, for lists; the first rule that holds. Others are `TO_CALL`.
    #[serde(default)]
    pub statuses: Vec<StatusRule>,
}

/// Where customers stand in a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRule {
    /// The provider's word: `NO_CALL`.
    pub status: String,
    /// The customers.
    pub ids: NumberSet,
}

impl CampaignConfig {
    /// A campaign with every customer and every phone number.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            customers: SpaceConfig::default(),
            phones: PhonesConfig::default(),
            statuses: Vec::new(),
        }
    }

    /// The same with these customers.
    #[must_use]
    pub fn customers(mut self, customers: SpaceConfig<NumberSet>) -> Self {
        self.customers = customers;
        self
    }

    /// The same with these customers in this status. Can be called several times.
    #[must_use]
    pub fn status(mut self, status: impl Into<String>, ids: impl Into<NumberSet>) -> Self {
        self.statuses.push(StatusRule {
            status: status.into(),
            ids: ids.into(),
        });
        self
    }

    /// The same with these phone numbers.
    #[must_use]
    pub fn phones(mut self, phones: PhonesConfig) -> Self {
        self.phones = phones;
        self
    }
}

/// Most records of one phone number: an answer lists each of them.
pub const MOST_PHONE_RECORDS: u32 = 1000;

/// The phone numbers of a campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhonesConfig {
    /// Which numbers there are, and how they behave.
    pub numbers: SpaceConfig<TextSet>,
    /// How many records a number has, 1 to [`MOST_PHONE_RECORDS`]; one where it is not given. The last one is the busy one
    /// of a busy number.
    #[serde(deserialize_with = "records")]
    pub records: BTreeMap<String, u32>,
    /// Additional numbers, each with the number of its record.
    pub additional: BTreeMap<String, String>,
}

fn records<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, u32>, D::Error> {
    let records = BTreeMap::<String, u32>::deserialize(deserializer)?;
    match records
        .iter()
        .find(|(_, count)| !(1..=MOST_PHONE_RECORDS).contains(*count))
    {
        Some((number, count)) => Err(D::Error::custom(format!(
            "`{number}` has {count} records: expected 1 to {MOST_PHONE_RECORDS}"
        ))),
        None => Ok(records),
    }
}

impl From<SpaceConfig<TextSet>> for PhonesConfig {
    fn from(numbers: SpaceConfig<TextSet>) -> Self {
        Self {
            numbers,
            ..Self::default()
        }
    }
}
