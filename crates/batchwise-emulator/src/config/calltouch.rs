//! Calltouch: credentials, leads, and choices that the documents leave open.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::id_set::{NumberSet, TextSet};
use crate::calltouch::leads::LeadKey;

/// Credentials, and choices that the documents leave open.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CalltouchConfig {
    /// The credentials accepted; none given means any non-empty ones.
    pub tokens: Vec<Token>,
    /// The status of refused credentials. Default: 403 (not documented).
    pub unauthorized_status: u16,
    /// The status of the envelope that carries results for each id although one id is unknown. Default: 400 (not documented).
    pub partial_status: u16,
    /// True when the valid ids of a request that names an invalid element are deleted all the same (not documented).
    /// Default: false.
    pub refusal_deletes_others: bool,
    /// True when an import that is refused by name is told of in its own result, and the others of its request are deleted
    /// (not documented). Default: false.
    pub refusal_is_a_result: bool,
}

impl Default for CalltouchConfig {
    fn default() -> Self {
        Self {
            tokens: Vec::new(),
            unauthorized_status: 403,
            partial_status: 400,
            refusal_deletes_others: false,
            refusal_is_a_result: false,
        }
    }
}

/// An API key and the project that it is for.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// `Access-Token`.
    pub token: String,
    /// `SiteId`.
    pub site_id: String,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("site_id", &self.site_id)
            .finish_non_exhaustive()
    }
}

/// Which leads there are, and how they behave. By default any id or contact finds a lead, which remembers its fields.
///
/// With any of `requests`, `calls` or `lead` given, only those are found. Keys are written
/// `request:900100`, `call:700200`, `phone:+7 915 777-11-22`, `email:ann@example.com`, `md5:4fec…`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeadsConfig {
    /// The requests that exist, by id.
    pub requests: Option<NumberSet>,
    /// The calls that exist, by id.
    pub calls: Option<NumberSet>,
    /// Leads with several ids or contacts, or with fields that have values at the start.
    pub lead: Vec<Lead>,
    /// Keys that find no lead.
    pub unmatched: BTreeSet<LeadKey>,
    /// Keys for which the request is refused, naming the lead.
    pub poison: BTreeSet<LeadKey>,
    /// Keys for which the request is refused without naming the lead.
    pub poison_nameless: BTreeSet<LeadKey>,
    /// The names of the custom fields that exist; absent: all.
    pub fields: Option<TextSet>,
}

impl LeadsConfig {
    /// True when only the given leads exist.
    pub(crate) const fn is_narrowed(&self) -> bool {
        self.requests.is_some() || self.calls.is_some() || !self.lead.is_empty()
    }
}

/// One lead.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lead {
    /// Everything that finds it, in the text form of keys; the first one names it.
    pub keys: Vec<LeadKey>,
    /// The fields that have a value at the start.
    pub fields: BTreeMap<String, serde_json::Value>,
}
