//! One space of records: which exist, and what was done to each.

use std::collections::{BTreeMap, BTreeSet};

use batchwise_core::clock::Tick;

use crate::config::{Busy, BusyRule, KeySet, NumberSet, SpaceConfig, TextSet};

/// The records of one kind: what existed at the start and what truly happened since, record by record.
///
/// A clone is a snapshot. Only records that a request carried take memory.
#[derive(Debug, Clone)]
pub struct Space<S: KeySet> {
    config: SpaceConfig<S>,
    accounts: BTreeMap<S::Key, Account>,
    busy_answers: BTreeMap<S::Key, u32>,
    removed: u64,
}

/// Records known by number.
pub type Numbers = Space<NumberSet>;

/// Records known by text.
pub type Texts = Space<TextSet>;

/// What happened to one record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Account {
    /// Requests that arrived and carried it, whatever became of them.
    pub received: u32,
    /// Requests in which the server looked at it: removed it, found it missing, or found it busy.
    pub acted: u32,
    /// The request that removed it; zero while it is not removed.
    removed_by: u64,
}

impl Account {
    /// The number of the request that removed it.
    #[must_use]
    pub const fn removed_by(&self) -> Option<u64> {
        if self.removed_by == 0 {
            None
        } else {
            Some(self.removed_by)
        }
    }
}

/// How a record spoils a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Poison {
    Named,
    Nameless,
}

/// What a removal came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    Removed,
    Absent,
    Busy,
}

impl<S: KeySet> Space<S> {
    pub(crate) fn new(config: SpaceConfig<S>) -> Self {
        Self {
            config,
            accounts: BTreeMap::new(),
            busy_answers: BTreeMap::new(),
            removed: 0,
        }
    }

    /// True when the record existed when the emulator started.
    #[must_use]
    pub fn existed(&self, key: &S::Key) -> bool {
        self.config.ids.as_ref().is_none_or(|ids| ids.contains(key)) && !self.config.absent.contains(key)
    }

    /// True when the server removed the record.
    #[must_use]
    pub fn is_removed(&self, key: &S::Key) -> bool {
        self.account(key).removed_by().is_some()
    }

    /// True when the record is there now.
    #[must_use]
    pub fn exists(&self, key: &S::Key) -> bool {
        self.existed(key) && !self.is_removed(key)
    }

    /// What happened to the record; all zero when no request carried it.
    #[must_use]
    pub fn account(&self, key: &S::Key) -> Account {
        self.accounts.get(key).copied().unwrap_or_default()
    }

    /// The records that requests carried, in order, with what happened to each.
    pub fn accounts(&self) -> impl Iterator<Item = (&S::Key, &Account)> {
        self.accounts.iter()
    }

    /// How many records were removed.
    #[must_use]
    pub const fn removed_count(&self) -> u64 {
        self.removed
    }

    /// The records that existed at the start, one by one; of a space that knows every id, this sample.
    pub(crate) fn starters(&self, sample: &[S::Key]) -> Vec<S::Key> {
        let keys = self.config.ids.as_ref().map_or_else(|| sample.to_vec(), KeySet::keys);
        keys.into_iter().filter(|key| self.existed(key)).collect()
    }

    /// The records that a list shows, in order: those of the start and those that requests carried, as far as they are there
    /// now.
    pub(crate) fn listed(&self, sample: &[S::Key]) -> Vec<S::Key> {
        let mut keys: BTreeSet<S::Key> = self.starters(sample).into_iter().collect();
        keys.extend(self.accounts.keys().cloned());
        keys.into_iter().filter(|key| self.exists(key)).collect()
    }

    pub(crate) fn poison(&self, key: &S::Key) -> Option<Poison> {
        if self.config.poison.contains(key) {
            Some(Poison::Named)
        } else if self.config.poison_nameless.contains(key) {
            Some(Poison::Nameless)
        } else {
            None
        }
    }

    pub(crate) fn is_silent(&self, key: &S::Key) -> bool {
        self.config.silent.contains(key)
    }

    pub(crate) fn receive(&mut self, key: &S::Key) {
        let account = self.accounts.entry(key.clone()).or_default();
        account.received = account.received.saturating_add(1);
    }

    /// Notes that the server looked at the record, and did nothing to it.
    pub(crate) fn look_at(&mut self, key: &S::Key) {
        let account = self.accounts.entry(key.clone()).or_default();
        account.acted = account.acted.saturating_add(1);
    }

    /// Removes the record if it is there and free; `age` is the time since the start.
    pub(crate) fn remove(&mut self, key: &S::Key, request: u64, age: Tick) -> Removal {
        let existed = self.existed(key);
        // Looked for once: of all that a removal takes this is the longest.
        let account = self.accounts.entry(key.clone()).or_default();
        account.acted = account.acted.saturating_add(1);
        if !existed || account.removed_by().is_some() {
            return Removal::Absent;
        }
        if is_busy(&self.config.busy, &mut self.busy_answers, key, age) {
            return Removal::Busy;
        }
        account.removed_by = request;
        self.removed += 1;
        Removal::Removed
    }
}

fn is_busy<S: KeySet>(
    rules: &[BusyRule<S>],
    answers_given: &mut BTreeMap<S::Key, u32>,
    key: &S::Key,
    age: Tick,
) -> bool {
    let Some(rule) = rules.iter().find(|rule| rule.ids.contains(key)) else {
        return false;
    };
    match rule.stays {
        Busy::Forever => true,
        Busy::For(time) => age < time,
        Busy::Answers(answers) => {
            let given = answers_given.entry(key.clone()).or_default();
            let busy = *given < answers;
            *given = given.saturating_add(1);
            busy
        }
    }
}
