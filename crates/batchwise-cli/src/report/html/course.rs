//! What happened when, in bins: few, however many calls there were.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, SystemTime};

use batchwise::quota::Window;
use batchwise_journal::CallRow;

use super::axis::Axis;

/// What is counted of a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) run: u32,
    pub(super) started: SystemTime,
    pub(super) waited: Duration,
    pub(super) took: Duration,
    pub(super) fault: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// A call as the journal has it.
    pub(super) fn of(row: &'a CallRow) -> Self {
        Self {
            run: row.run,
            started: row.started,
            waited: row.waited,
            took: row.duration,
            fault: row.fault.as_deref(),
        }
    }
}

/// What happened within a bin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bin {
    /// Calls that began in it.
    pub(super) calls: u64,
    /// The most calls that began within one window of the quota that ends in it.
    pub(super) fullest: u64,
    /// Records that were settled in it, in the wanted state and not.
    pub(super) reached: u64,
    pub(super) missed: u64,
    /// Time with a call in flight.
    pub(super) in_call: Duration,
    /// Time without one, spent on waiting for a slot of the quota.
    pub(super) waiting: Duration,
    /// Calls that went wrong, by what.
    pub(super) faults: BTreeMap<String, u64>,
}

/// A job over time.
#[derive(Debug, Clone)]
pub(super) struct Course {
    pub(super) axis: Axis,
    pub(super) bins: Vec<Bin>,
    /// The window in which calls are counted.
    pub(super) window: Duration,
    /// How many calls the quota allows in it, if it does.
    pub(super) limit: Option<u32>,
    /// It has calls, and not records alone.
    pub(super) has_calls: bool,
}

/// Counts calls into a course; they come in the order of their beginnings.
#[derive(Debug)]
pub(super) struct Counting {
    course: Course,
    run: u32,
    /// Begins of calls within the last window.
    recent: VecDeque<SystemTime>,
    /// Until when the time of this run is told.
    told: SystemTime,
}

impl Counting {
    /// The course of these runs under the quota with these windows, the shortest of which is drawn.
    pub(super) fn new(runs: &[(u32, SystemTime, Duration)], windows: &[Window]) -> Self {
        let shortest = windows.iter().min_by_key(|window| window.per());
        let window = shortest.map_or(Duration::from_secs(1), Window::per);
        let axis = Axis::of(runs, window);
        Self {
            course: Course {
                bins: vec![Bin::default(); axis.bins()],
                axis,
                window,
                limit: shortest.map(|window| window.limit().get()),
                has_calls: true,
            },
            run: 0,
            recent: VecDeque::new(),
            told: SystemTime::UNIX_EPOCH,
        }
    }

    /// The course of these runs, of which only records are known.
    pub(super) fn of_records(runs: &[(u32, SystemTime, Duration)]) -> Self {
        let mut counting = Self::new(runs, &[]);
        counting.course.has_calls = false;
        // Times are whole seconds there.
        if counting.course.axis.bin < counting.course.window {
            let axis = Axis::in_bins_of(runs, counting.course.window);
            counting.course.bins = vec![Bin::default(); axis.bins()];
            counting.course.axis = axis;
        }
        counting
    }

    /// Counts a call.
    pub(super) fn call(&mut self, call: Call<'_>) {
        if call.run != self.run {
            (self.run, self.told) = (call.run, SystemTime::UNIX_EPOCH);
            self.recent.clear();
        }
        let course = &mut self.course;
        let Some(at) = course.axis.bin_of(call.run, call.started) else {
            return;
        };
        let window_begins = call.started.checked_sub(course.window);
        while let Some(first) = self.recent.front()
            && window_begins.is_some_and(|begins| *first <= begins)
        {
            self.recent.pop_front();
        }
        self.recent.push_back(call.started);
        if let Some(bin) = course.bins.get_mut(at) {
            bin.calls += 1;
            bin.fullest = bin.fullest.max(self.recent.len() as u64);
            if let Some(fault) = call.fault {
                *bin.faults.entry(fault.to_owned()).or_default() += 1;
            }
        }
        let waited_from = call.started.checked_sub(call.waited).unwrap_or(call.started);
        let ended = call.started + call.took;
        let (axis, bins) = (&course.axis, &mut course.bins);
        axis.spread(call.run, waited_from.max(self.told), call.started, |bin, share| {
            if let Some(bin) = bins.get_mut(bin) {
                bin.waiting += share;
            }
        });
        axis.spread(call.run, call.started.max(self.told), ended, |bin, share| {
            if let Some(bin) = bins.get_mut(bin) {
                bin.in_call += share;
            }
        });
        self.told = self.told.max(ended);
    }

