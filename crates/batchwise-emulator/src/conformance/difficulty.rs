//! Records that are not as plain as the others.

use std::collections::BTreeMap;
use std::time::Duration;

use batchwise_core::{Action, Verdict};

use crate::config::{Busy, KeySet, SpaceConfig};

/// What is difficult about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difficulty {
    /// It is not there.
    Absent,
    /// The provider refuses it by name.
    Poison,
    /// The provider refuses every batch that it is in, without saying why.
    PoisonNameless,
    /// It is acted on and left out of every answer.
    Silent,
    /// It is in use.
    Busy(Busy),
    /// Updates: it has a value, and the record says to leave that alone.
    Kept,
}

impl Difficulty {
    /// Records in use: for two answers, for 70 s, for good.
    pub const BUSY: [Self; 3] = [
        Self::Busy(Busy::Answers(2)),
        Self::Busy(Busy::For(Duration::from_secs(70))),
        Self::Busy(Busy::Forever),
    ];

    /// What such a record comes to when nothing else goes wrong, with the default options of a run.
    #[must_use]
    pub const fn verdict(self, action: Action) -> Verdict {
        match (self, action) {
            (Self::Absent, Action::Delete) => Verdict::NotFound,
            (Self::Absent, Action::Update) => Verdict::Unmatched,
            (Self::Poison | Self::PoisonNameless, _) => Verdict::Rejected,
            (Self::Silent, _) => Verdict::Unknown,
            (Self::Busy(Busy::Forever), _) => Verdict::Busy,
            (Self::Kept, _) => Verdict::Unchanged,
            (Self::Busy(Busy::Answers(_) | Busy::For(_)), Action::Delete) => Verdict::Deleted,
            (Self::Busy(Busy::Answers(_) | Busy::For(_)), Action::Update) => Verdict::Updated,
        }
    }
}

/// The difficult records of a world, by number; all others exist and give no trouble.
#[derive(Debug, Clone, Default)]
pub struct Difficult(BTreeMap<u64, Difficulty>);

impl Difficult {
    /// Makes a record difficult.
    pub fn set(&mut self, number: u64, difficulty: Difficulty) {
        self.0.insert(number, difficulty);
    }

    /// What is difficult about a record.
    #[must_use]
    pub fn of(&self, number: u64) -> Option<Difficulty> {
        self.0.get(&number).copied()
    }

    /// The records with this difficulty.
    pub fn all(&self, difficulty: Difficulty) -> impl Iterator<Item = u64> {
        self.0
            .iter()
            .filter(move |(_, has)| **has == difficulty)
            .map(|(number, _)| *number)
    }

    /// All difficult records.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Difficulty)> {
        self.0.iter().map(|(number, difficulty)| (*number, *difficulty))
    }

    /// One space of records in which these are difficult; `key` is a record's key there, or `None` for one of another space.
    pub fn space<S>(&self, key: impl Fn(u64) -> Option<S::Key>) -> SpaceConfig<S>
    where
        S: KeySet + FromIterator<S::Key>,
    {
        let set = |difficulty| self.all(difficulty).filter_map(&key).collect::<S>();
        let mut space = SpaceConfig::any()
            .absent(set(Difficulty::Absent))
            .poison(set(Difficulty::Poison))
            .poison_nameless(set(Difficulty::PoisonNameless))
            .silent(set(Difficulty::Silent));
        for (number, difficulty) in self.iter() {
            if let (Difficulty::Busy(stays), Some(key)) = (difficulty, key(number)) {
                space = space.busy(std::iter::once(key).collect::<S>(), stays);
            }
        }
        space
    }
}
