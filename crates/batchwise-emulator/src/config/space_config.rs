//! Which records exist, and how they behave.

use std::time::Duration;

use serde::Deserialize;

use super::id_set::KeySet;

/// Narrows one space of records. By default every well-formed id exists until it is deleted, and none is difficult.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpaceConfig<S> {
    /// The ids that exist; absent: every one.
    pub ids: Option<S>,
    /// Ids that do not exist, whatever `ids` says.
    pub absent: S,
    /// Records that are in use for a while (Thulium only).
    pub busy: Vec<BusyRule<S>>,
    /// Records that the provider refuses by name.
    pub poison: S,
    /// Records for which the provider refuses the whole batch without saying which one is at fault.
    pub poison_nameless: S,
    /// Records that are acted on and left out of the answer.
    pub silent: S,
}

impl<S: KeySet> SpaceConfig<S> {
    /// Every well-formed id exists.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Only these ids exist.
    #[must_use]
    pub fn only(ids: impl Into<S>) -> Self {
        Self {
            ids: Some(ids.into()),
            ..Self::default()
        }
    }

    /// The same without these ids.
    #[must_use]
    pub fn absent(mut self, ids: impl Into<S>) -> Self {
        self.absent = ids.into();
        self
    }

    /// The same with these records in use (Thulium only). Can be called several times.
    #[must_use]
    pub fn busy(mut self, ids: impl Into<S>, stays: Busy) -> Self {
        self.busy.push(BusyRule { ids: ids.into(), stays });
        self
    }

    /// The same with these records refused by name.
    #[must_use]
    pub fn poison(mut self, ids: impl Into<S>) -> Self {
        self.poison = ids.into();
        self
    }

    /// The same with whole batches refused for these records, without naming them.
    #[must_use]
    pub fn poison_nameless(mut self, ids: impl Into<S>) -> Self {
        self.poison_nameless = ids.into();
        self
    }

    /// The same with these records acted on and left out of answers.
    #[must_use]
    pub fn silent(mut self, ids: impl Into<S>) -> Self {
        self.silent = ids.into();
        self
    }
}

/// Records that are in use, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawBusy<S>", bound = "S: Deserialize<'de>")]
pub struct BusyRule<S> {
    pub(crate) ids: S,
    pub(crate) stays: Busy,
}

/// How long a record stays in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// For so many answers.
    Answers(u32),
    /// For this long after the emulator's start.
    For(Duration),
    /// For good.
    Forever,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBusy<S> {
    ids: S,
    answers: Option<u32>,
    seconds: Option<u64>,
}

impl<S> TryFrom<RawBusy<S>> for BusyRule<S> {
    type Error = &'static str;

    fn try_from(raw: RawBusy<S>) -> Result<Self, Self::Error> {
        let stays = match (raw.answers, raw.seconds) {
            (Some(answers), None) => Busy::Answers(answers),
            (None, Some(seconds)) => Busy::For(Duration::from_secs(seconds)),
            (None, None) => Busy::Forever,
            (Some(_), Some(_)) => {
                return Err("`busy` has both `answers` and `seconds`: expected one of them, or neither for good");
            }
        };
        Ok(Self { ids: raw.ids, stays })
    }
}
