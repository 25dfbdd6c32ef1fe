//! Time and memory grow with an input, and no faster.

use std::collections::HashMap;

use anyhow::{Result, bail};

use super::lengthen::{Stretch, stretches};
use super::target::Target;

/// Inputs that are tried in one run of the program.
const AT_ONCE: usize = 60;

/// Four times the input takes four times as long when all is well, and sixteen times when each part looks at all others.
const MOST_GROWTH: u32 = 8;

/// Less than this is not measured well: processors are charged in steps of ten.
const LEAST_MILLIS: u32 = 20;

/// How often what looks slow is measured again alone, by the time of the processor: the machine does other things too.
const AGAIN: usize = 3;

/// Lengthens the corpus in every way to a sixteenth, a quarter and all of `longest` bytes, and compares how long each
/// takes. Says how many inputs it tried.
pub(super) fn check(target: &Target, longest: usize) -> Result<usize> {
    let stretches = stretches(&target.corpus()?);
    let lengths = [longest / 16, longest / 4, longest];
    let mut slow = Vec::new();
    for some in stretches.chunks(AT_ONCE) {
        let times = measure(target, some, &lengths)?;
        slow.extend(some.iter().zip(times).filter(|(_, times)| grows_too_fast(times)));
    }
    for (stretch, mut least) in slow {
        for _ in 0..AGAIN {
            let times = alone(target, stretch, &lengths)?;
            least = least.iter().zip(times).map(|(one, other)| other.min(*one)).collect();
            if !grows_too_fast(&least) {
                break;
            }
        }
        if grows_too_fast(&least) {
            bail!("{}: {least:?} ms for {lengths:?} bytes", stretch.shown());
        }
    }
    Ok(stretches.len() * lengths.len())
}

fn grows_too_fast(times: &[u32]) -> bool {
    times.windows(2).any(
        |pair| matches!(pair, [shorter, longer] if *longer > MOST_GROWTH.saturating_mul(*shorter.max(&LEAST_MILLIS))),
    )
}

/// Milliseconds of each stretch at each length.
fn measure(target: &Target, stretches: &[Stretch], lengths: &[usize]) -> Result<Vec<Vec<u32>>> {
    let mut inputs = Vec::new();
    for (number, stretch) in stretches.iter().enumerate() {
        for length in lengths {
            inputs.push((format!("{number}-{length}"), stretch.of_length(*length)));
        }
    }
    let times = times(&target.try_inputs(&inputs)?);
    let of = |(name, _): &(String, Vec<u8>)| match times.get(name) {
        Some(millis) => Ok(*millis),
        None => bail!("the fuzzer did not say how long {name} took"),
    };
    let all: Vec<u32> = inputs.iter().map(of).collect::<Result<_>>()?;
    Ok(all.chunks(lengths.len()).map(<[u32]>::to_vec).collect())
}

/// Milliseconds of one stretch at each length, of a processor where the system tells them: each in a run of its own, less
/// what a run of nothing takes.
fn alone(target: &Target, stretch: &Stretch, lengths: &[usize]) -> Result<Vec<u32>> {
    let mut times = Vec::new();
    for length in [&[0], lengths].concat() {
        let input = if length == 0 {
            Vec::new()
        } else {
            stretch.of_length(length)
        };
        let before = processor();
        let said = target.try_inputs(&[("one".to_owned(), input)])?;
        times.push(match before.zip(processor()) {
            Some((before, after)) => after.saturating_sub(before),
            None => self::times(&said).values().copied().next().unwrap_or(0),
        });
    }
    let nothing = times.first().copied().unwrap_or(0);
    Ok(times.iter().skip(1).map(|time| time.saturating_sub(nothing)).collect())
}

/// Milliseconds of a processor that programs which this one started and which have ended took: Linux tells them in
/// hundredths of a second.
fn processor() -> Option<u32> {
    let told = std::fs::read_to_string("/proc/self/stat").ok()?;
    of_children(&told)
}

fn of_children(told: &str) -> Option<u32> {
    // Behind the name, which may have spaces, the state is the first field; those of children are `cutime` and `cstime`.
    let (_, fields) = told.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(13).map(str::parse::<u32>);
    let (user, system) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
    user.checked_add(system)?.checked_mul(10)
}

/// The milliseconds of every input that the fuzzer names: `Executed FOLDER/NAME in 12 ms`.
fn times(said: &str) -> HashMap<String, u32> {
    let of = |line: &str| {
        let (file, time) = line.strip_prefix("Executed ")?.rsplit_once(" in ")?;
        let name = file.rsplit('/').next()?.to_owned();
        Some((name, time.strip_suffix(" ms")?.parse().ok()?))
    };
    said.lines().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_times_as_long_may_take_four_times_the_time_and_not_sixteen() {
        assert!(!grows_too_fast(&[20, 80, 320]));
        assert!(grows_too_fast(&[20, 320, 5_120]));
        assert!(grows_too_fast(&[1, 15, 240]), "what was too short to measure grew too");
        assert!(!grows_too_fast(&[0, 1, 60]), "nothing is said of what is short");
    }

    #[test]
    fn the_processor_time_of_children_is_read_behind_a_name_with_spaces() {
        let told = "71 (a b) c) S 1 71 71 0 -1 4194560 104 2210 0 3 7 9 120 35 20 0 1 0 5 0 0";
        assert_eq!(of_children(told), Some(1550));
        assert_eq!(of_children("71 (a) S 1"), None);
        assert_eq!(of_children(""), None);
    }

    #[test]
    fn times_are_read_from_what_the_fuzzer_says() {
        let said = "Running: a/0-64\nExecuted a/0-64 in 3 ms\n***\nExecuted a/b/1-256 in 12 ms\n";
        assert_eq!(
            times(said),
            HashMap::from([("0-64".to_owned(), 3), ("1-256".to_owned(), 12)])
        );
    }
}
