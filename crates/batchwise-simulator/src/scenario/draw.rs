//! From a seed to a scenario, with proptest's strategies, so that proptest shrinks it too.

use std::time::Duration;

use batchwise_emulator::conformance::Difficulty;
use batchwise_emulator::conformance::faults::FAULTS;
use batchwise_emulator::{Busy, Fault};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::draw_life::lives;
use super::{
    At, FaultPlan, Halt, InputEnd, Job, Jump, LinePlan, NUMBERS, Network, Options, Quota, Scenario, Target, What, When,
    WindowPlan,
};

/// A drawn scenario that knows how to become simpler.
pub type Drawn = Box<dyn ValueTree<Value = Scenario>>;

/// The scenario of a seed; the same for the same seed.
#[must_use]
pub fn draw(seed: u64) -> Drawn {
    let mut bytes = [0; 32];
    for (part, word) in bytes.chunks_mut(8).zip((0..4).map(|word| seed.rotate_left(word))) {
        part.copy_from_slice(&word.to_le_bytes());
    }
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    STRATEGY.with(|strategy| match strategy.new_tree(&mut runner) {
        Ok(tree) => tree,
        // No strategy here filters anything.
        Err(why) => panic!("seed {seed} gives no scenario: {why}"),
    })
}

thread_local! {
    /// Built once for each thread: strategies are many small boxes.
    static STRATEGY: BoxedStrategy<Scenario> = scenarios().boxed();
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    let one = vec(jobs(), 1..=1);
    let several = vec(jobs(), 2..=3);
    (
        any::<u64>(),
        targets(),
        prop_oneof![5 => one, 1 => several],
        any::<bool>(),
        prop_oneof![2 => vec(faults(), 0..=1), 3 => vec(faults(), 1..=4)],
        quotas(),
        networks(),
        prop_oneof![6 => Just(Vec::new()).boxed(), 1 => vec(jumps(), 1..=3).boxed()],
        prop_oneof![3 => Just(None).boxed(), 1 => (1..12_u64).prop_map(Some).boxed()],
    )
        .prop_map(
            |(chance, target, jobs, one_client, faults, quota, network, mut jumps, session_calls)| {
                jumps.sort_by_key(|jump| jump.at);
                Scenario {
                    chance,
                    target,
                    jobs: for_target(target, jobs),
                    one_client,
                    faults,
                    quota,
                    network,
                    jumps,
                    session_calls,
                }
            },
        )
}

fn targets() -> impl Strategy<Value = Target> {
    prop_oneof![
        3 => any::<[bool; 3]>().prop_map(
            |[refusal_deletes_others, refusal_is_a_result, partial_is_200]| Target::Imports {
                refusal_deletes_others,
                refusal_is_a_result,
                partial_is_200,
            },
        ),
        3 => Just(Target::Leads),
        2 => Just(Target::BookJson),
        1 => Just(Target::BookXml),
        1 => Just(Target::BookBrought),
        3 => any::<bool>().prop_map(|multi_status| Target::Customers { multi_status }),
        2 => any::<bool>().prop_map(|multi_status| Target::Phones { multi_status }),
    ]
}

/// A line before its job is known: what it is depends on how difficult the job is.
type RawLine = (u8, u8, u8);

fn jobs() -> impl Strategy<Value = Job> {
    let lines = prop_oneof![
        4 => vec(any::<RawLine>(), 0..=12),
        5 => vec(any::<RawLine>(), 0..=50),
        1 => vec(any::<RawLine>(), 40..=130),
    ];
    // Of 250: how many lines are difficult, how many are late, how many are no records.
    let shares = (
        prop_oneof![4 => Just(0_u8), 4 => Just(12), 4 => Just(40), 2 => Just(125), 1 => Just(NOTHING_THERE)],
        prop_oneof![5 => Just(0_u8), 1 => Just(10), 1 => Just(80)],
        prop_oneof![5 => Just(0_u8), 1 => Just(12)],
    );
    let input = (lines, shares, any::<bool>(), millis(1..4000), ends());
    let limits = (
        weighted(0.9, 1..=10_usize),
        prop_oneof![3 => Just(1_usize), 3 => 2..=5_usize, 1 => 6..=16_usize],
    );
    let starts = prop_oneof![3 => Just(Duration::ZERO).boxed(), 1 => millis(0..3000).boxed()];
    let rest = weighted(0.12, millis(1..8000));
    let life = weighted(0.35, lives());
    (input, limits, starts, options(), rest, halts(), life).prop_map(
        |((raw, shares, in_passes, pause, end), (max_records, concurrency), starts, options, rest, halt, life)| Job {
            starts,
            lines: raw.into_iter().map(|raw| line(raw, shares)).collect(),
            in_passes,
            pause,
            end,
            max_records,
            concurrency,
            options,
            rest,
            halt,
            life,
        },
    )
}