    /// Counts records that were settled at this moment of a run, in the wanted state and not.
    pub(super) fn settled(&mut self, run: u32, at: SystemTime, reached: u64, missed: u64) {
        let bin = self.course.axis.bin_of(run, at);
        if let Some(bin) = bin.and_then(|bin| self.course.bins.get_mut(bin)) {
            bin.reached += reached;
            bin.missed += missed;
        }
    }

    /// The length of the bins.
    pub(super) fn bin(&self) -> Duration {
        self.course.axis.bin
    }

    /// The course.
    pub(super) fn end(mut self) -> Course {
        let course = &mut self.course;
        // Bins that are shorter than the window: what began within the last of them, whether a call began in this one or not.
        let within = course.window.as_millis() / course.axis.bin.as_millis().max(1);
        let within = usize::try_from(within).unwrap_or(1);
        if within > 1 {
            for stretch in &course.axis.stretches {
                for at in (stretch.first..stretch.first + stretch.bins).rev() {
                    let from = (at + 1).saturating_sub(within).max(stretch.first);
                    let calls = course.bins.get(from..=at).unwrap_or_default();
                    let calls = calls.iter().map(|bin| bin.calls).sum();
                    if let Some(bin) = course.bins.get_mut(at) {
                        bin.fullest = calls;
                    }
                }
            }
        }
        self.course
    }
}

impl Course {
    /// Bins are long enough to tell how many calls there were in a window on average.
    pub(super) fn has_average(&self) -> bool {
        self.axis.bin > self.window
    }

    /// The kinds of faults that there were, the most frequent first.
    pub(super) fn faults(&self) -> Vec<(&str, u64)> {
        let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
        for (fault, count) in self.bins.iter().flat_map(|bin| &bin.faults) {
            *sums.entry(fault).or_default() += count;
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        sums
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn at(millis: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    }

    /// A call of run 1: when it began, how long it had waited and took, what went wrong.
    fn call(began: u64, waited: u64, took: u64, fault: Option<&str>) -> Call<'_> {
        Call {
            run: 1,
            started: at(began),
            waited: Duration::from_millis(waited),
            took: Duration::from_millis(took),
            fault,
        }
    }

    fn course(length: u64, limit: u32, calls: &[Call<'_>]) -> Course {
        let window = Window::per_second(NonZeroU32::new(limit).unwrap());
        let mut counting = Counting::new(&[(1, at(0), Duration::from_millis(length))], &[window]);
        calls.iter().for_each(|call| counting.call(*call));
        counting.end()
    }

    #[test]
    fn the_fullest_second_of_a_long_bin_is_found_across_its_bounds() {
        // Bins of 2 s; the fullest second lies across the first two.
        let calls: Vec<_> = [100, 1600, 1700, 2100, 2200, 2650, 4500]
            .map(|began| call(began, 0, 1, None))
            .into();
        let course = course(200_000, 5, &calls);
        assert_eq!((course.axis.bin, course.limit), (Duration::from_secs(2), Some(5)));
        assert!(course.has_average());
        let bins: Vec<_> = course.bins[..3].iter().map(|bin| (bin.calls, bin.fullest)).collect();
        assert_eq!(bins, [(3, 2), (3, 4), (1, 1)]);
    }

    #[test]
    fn in_short_bins_a_call_counts_until_a_window_later() {
        let course = course(10_000, 5, &[call(150, 0, 1, None), call(420, 0, 1, None)]);
        assert_eq!(course.axis.bin, Duration::from_millis(100));
        let fullest: Vec<_> = course.bins[..15].iter().map(|bin| bin.fullest).collect();
        assert_eq!(fullest, [0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 0]);
    }

    #[test]
    fn time_is_in_a_call_or_waited_and_never_both() {
        // The second call waits while the first one is in flight, and a third overlaps it.
        let calls = [
            call(0, 0, 300, None),
            call(500, 400, 1000, None),
            call(700, 0, 500, None),
        ];
        let course = course(100_000, 5, &calls);
        assert_eq!(course.axis.bin, Duration::from_secs(1));
        let millis = |bin: &Bin| (bin.in_call.as_millis(), bin.waiting.as_millis());
        assert_eq!(
            (millis(&course.bins[0]), millis(&course.bins[1])),
            ((800, 200), (500, 0))
        );
    }

    #[test]
    fn faults_are_counted_by_what_went_wrong() {
        let calls = [
            call(0, 0, 1, Some("server")),
            call(1, 0, 1, Some("timeout")),
            call(2, 0, 1, Some("timeout")),
        ];
        assert_eq!(course(1000, 5, &calls).faults(), [("timeout", 2), ("server", 1)]);
    }
}
