//! Time and memory grow with an input, and no faster.

use std::collections::HashMap;

use anyhow::{Result, bail};

use super::lengthen::{Stretch, stretches};
use super::target::Target;

/// Inputs that are tried in one run of the program.
const AT_ONCE: usize = 60;

/// Four times the input takes four times as long when all is well, and sixteen times when each part looks at all others.
const MOST_GROWTH: u32 = 8;

/// Less than this is not measured well.
const LEAST_MILLIS: u32 = 12;

/// How often what looks slow is measured again alone, on a machine that does other things too.
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
            for times in measure(target, std::slice::from_ref(stretch), &lengths)? {
                least = least.iter().zip(times).map(|(one, other)| other.min(*one)).collect();
            }
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
    fn times_are_read_from_what_the_fuzzer_says() {
        let said = "Running: a/0-64\nExecuted a/0-64 in 3 ms\n***\nExecuted a/b/1-256 in 12 ms\n";
        assert_eq!(
            times(said),
            HashMap::from([("0-64".to_owned(), 3), ("1-256".to_owned(), 12)])
        );
    }
}
