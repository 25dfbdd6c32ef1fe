//! One campaign: its customers and its phone numbers.

use std::collections::BTreeMap;

use super::wire::Entry;
use crate::config::{CampaignConfig, KeySet, MOST_PHONE_RECORDS, PhonesConfig, StatusRule};
use crate::space::{Numbers, Poison, Removal, Space, Texts};
use crate::turn::Turn;

/// One campaign, and what truly happened in it.
#[derive(Debug, Clone)]
pub struct CampaignTruth {
    /// Its customers.
    pub customers: Numbers,
    /// Its phone numbers. A number counts as removed when its last record is.
    pub phones: Texts,
    phone_config: PhonesConfig,
    /// Records removed of numbers that have several.
    records_removed: BTreeMap<String, u32>,
    is_sample: bool,
    pub(super) statuses: Vec<StatusRule>,
}

/// The customer of the documents' sample that is there, with its record id.
const SAMPLE: (u64, u64) = (441, 5235);

/// The customer of the documents' sample that is not there.
const SAMPLE_ABSENT: u64 = 442;

impl CampaignTruth {
    pub(super) fn new(config: &CampaignConfig) -> Self {
        let mut numbers = config.phones.numbers.clone();
        // An additional number finds nothing by itself.
        numbers.absent.extend(config.phones.additional.keys().cloned());
        Self {
            customers: Space::new(config.customers.clone()),
            phones: Space::new(numbers),
            phone_config: config.phones.clone(),
            records_removed: BTreeMap::new(),
            is_sample: false,
            statuses: config.statuses.clone(),
        }
    }

    /// The campaign of the documents' sample.
    pub(super) fn sample(id: &str) -> Self {
        let mut config = CampaignConfig::new(id);
        config.customers.absent = [SAMPLE_ABSENT].into();
        config.phones.numbers.absent = [SAMPLE_ABSENT.to_string()].into_iter().collect();
        Self {
            is_sample: true,
            ..Self::new(&config)
        }
    }

    /// The id of a customer's record in the campaign, as an answer that removes it gives it.
    #[must_use]
    pub const fn record_id(&self, customer: u64) -> u64 {
        if self.is_sample && customer == SAMPLE.0 {
            SAMPLE.1
        } else {
            customer.wrapping_add(83_310)
        }
    }

    /// How many records of a phone number were removed.
    #[must_use]
    pub fn phone_records_removed(&self, phone: &str) -> u32 {
        if self.phones.is_removed(&phone.to_owned()) {
            self.records_of(phone)
        } else {
            self.records_removed.get(phone).copied().unwrap_or(0)
        }
    }

    /// The customers that a list shows of a campaign that knows every id.
    pub(super) const fn sample_customers(&self) -> [u64; 4] {
        if self.is_sample {
            [SAMPLE.0, SAMPLE.0 + 2, SAMPLE.0 + 3, SAMPLE.0 + 4]
        } else {
            [7001, 7002, 7003, 7004]
        }
    }

    /// Phone numbers and record ids, record by record.
    pub(super) fn phone_rows(&self) -> Vec<(String, u64)> {
        let mut rows = Vec::new();
        for phone in self.phones.listed(&["600700801".to_owned(), "600700802".to_owned()]) {
            let gone = self.records_removed.get(&phone).copied().unwrap_or(0);
            let records = (gone + 1)..=self.records_of(&phone);
            rows.extend(records.map(|at| (phone.clone(), phone_record_id(&phone, at))));
        }
        rows
    }

    fn records_of(&self, phone: &str) -> u32 {
        let records = self.phone_config.records.get(phone).copied().unwrap_or(1);
        records.clamp(1, MOST_PHONE_RECORDS)
    }

    /// The number whose record a submitted number finds.
    pub(super) fn owner(&self, phone: &str, additional: bool) -> String {
        match self.phone_config.additional.get(phone) {
            Some(owner) if additional => owner.clone(),
            _ => phone.to_owned(),
        }
    }

    pub(super) fn remove_customer(&mut self, id: u64, turn: &mut Turn) -> Entry {
        turn.acted = true;
        if self.customers.poison(&id) == Some(Poison::Named) {
            self.customers.look_at(&id);
            return Entry::failed();
        }
        match self.customers.remove(&id, turn.request, turn.age) {
            Removal::Removed => Entry::removed(self.record_id(id)),
            Removal::Absent => Entry::not_exist(),
            Removal::Busy => Entry::busy(),
        }
    }

    pub(super) fn remove_phone(&mut self, submitted: &str, additional: bool, turn: &mut Turn) -> Vec<Entry> {
        turn.acted = true;
        let phone = self.owner(submitted, additional);
        if self.phones.poison(&phone) == Some(Poison::Named) {
            self.phones.look_at(&phone);
            return vec![Entry::failed()];
        }
        let gone = self.records_removed.get(&phone).copied().unwrap_or(0);
        let all = self.records_of(&phone);
        let removal = self.phones.remove(&phone, turn.request, turn.age);
        if removal == Removal::Absent {
            return vec![Entry::not_exist()];
        }
        // All records but the last one are free; the last one is the busy one.
        let mut entries: Vec<Entry> = (gone + 1..all)
            .map(|at| Entry::removed(phone_record_id(&phone, at)))
            .collect();
        if removal == Removal::Busy {
            self.records_removed.insert(phone, all - 1);
            entries.push(Entry::busy());
        } else {
            entries.push(Entry::removed(phone_record_id(&phone, all)));
        }
        entries
    }
}

/// A stable number made from the phone and the record's place.
fn phone_record_id(phone: &str, at: u32) -> u64 {
    let digits = phone.bytes().filter(u8::is_ascii_digit);
    digits.fold(u64::from(at), |id, digit| (id * 31 + u64::from(digit)) % 1_000_000_007)
}

/// True when any of the records makes the provider refuse the whole batch without a name.
pub(super) fn spoils<'a, S: KeySet>(space: &Space<S>, keys: impl IntoIterator<Item = &'a S::Key>) -> bool
where
    S::Key: 'a,
{
    keys.into_iter().any(|key| space.poison(key) == Some(Poison::Nameless))
}
