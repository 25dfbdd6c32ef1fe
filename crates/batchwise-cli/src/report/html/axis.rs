//! The time in which a job ran, run after run, in stretches of equal length.

use std::time::{Duration, SystemTime};

/// About so many bins a picture has.
const BINS: u32 = 100;

/// So many runs are drawn, the last ones.
const RUNS: usize = 24;

/// Lengths of bins, in milliseconds.
const LENGTHS: [u64; 22] = [
    50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
    1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];

/// The time of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) run: u32,
    pub(super) started: SystemTime,
    pub(super) length: Duration,
    /// Its first bin.
    pub(super) first: usize,
    pub(super) bins: usize,
}

impl Stretch {
    fn end(&self) -> SystemTime {
        self.started + self.length
    }
}

/// The runs of a job one behind the other, without the time in which nothing ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) stretches: Vec<Stretch>,
    /// The length of every bin but the last of a run.
    pub(super) bin: Duration,
    /// Earlier runs that are not on it.
    pub(super) left_out: usize,
}

impl Axis {
    /// The axis of these runs: number, begin and length. Where a window is given, bins are so long that whole ones fill it,
    /// or it them.
    pub(super) fn of(runs: &[(u32, SystemTime, Duration)], window: Duration) -> Self {
        let shown = runs.get(runs.len().saturating_sub(RUNS)..).unwrap_or_default();
        let total: Duration = shown.iter().map(|(_, _, length)| *length).sum();
        Self::in_bins_of(runs, length_of_bins(total, window))
    }

    /// The axis of these runs in bins of this length.
    pub(super) fn in_bins_of(runs: &[(u32, SystemTime, Duration)], bin: Duration) -> Self {
        let left_out = runs.len().saturating_sub(RUNS);
        let runs = runs.get(left_out..).unwrap_or_default();
        let mut first = 0;
        let stretches = runs
            .iter()
            .map(|&(run, started, length)| {
                let bins = length.as_millis().div_ceil(bin.as_millis().max(1)).max(1);
                let bins = usize::try_from(bins).unwrap_or(1);
                let stretch = Stretch {
                    run,
                    started,
                    length: length.max(Duration::from_millis(1)),
                    first,
                    bins,
                };
                first += bins;
                stretch
            })
            .collect();
        Self {
            stretches,
            bin,
            left_out,
        }
    }

    /// How many bins there are.
    pub(super) fn bins(&self) -> usize {
        self.stretches.iter().map(|stretch| stretch.bins).sum()
    }

    /// The bin of this moment of a run; what came after its end is in the last.
    pub(super) fn bin_of(&self, run: u32, at: SystemTime) -> Option<usize> {
        let stretch = self.stretches.iter().find(|stretch| stretch.run == run)?;
        let since = at.duration_since(stretch.started).unwrap_or_default();
        let bin = usize::try_from(since.as_millis() / self.bin.as_millis().max(1)).unwrap_or(usize::MAX);
        Some(stretch.first + bin.min(stretch.bins - 1))
    }

    /// Begin and end of a bin.
    pub(super) fn span_of(&self, bin: usize) -> Option<(SystemTime, SystemTime)> {
        let inside = |stretch: &&Stretch| (stretch.first..stretch.first + stretch.bins).contains(&bin);
        let stretch = self.stretches.iter().find(inside)?;
        let nth = u32::try_from(bin - stretch.first).unwrap_or(u32::MAX);
        let begin = stretch.started + self.bin * nth;
        Some((begin, (begin + self.bin).min(stretch.end()).max(begin)))
    }

    /// Tells `each` how much of this time of a run falls into which bin.
    pub(super) fn spread(&self, run: u32, from: SystemTime, to: SystemTime, mut each: impl FnMut(usize, Duration)) {
        let Some(mut bin) = self.bin_of(run, from) else { return };
        let mut at = from;
        while let Some((begin, end)) = self.span_of(bin)
            && at < to
        {
            let until = to.min(end);
            each(bin, until.duration_since(at.max(begin)).unwrap_or_default());
            at = until.max(at);
            bin += 1;
            let is_last = self.bin_of(run, at).is_none_or(|now| now < bin);
            if is_last {
                return;
            }
        }
    }
}

fn length_of_bins(total: Duration, window: Duration) -> Duration {
    let (wanted, window) = (total / BINS, window.as_millis());
    let fits = |length: &&u64| {
        let length = u128::from(**length);
        length >= window || window % length == 0
    };
    let long = |length: &&u64| u128::from(**length) >= wanted.as_millis();
    let found = LENGTHS.iter().filter(fits).find(long);
    found.map_or(wanted, |length| Duration::from_millis(*length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_time_between_runs_takes_no_room() {
        let axis = Axis::of(&[(1, at(0), SECOND * 50), (2, at(90_000), SECOND * 50)], SECOND);
        assert_eq!((axis.bin, axis.bins()), (SECOND, 100));
        assert_eq!(axis.bin_of(1, at(49)), Some(49));
        assert_eq!(axis.bin_of(2, at(90_000)), Some(50));
        assert_eq!(axis.span_of(50), Some((at(90_000), at(90_001))));
    }

    #[test]
    fn bins_and_the_window_of_the_quota_fill_one_another() {
        let minute = SECOND * 60;
        for (total, window, bin) in [
            (SECOND * 6, SECOND, Duration::from_millis(100)),
            (SECOND * 40, SECOND, Duration::from_millis(500)),
            (SECOND * 170, minute, SECOND * 2),
            (SECOND * 700, minute, SECOND * 10),
            (SECOND * 36_000, minute, SECOND * 600),
            (SECOND * 700, SECOND * 7, SECOND * 10),
        ] {
            assert_eq!(length_of_bins(total, window), bin, "{total:?} {window:?}");
        }
    }

    #[test]
    fn however_long_a_job_ran_bins_are_few() {
        for days in [1, 30, 3000] {
            let axis = Axis::of(&[(1, at(0), SECOND * 86_400 * days)], SECOND);
            assert!((40..=100).contains(&axis.bins()), "{days}: {}", axis.bins());
        }
        let runs: Vec<_> = (1..=500).map(|run| (run, at(0), Duration::ZERO)).collect();
        let axis = Axis::of(&runs, SECOND);
        assert_eq!((axis.bins(), axis.left_out), (24, 476));
        assert_eq!(axis.bin_of(1, at(0)), None);
    }

    #[test]
    fn a_time_is_spread_over_its_bins_and_no_further_than_its_run() {
        let axis = Axis::of(&[(1, at(0), SECOND * 50), (2, at(1000), SECOND * 50)], SECOND);
        let mut shares = Vec::new();
        let half = Duration::from_millis(500);
        axis.spread(1, at(47) + half, at(60), |bin, share| shares.push((bin, share)));
        assert_eq!(shares, [(47, half), (48, SECOND), (49, SECOND)]);
        shares.clear();
        axis.spread(3, at(0), at(1), |bin, share| shares.push((bin, share)));
        assert_eq!(shares, []);
    }

    #[test]
    fn what_was_noted_after_a_run_that_died_belongs_to_its_end() {
        let axis = Axis::of(&[(1, at(0), SECOND * 3)], SECOND);
        let end = axis.bins() - 1;
        assert_eq!(axis.bin_of(1, at(9)), Some(end));
        assert_eq!(axis.bin_of(1, SystemTime::UNIX_EPOCH), Some(0));
    }
}
