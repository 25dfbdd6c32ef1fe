//! A set of numbers that lie far apart, in about as many bytes as their distances need.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Numbers in a bucket at most; a full one is halved.
const MOST: u16 = 128;

/// Sorted numbers as distances from one to the next, in buckets that are found by their least number.
///
/// A random number of 64 bits takes about 7 bytes among a million, a neighbour one. A compressed bitmap is better for numbers
/// side by side and takes hundreds of bytes for each that stands alone.
#[derive(Debug, Default)]
pub(crate) struct Packed(BTreeMap<u64, Bucket>);

/// Numbers from the bucket's least one on, which is its key: the distance of each to the one before as a varint.
#[derive(Debug, Default)]
struct Bucket {
    distances: Box<[u8]>,
    count: u16,
}

impl Packed {
    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        self.0.values().map(|bucket| 1 + u64::from(bucket.count)).sum()
    }

    /// Whether a number of this range is there.
    pub(crate) fn any_within(&self, range: RangeInclusive<u64>) -> bool {
        let last = self.0.range(..=range.end()).next_back();
        last.is_some_and(|(least, bucket)| bucket.numbers(*least).any(|number| range.contains(&number)))
    }

    /// Adds a number; false when it was there.
    pub(crate) fn insert(&mut self, number: u64) -> bool {
        let Some((least, bucket)) = self.0.range_mut(..=number).next_back() else {
            // Below all of them: a bucket begins with it, and takes in what follows only as it comes.
            self.0.insert(number, Bucket::default());
            return true;
        };
        let least = *least;
        let Some((before, at, after)) = bucket.gap(least, number) else {
            return false;
        };
        let (head, tail) = bucket.distances.split_at(at);
        let mut distances = Vec::with_capacity(bucket.distances.len() + 10);
        distances.extend_from_slice(head);
        put(&mut distances, number - before);
        match after {
            Some((next, rest)) => {
                put(&mut distances, next - number);
                distances.extend_from_slice(tail.get(tail.len() - rest..).unwrap_or_default());
            }
            None => distances.extend_from_slice(tail),
        }
        bucket.distances = distances.into_boxed_slice();
        bucket.count += 1;
        if bucket.count >= MOST {
            self.halve(least);
        }
        true
    }

    fn halve(&mut self, least: u64) {
        let Some(bucket) = self.0.remove(&least) else { return };
        let half = usize::from(bucket.count / 2);
        let numbers: Vec<u64> = bucket.numbers(least).collect();
        for part in [numbers.get(..half), numbers.get(half..)].into_iter().flatten() {
            let Some((first, rest)) = part.split_first() else {
                continue;
            };
            let mut distances = Vec::new();
            let mut last = *first;
            for number in rest {
                put(&mut distances, number - last);
                last = *number;
            }
            let count = u16::try_from(rest.len()).unwrap_or(MOST);
            let distances = distances.into_boxed_slice();
            self.0.insert(*first, Bucket { distances, count });
        }
    }
}

/// A number that follows, and the bytes behind its distance.
type Following = (u64, usize);

impl Bucket {
    /// Where a number belongs: the one before it, the place of its distance, and what follows. `None` when it is there.
    fn gap(&self, least: u64, number: u64) -> Option<(u64, usize, Option<Following>)> {
        if number == least {
            return None;
        }
        let mut before = least;
        let mut rest: &[u8] = &self.distances;
        while let Some((distance, behind)) = take(rest) {
            let next = before + distance;
            if next == number {
                return None;
            }
            if next > number {
                let at = self.distances.len() - rest.len();
                return Some((before, at, Some((next, behind.len()))));
            }
            (before, rest) = (next, behind);
        }
        Some((before, self.distances.len(), None))
    }

    fn numbers(&self, least: u64) -> impl Iterator<Item = u64> {
        let mut rest: &[u8] = &self.distances;
        let mut last = least;
        let others = std::iter::from_fn(move || {
            let (distance, behind) = take(rest)?;
            rest = behind;
            last += distance;
            Some(last)
        });
        std::iter::once(least).chain(others)
    }
}

/// Seven bits in a byte, the lowest first; the eighth says that more follow.
fn put(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        if value < 128 {
            out.push(low);
            return;
        }
        out.push(low | 128);
        value >>= 7;
    }
}

fn take(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let last = bytes.iter().position(|byte| byte & 128 == 0)?;
    let (distance, rest) = bytes.split_at(last + 1);
    let value = distance
        .iter()
        .rev()
        .fold(0, |value, byte| value << 7 | u64::from(byte & 127));
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn bytes(set: &Packed) -> usize {
        set.0.values().map(|bucket| bucket.distances.len() + 48).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_a_set(numbers in prop::collection::vec(prop_oneof![any::<u64>(), 0..600_u64, Just(u64::MAX)], 0..600)) {
            let (mut packed, mut set) = (Packed::default(), HashSet::new());
            for number in numbers {
                prop_assert_eq!(packed.insert(number), set.insert(number), "{}", number);
            }
            for number in &set {
                prop_assert!(!packed.insert(*number));
            }
        }
    }

    #[test]
    fn numbers_that_come_in_order_or_against_it_are_a_set_too() {
        for up in [true, false] {
            let mut packed = Packed::default();
            for again in [true, false] {
                for at in 0..3000 {
                    assert_eq!(packed.insert(if up { at } else { 3000 - at } << 40), again);
                }
            }
        }
    }

    #[test]
    fn a_random_number_takes_less_than_nine_bytes_and_a_neighbour_less_than_two() {
        let (mut random, mut neighbours) = (Packed::default(), Packed::default());
        for at in 0..20_000_u64 {
            // Far apart, each as likely as any other.
            random.insert(at.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ at << 7);
            neighbours.insert(1 << 60 | at);
        }
        assert!(bytes(&random) < 9 * 20_000, "{}", bytes(&random));
        assert!(bytes(&neighbours) < 2 * 20_000, "{}", bytes(&neighbours));
    }
}