/// The share of difficult lines that stands for another account's list: none of its records is there.
const NOTHING_THERE: u8 = u8::MAX;

/// Small rolls are plain, so that a line becomes plainer as its numbers become smaller.
fn line((roll, number, late): RawLine, (difficult, lates, invalids): (u8, u8, u8)) -> LinePlan {
    let number = u64::from(number) % 90;
    let number_of = |roll: u8, among: usize| usize::from(roll) % among;
    let what = if roll >= 255 - invalids {
        What::Invalid(roll % 3)
    } else if difficult == NOTHING_THERE {
        What::Record(number, Some(Difficulty::Absent))
    } else if roll >= 255_u8.saturating_sub(invalids).saturating_sub(difficult) {
        let kinds = DIFFICULTIES;
        What::Record(number, kinds.get(number_of(late ^ roll, kinds.len())).copied())
    } else {
        What::Record(number, None)
    };
    LinePlan {
        what,
        late: late >= 255 - lates && lates > 0,
    }
}

/// What records can be; each method takes its own of these.
const DIFFICULTIES: [Difficulty; 9] = [
    Difficulty::Absent,
    Difficulty::Absent,
    Difficulty::Poison,
    Difficulty::PoisonNameless,
    Difficulty::Silent,
    Difficulty::Busy(Busy::Answers(2)),
    Difficulty::Busy(Busy::For(Duration::from_secs(70))),
    Difficulty::Busy(Busy::Forever),
    Difficulty::Kept,
];

/// Leaves out what a method does not have.
fn for_target(target: Target, mut jobs: Vec<Job>) -> Vec<Job> {
    let has = |difficulty: &Difficulty| match difficulty {
        Difficulty::Absent | Difficulty::Poison | Difficulty::PoisonNameless => true,
        Difficulty::Silent => target != Target::Leads,
        Difficulty::Kept => target == Target::Leads,
        Difficulty::Busy(_) => matches!(target, Target::Customers { .. } | Target::Phones { .. }),
    };
    for job in &mut jobs {
        for line in &mut job.lines {
            if let What::Record(number, difficulty) = line.what {
                line.what = What::Record(number % NUMBERS, difficulty.filter(has));
            }
        }
    }
    jobs
}

fn ends() -> impl Strategy<Value = InputEnd> {
    prop_oneof![16 => Just(InputEnd::Ends), 1 => Just(InputEnd::Fails), 1 => Just(InputEnd::StaysOpen)]
}

fn options() -> impl Strategy<Value = Options> {
    (
        prop_oneof![1 => Just(false), 3 => Just(true)],
        weighted(0.15, 1..=4_u32),
        weighted(0.15, 0..=3_u32),
        weighted(0.15, millis(0..90_000)),
        weighted(0.15, millis(0..3000)),
        weighted(0.15, 0..=12_u32),
        weighted(0.05, 0..=40_u64),
        weighted(0.08, prop_oneof![millis(0..500), millis(0..20_000), millis(0..200_000)]),
        weighted(0.1, millis(0..5000)),
    )
        .prop_map(
            |(allow_missing, max_attempts, busy_rounds, busy_wait, linger, retry_budget, limit, deadline, drain)| {
                Options {
                    allow_missing,
                    max_attempts,
                    busy_rounds,
                    busy_wait,
                    linger,
                    retry_budget,
                    limit,
                    deadline,
                    drain,
                }
            },
        )
}

pub(super) fn halts() -> impl Strategy<Value = Halt> {
    prop_oneof![
        14 => Just(Halt::Never),
        1 => (0..60_usize).prop_map(|count| Halt::Stop(When::Outcomes(count))),
        1 => moments().prop_map(|time| Halt::Stop(When::Time(time))),
        1 => (1..20_u64).prop_map(|nth| Halt::Stop(When::Send(nth))),
        1 => (1..80_u64).prop_map(|poll| Halt::Stop(When::Poll(poll))),
        1 => (0..60_usize).prop_map(|count| Halt::Drop(When::Outcomes(count))),
        1 => moments().prop_map(|time| Halt::Drop(When::Time(time))),
        1 => (1..80_u64).prop_map(|poll| Halt::Drop(When::Poll(poll))),
    ]
}

