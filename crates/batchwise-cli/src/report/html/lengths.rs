//! How long calls took, without keeping them.

use std::time::Duration;

/// Each step is so much longer than the one before.
const STEP: f64 = 1.1;

/// Steps from a millisecond to some hours.
const STEPS: usize = 180;

/// Counts of lengths, in steps of a tenth.
#[derive(Debug, Clone)]
pub(super) struct Lengths {
    counts: Vec<u64>,
    longest: Duration,
}

impl Default for Lengths {
    fn default() -> Self {
        Self {
            counts: vec![0; STEPS],
            longest: Duration::ZERO,
        }
    }
}

impl Lengths {
    /// Counts one.
    pub(super) fn add(&mut self, length: Duration) {
        let mut bound = 0.001;
        let seconds = length.as_secs_f64();
        let step = (0..STEPS - 1).find(|_| {
            let is_in = seconds <= bound;
            bound *= STEP;
            is_in
        });
        if let Some(count) = self.counts.get_mut(step.unwrap_or(STEPS - 1)) {
            *count += 1;
        }
        self.longest = self.longest.max(length);
    }

    /// How long half of them were at most, 95 of 100, and the longest one; to a tenth. None of none.
    pub(super) fn told(&self) -> Option<[Duration; 3]> {
        let all: u64 = self.counts.iter().sum();
        (all > 0).then(|| {
            [
                self.at(all.div_ceil(2)),
                self.at((all * 95).div_ceil(100)),
                self.longest,
            ]
        })
    }

    /// How long the nth was at most.
    fn at(&self, nth: u64) -> Duration {
        let (mut seen, mut bound) = (0, 0.001);
        for count in &self.counts {
            seen += count;
            if seen >= nth {
                return Duration::from_secs_f64(bound).min(self.longest);
            }
            bound *= STEP;
        }
        self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_them_95_of_100_and_the_longest_are_told_to_a_tenth() {
        let mut lengths = Lengths::default();
        assert_eq!(lengths.told(), None);
        (1..=100).for_each(|millis| lengths.add(Duration::from_millis(millis)));
        let told = lengths.told().unwrap().map(|length| length.as_secs_f64() * 1000.0);
        assert!(
            (50.0..55.1).contains(&told[0]) && (95.0..=100.0).contains(&told[1]),
            "{told:?}"
        );
        assert!((told[2] - 100.0).abs() < 1e-6);
        lengths.add(Duration::from_secs(1_000_000));
        assert_eq!(lengths.told().unwrap()[2], Duration::from_secs(1_000_000));
    }
}
