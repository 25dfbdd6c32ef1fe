//! Sets of record ids as a state file writes them.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

/// A set of keys that a record space is narrowed by.
pub trait KeySet: fmt::Debug + Clone + Default {
    /// What the set holds.
    type Key: Ord + Clone + fmt::Debug + fmt::Display;

    /// True when the set holds the key.
    fn contains(&self, key: &Self::Key) -> bool;

    /// True when the set holds nothing.
    fn is_empty(&self) -> bool;

    /// The keys of the set, in order.
    fn keys(&self) -> Vec<Self::Key>;
}

/// Numeric ids as single numbers and ranges: `["51001-51100", 51205]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NumberSet(Vec<RangeInclusive<u64>>);

impl KeySet for NumberSet {
    type Key = u64;

    fn contains(&self, key: &u64) -> bool {
        // Most are: a request's records are looked for in half a dozen sets each.
        if self.0.is_empty() {
            return false;
        }
        let after = self.0.partition_point(|range| range.start() <= key);
        after
            .checked_sub(1)
            .and_then(|at| self.0.get(at))
            .is_some_and(|range| range.contains(key))
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn keys(&self) -> Vec<u64> {
        self.0.iter().cloned().flatten().collect()
    }
}

impl From<RangeInclusive<u64>> for NumberSet {
    fn from(range: RangeInclusive<u64>) -> Self {
        std::iter::once(range).collect()
    }
}

impl FromIterator<u64> for NumberSet {
    fn from_iter<I: IntoIterator<Item = u64>>(ids: I) -> Self {
        ids.into_iter().map(|id| id..=id).collect()
    }
}

impl FromIterator<RangeInclusive<u64>> for NumberSet {
    fn from_iter<I: IntoIterator<Item = RangeInclusive<u64>>>(ranges: I) -> Self {
        let mut ranges: Vec<RangeInclusive<u64>> = ranges.into_iter().filter(|range| !range.is_empty()).collect();
        ranges.sort_unstable_by_key(|range| *range.start());
        // Overlaps and neighbours become one range, so that a look-up is a binary search.
        let mut merged: Vec<RangeInclusive<u64>> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if *range.start() <= last.end().saturating_add(1) => {
                    *last = *last.start()..=*last.end().max(range.end());
                }
                _ => merged.push(range),
            }
        }
        Self(merged)
    }
}

impl<const N: usize> From<[u64; N]> for NumberSet {
    fn from(ids: [u64; N]) -> Self {
        ids.into_iter().collect()
    }
}

impl From<Vec<u64>> for NumberSet {
    fn from(ids: Vec<u64>) -> Self {
        ids.into_iter().collect()
    }
}

impl<'de> Deserialize<'de> for NumberSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(NumberSetVisitor)
    }
}

struct NumberSetVisitor;

impl<'de> Visitor<'de> for NumberSetVisitor {
    type Value = NumberSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of ids and ranges such as [\"51001-51100\", 51205]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<NumberSet, A::Error> {
        let mut ranges = Vec::new();
        while let Some(range) = seq.next_element::<NumberRange>()? {
            ranges.push(range.0);
        }
        Ok(ranges.into_iter().collect())
    }
}

struct NumberRange(RangeInclusive<u64>);

impl<'de> Deserialize<'de> for NumberRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberRangeVisitor)
    }
}

struct NumberRangeVisitor;

impl Visitor<'_> for NumberRangeVisitor {
    type Value = NumberRange;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id such as 51205 or a range such as \"51001-51100\"")
    }

    fn visit_u64<E: Error>(self, id: u64) -> Result<NumberRange, E> {
        Ok(NumberRange(id..=id))
    }

    fn visit_i64<E: Error>(self, id: i64) -> Result<NumberRange, E> {
        match u64::try_from(id) {
            Ok(id) => self.visit_u64(id),
            Err(_) => Err(E::invalid_value(serde::de::Unexpected::Signed(id), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<NumberRange, E> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
            (Ok(first), Ok(last)) if first <= last => Ok(NumberRange(first..=last)),
            _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }
}

/// Ids that are texts: phone numbers and leads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct TextSet(BTreeSet<String>);

impl KeySet for TextSet {
    type Key = String;

    fn contains(&self, key: &String) -> bool {
        self.0.contains(key)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn keys(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }
}

impl<T: Into<String>> FromIterator<T> for TextSet {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        Self(texts.into_iter().map(Into::into).collect())
    }
}

impl Extend<String> for TextSet {
    fn extend<I: IntoIterator<Item = String>>(&mut self, texts: I) {
        self.0.extend(texts);
    }
}

impl<const N: usize> From<[&str; N]> for TextSet {
    fn from(texts: [&str; N]) -> Self {
        texts.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_one_range() {
        let set: NumberSet = [3, 1, 2, 7, 2].into();
        assert_eq!(set.0, [1..=3, 7..=7]);
        assert!(set.contains(&2) && !set.contains(&4));
    }
}