/// Moments of a job, more of them early.
pub(super) fn moments() -> impl Strategy<Value = Duration> {
    prop_oneof![millis(0..300), millis(0..5000), millis(0..120_000)]
}

fn faults() -> impl Strategy<Value = FaultPlan> {
    let of = |wanted: fn(&Fault) -> bool| {
        let kinds: Vec<Fault> = FAULTS.into_iter().filter(wanted).collect();
        proptest::sample::select(kinds)
    };
    // Those that stop a job for good would hide the others.
    let faults = prop_oneof![12 => of(|fault| !stops(fault)), 1 => of(stops)];
    let at = prop_oneof![
        3 => (1..12_u64).prop_map(At::Nth),
        1 => (2..5_u64).prop_map(At::Every),
        2 => (1..8_u64, 2..10_u64).prop_map(|(from, count)| At::Burst(from, count)),
        1 => (1..10_u64).prop_map(At::From),
        3 => (3..50_u64).prop_map(At::Percent),
        2 => (0..90_u64, 1..12_u64).prop_map(|(number, times)| At::Record(number, times)),
    ];
    let logins = prop_oneof![4 => Just(false), 1 => Just(true)];
    (faults, at, logins).prop_map(|(fault, at, logins)| FaultPlan { fault, at, logins })
}

fn stops(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Status {
            status: 401 | 403 | 404,
            ..
        }
    )
}

fn quotas() -> impl Strategy<Value = Quota> {
    let short = (1..=6_u32, prop_oneof![Just(1000_u64), 500..5000_u64], 1..=3_u32);
    let short = short
        .prop_map(|(limit, per, burst)| window(limit, per, burst, false))
        .boxed();
    let long = (3..=40_u32, 20_000..90_000_u64, 1..=5_u32);
    let long = long
        .prop_map(|(limit, per, burst)| window(limit, per, burst, false))
        .boxed();
    let budget = (1..=20_u32)
        .prop_map(|limit| window(limit, 86_400_000, 1, true))
        .boxed();
    let windows = prop_oneof![
        4 => vec(short.clone(), 1..=1).boxed(),
        2 => vec(long.clone(), 1..=1).boxed(),
        3 => (short.clone(), long).prop_map(|(short, long)| vec![short, long]).boxed(),
        1 => (short.clone(), budget).prop_map(|(short, budget)| vec![short, budget]).boxed(),
    ];
    prop_oneof![
        5 => Just(Quota::Free),
        5 => (windows, any::<bool>()).prop_map(|(windows, apart)| Quota::Kept { windows, apart }),
        1 => (short, any::<bool>()).prop_map(|(window, retry_after)| Quota::Unknown { window, retry_after }),
    ]
}

fn window(limit: u32, per: u64, burst: u32, budget: bool) -> WindowPlan {
    WindowPlan {
        limit,
        per: Duration::from_millis(per),
        burst,
        budget,
    }
}

fn networks() -> impl Strategy<Value = Network> {
    (
        prop_oneof![2 => Just(Duration::ZERO).boxed(), 3 => millis(0..200).boxed()],
        any::<bool>(),
        prop_oneof![1 => Just(Duration::ZERO).boxed(), 2 => millis(0..501).boxed()],
        prop_oneof![1 => Just(Duration::ZERO).boxed(), 4 => millis(0..500).boxed(), 1 => millis(0..6000).boxed()],
        millis(5000..90_000),
    )
        .prop_map(|(way, jitter, connect, back, keeps)| Network {
            way,
            jitter,
            connect,
            back,
            keeps,
        })
}

fn jumps() -> impl Strategy<Value = Jump> {
    let by = prop_oneof![millis(1..3000), millis(1..100_000), millis(1..8_000_000)];
    (prop_oneof![millis(0..2000), millis(0..60_000)], by).prop_map(|(at, by)| Jump { at, by })
}

pub(super) fn millis(range: std::ops::Range<u64>) -> impl Strategy<Value = Duration> + Clone {
    range.prop_map(Duration::from_millis)
}
