//! Records of later stages, packed until their stage opens.

use std::collections::{BTreeMap, VecDeque};

use crate::journal::Recall;
use crate::record::{Identity, Record};

/// Packed records grow in pieces of so many bytes, which are freed one by one.
const PIECE: usize = 4096;

/// Most bytes of one packed record: four numbers of 64 bits, seven bits a byte.
const LONGEST: usize = 4 * 10;

/// The records that wait for their stage, each with its line and what earlier runs know of it, in order of arrival.
///
/// A record that can be [made again of its number](Record::from_number) costs about 8 bytes when numbers are random, 4
/// when they are dense: a bitmap would be little smaller and would lose the lines. Others are kept as they are.
#[derive(Debug)]
pub(super) struct Held<R> {
    stages: BTreeMap<u8, Queue<R>>,
}

#[derive(Debug)]
struct Queue<R> {
    packed: Packed,
    others: VecDeque<(R, u64, Recall)>,
}

impl<R: Record> Held<R> {
    pub(super) fn new() -> Self {
        Self {
            stages: BTreeMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// True when records of this stage or an earlier one wait.
    pub(super) fn has(&self, stage: u8) -> bool {
        self.stages.range(..=stage).next().is_some()
    }

    /// Records of stages after this one.
    pub(super) fn later_than(&self, stage: u8) -> usize {
        let later = self.stages.iter().filter(|(of, _)| **of > stage);
        later.map(|(_, queue)| queue.packed.len + queue.others.len()).sum()
    }

    pub(super) fn push(&mut self, record: R, line: u64, past: Recall) {
        let queue = self.stages.entry(record.stage()).or_insert_with(|| Queue {
            packed: Packed::default(),
            others: VecDeque::new(),
        });
        match record.identity() {
            Identity::Number { space, id } if R::from_number(space, id).is_some() => {
                queue.packed.push([space, id, line, number_of(past)]);
            }
            _ => queue.others.push_back((record, line, past)),
        }
    }

    /// The next record of this stage or an earlier one.
    pub(super) fn pop(&mut self, stage: u8) -> Option<(R, u64, Recall)> {
        let (first, queue) = self.stages.range_mut(..=stage).next()?;
        let first = *first;
        let packed = queue.packed.pop();
        let unpacked = packed.and_then(|[space, id, line, past]| {
            let record = R::from_number(space, id)?;
            Some((record, line, past_of(past)))
        });
        let next = unpacked.or_else(|| queue.others.pop_front());
        if queue.packed.len == 0 && queue.others.is_empty() {
            self.stages.remove(&first);
        }
        next
    }
}

/// What earlier runs know, as a number; most often nothing, and then 0.
fn number_of(past: Recall) -> u64 {
    match past {
        Recall::New | Recall::Settled(_) => 0,
        Recall::Open { maybe_sent, attempts } => (u64::from(attempts) << 2) | (u64::from(maybe_sent) << 1) | 1,
    }
}

fn past_of(number: u64) -> Recall {
    if number == 0 {
        return Recall::New;
    }
    Recall::Open {
        maybe_sent: number & 2 != 0,
        attempts: u32::try_from(number >> 2).unwrap_or(u32::MAX),
    }
}

/// Rows of four numbers, each written as its difference from the one before.
#[derive(Debug, Default)]
struct Packed {
    pieces: VecDeque<Vec<u8>>,
    /// Where the first piece is read on.
    at: usize,
    len: usize,
    written: [u64; 4],
    read: [u64; 4],
}

impl Packed {
    fn push(&mut self, row: [u64; 4]) {
        let room = |piece: &Vec<u8>| piece.capacity() - piece.len() >= LONGEST;
        if !self.pieces.back().is_some_and(room) {
            self.pieces.push_back(Vec::with_capacity(PIECE));
        }
        if let Some(piece) = self.pieces.back_mut() {
            for (number, before) in row.into_iter().zip(self.written) {
                write(piece, number.wrapping_sub(before));
            }
            self.written = row;
            self.len += 1;
        }
    }

    fn pop(&mut self) -> Option<[u64; 4]> {
        self.len = self.len.checked_sub(1)?;
        let piece = self.pieces.front()?;
        let mut rest = piece.get(self.at..)?;
        for number in &mut self.read {
            *number = number.wrapping_add(read(&mut rest)?);
        }
        self.at = piece.len() - rest.len();
        if rest.is_empty() {
            self.pieces.pop_front();
            self.at = 0;
        }
        Some(self.read)
    }
}

/// A difference, small ones in few bytes whether up or down.
fn write(out: &mut Vec<u8>, difference: u64) {
    // The sign goes to the lowest bit.
    let mut rest = (difference << 1) ^ 0_u64.wrapping_sub(difference >> 63);
    loop {
        let [low, ..] = (rest & 0x7f).to_le_bytes();
        rest >>= 7;
        if rest == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((number >> 1) ^ 0_u64.wrapping_sub(number & 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A number of the stage `id % 3`; those from 1,000 on can't be made again.
    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Staged(u64, u64);

    impl Record for Staged {
        fn key(&self) -> String {
            self.1.to_string()
        }
        fn identity(&self) -> Identity {
            Identity::Number {
                space: self.0,
                id: self.1,
            }
        }
        fn stage(&self) -> u8 {
            u8::try_from(self.1 % 3).unwrap()
        }
        fn from_number(space: u64, id: u64) -> Option<Self> {
            (!(1000..u64::MAX / 2).contains(&id)).then_some(Self(space, id))
        }
    }

    fn past() -> impl Strategy<Value = Recall> {
        prop_oneof![
            Just(Recall::New),
            (any::<bool>(), any::<u32>()).prop_map(|(maybe_sent, attempts)| Recall::Open { maybe_sent, attempts }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_waits_comes_back_with_its_line_once_and_in_order(
            input in proptest::collection::vec((0_u64..3, prop_oneof![0_u64..1100, any::<u64>()], any::<u64>(), past()), 0..500),
            pops in proptest::collection::vec(0_u8..4, 0..500),
        ) {
            let mut held = Held::new();
            let mut came = Vec::new();
            let mut pops = pops.into_iter();
            for (space, id, line, past) in &input {
                held.push(Staged(*space, *id), *line, *past);
                // Some leave before others come.
                if let Some(stage) = pops.next() {
                    came.extend(held.pop(stage));
                }
            }
            for stage in 0..=2 {
                while let Some(next) = held.pop(stage) {
                    prop_assert!(next.0.stage() <= stage);
                    came.push(next);
                }
                prop_assert!(!held.has(stage));
            }
            prop_assert!(held.is_empty());
            for again in [true, false] {
                for stage in 0..3 {
                    let of = |record: &Staged| {
                        record.stage() == stage && Staged::from_number(record.0, record.1).is_some() == again
                    };
                    let went: Vec<(Staged, u64, Recall)> = input
                        .iter()
                        .map(|(space, id, line, past)| (Staged(*space, *id), *line, *past))
                        .filter(|(record, ..)| of(record))
                        .collect();
                    let back: Vec<(Staged, u64, Recall)> =
                        came.iter().filter(|(record, ..)| of(record)).cloned().collect();
                    prop_assert_eq!(went, back);
                }
            }
        }
    }

    #[test]
    fn a_stage_has_what_waits_of_it_or_an_earlier_one() {
        let mut held = Held::new();
        held.push(Staged(0, 1), 1, Recall::New);
        assert_eq!([0, 1, 2].map(|stage| held.has(stage)), [false, true, true]);
        held.pop(1);
        assert!(!held.has(2));
    }

    #[test]
    fn a_record_that_can_be_made_again_of_its_number_waits_packed() {
        let mut held = Held::new();
        held.push(Staged(0, 3), 1, Recall::New);
        held.push(Staged(0, 3000), 2, Recall::New);
        let waits: Vec<(usize, usize)> = held
            .stages
            .values()
            .map(|queue| (queue.packed.len, queue.others.len()))
            .collect();
        assert_eq!(waits, [(1, 1)]);
    }

    #[test]
    fn only_later_stages_are_counted_as_later() {
        let mut held = Held::new();
        for id in 0..9 {
            held.push(Staged(0, id), id, Recall::New);
        }
        assert_eq!((held.later_than(0), held.later_than(1), held.later_than(2)), (6, 3, 0));
    }

    #[test]
    fn random_numbers_of_32_bits_take_no_more_than_nine_bytes() {
        let mut packed = Packed::default();
        let mut id: u64 = 1;
        for line in 0..10_000 {
            id = id.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            packed.push([2, id >> 32, line, 0]);
        }
        let bytes: usize = packed.pieces.iter().map(Vec::capacity).sum();
        assert!(bytes <= 90_000, "{bytes}");
    }

    #[test]
    fn a_piece_ends_before_a_long_record_would_make_it_grow() {
        let mut packed = Packed::default();
        for number in 0..1_000 {
            // So far from the one before it that each number takes ten bytes.
            packed.push([(u64::MAX / 2) * (number % 2); 4]);
        }
        assert!(packed.pieces.iter().all(|piece| piece.capacity() < 2 * PIECE));
    }

    #[test]
    fn pieces_are_freed_as_they_are_read() {
        let mut packed = Packed::default();
        for number in 0..100_000 {
            packed.push([0, number, number, 0]);
        }
        let before = packed.pieces.len();
        for _ in 0..90_000 {
            packed.pop();
        }
        assert!(packed.pieces.len() * 9 <= before, "{} of {before}", packed.pieces.len());
    }
}
