//! The leads, and what truly happened to each.

use std::collections::BTreeMap;

use serde_json::Value;

use super::key::LeadKey;
use super::request::SentLead;
use crate::config::{KeySet, LeadsConfig};

/// The leads, and what truly happened to each.
///
/// Every lead has one name, the key that it is first known by; other keys of it lead there.
#[derive(Debug, Clone)]
pub struct LeadsTruth {
    config: LeadsConfig,
    names: BTreeMap<LeadKey, LeadKey>,
    leads: BTreeMap<LeadKey, LeadTruth>,
}

/// What happened to one lead.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct LeadTruth {
    /// Its fields that have a value.
    pub fields: BTreeMap<String, Value>,
    /// How many values were written, overwriting included; the same value again counts too.
    pub writes: u32,
    /// The requests that wrote to it, each once.
    pub written_by: Vec<u64>,
    /// Rows of requests that found it, whether they wrote or not.
    pub found: u32,
}

/// What an attempt to write came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Yes,
    /// All values were there, and none was to be overwritten.
    No,
    UnknownField,
}

impl LeadsTruth {
    pub(super) fn new(config: &LeadsConfig) -> Self {
        let mut truth = Self {
            config: config.clone(),
            names: BTreeMap::new(),
            leads: BTreeMap::new(),
        };
        for lead in &config.lead {
            let Some(name) = lead.keys.first() else {
                continue;
            };
            for key in &lead.keys {
                truth.names.insert(key.clone(), name.clone());
            }
            let fields = lead.fields.clone();
            let lead = LeadTruth {
                fields,
                ..LeadTruth::default()
            };
            truth.leads.insert(name.clone(), lead);
        }
        truth
    }

    /// The lead that a key finds, by its name; `None` when it finds none.
    #[must_use]
    pub fn find(&self, key: &LeadKey) -> Option<LeadKey> {
        if self.config.unmatched.contains(key) {
            return None;
        }
        if let Some(name) = self.names.get(key) {
            return Some(name.clone());
        }
        let listed = |set: &Option<crate::config::NumberSet>| {
            let number = key.number();
            set.as_ref()
                .is_some_and(|set| number.is_some_and(|number| set.contains(&number)))
        };
        let exists = if !self.config.is_narrowed() {
            true
        } else if key.is_call() {
            listed(&self.config.calls)
        } else {
            key.as_str().starts_with("request:") && listed(&self.config.requests)
        };
        exists.then(|| key.clone())
    }

    /// What happened to the lead that a key finds; `None` when there is none or no request found it.
    #[must_use]
    pub fn lead(&self, key: &LeadKey) -> Option<&LeadTruth> {
        self.leads.get(&self.find(key)?)
    }

    /// The value of a field of the lead that a key finds.
    #[must_use]
    pub fn value(&self, key: &LeadKey, field: &str) -> Option<&Value> {
        self.lead(key)?.fields.get(field)
    }

    /// The leads that were configured or found, by name.
    pub fn leads(&self) -> impl Iterator<Item = (&LeadKey, &LeadTruth)> {
        self.leads.iter()
    }

    /// How many leads at least one value was written to.
    #[must_use]
    pub fn written_count(&self) -> usize {
        self.leads.values().filter(|lead| lead.writes > 0).count()
    }

    pub(super) fn knows_field(&self, name: &String) -> bool {
        self.config.fields.as_ref().is_none_or(|fields| fields.contains(name))
    }

    pub(super) fn write(&mut self, name: &LeadKey, sent: &SentLead, request: u64) -> Written {
        let unknown = sent.fields.iter().any(|(field, _)| !self.knows_field(field));
        let lead = self.leads.entry(name.clone()).or_default();
        lead.found = lead.found.saturating_add(1);
        if unknown {
            return Written::UnknownField;
        }
        let mut written = Written::No;
        for (field, value) in &sent.fields {
            if sent.overwrite || !lead.fields.contains_key(field) {
                lead.fields.insert(field.clone(), value.clone());
                lead.writes = lead.writes.saturating_add(1);
                written = Written::Yes;
            }
        }
        if written == Written::Yes && lead.written_by.last() != Some(&request) {
            lead.written_by.push(request);
        }
        written
    }
}
