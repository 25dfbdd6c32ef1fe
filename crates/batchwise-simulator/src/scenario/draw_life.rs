//! The lives of jobs that keep a journal.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::draw::{halts, millis, moments};
use super::{Fate, Life, Run, RunEnd, When};

pub(super) fn lives() -> impl Strategy<Value = Life> {
    let takes =
        prop_oneof![1 => Just(Duration::ZERO).boxed(), 2 => millis(0..40).boxed(), 1 => millis(0..3000).boxed()];
    (takes, vec(runs(), 0..=4), any::<bool>(), any::<bool>()).prop_map(|(takes, earlier, reopens, forgets_calls)| {
        Life {
            takes,
            earlier,
            reopens,
            forgets_calls,
        }
    })
}

fn runs() -> impl Strategy<Value = Run> {
    let down =
        prop_oneof![1 => Just(Duration::ZERO).boxed(), 2 => millis(0..2000).boxed(), 1 => millis(0..200_000).boxed()];
    let ends = prop_oneof![
        6 => (1..14_u64, fates()).prop_map(|(write, fate)| RunEnd::CrashAtWrite(write, fate)),
        1 => (1..80_u64).prop_map(|poll| RunEnd::Crash(When::Poll(poll))),
        1 => (0..60_usize).prop_map(|count| RunEnd::Crash(When::Outcomes(count))),
        1 => (1..20_u64).prop_map(|nth| RunEnd::Crash(When::Send(nth))),
        2 => moments().prop_map(|time| RunEnd::Crash(When::Time(time))),
        1 => halts().prop_map(RunEnd::Halt),
        2 => (1..14_u64, fates()).prop_map(|(write, fate)| RunEnd::DiskFull(write, fate)),
        1 => (1..40_u64).prop_map(RunEnd::Unreadable),
    ];
    (ends, down).prop_map(|(end, down)| Run { end, down })
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![2 => Just(Fate::Lost), 1 => Just(Fate::Torn), 2 => Just(Fate::Kept)]
}
