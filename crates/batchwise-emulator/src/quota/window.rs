//! A strict sliding window on arrival times.

use std::collections::VecDeque;

use batchwise_core::clock::Tick;

use super::Rate;

/// Admits at most N arrivals in any window, and remembers the most that ever arrived in one.
#[derive(Debug, Clone)]
pub(crate) struct SlidingWindow {
    rate: Rate,
    admitted: VecDeque<Tick>,
    arrived: VecDeque<Tick>,
    most: usize,
}

impl SlidingWindow {
    pub(crate) const fn new(rate: Rate) -> Self {
        Self {
            rate,
            admitted: VecDeque::new(),
            arrived: VecDeque::new(),
            most: 0,
        }
    }

    pub(crate) const fn rate(&self) -> Rate {
        self.rate
    }

    /// Most arrivals in any window, refused ones included.
    pub(crate) const fn most(&self) -> usize {
        self.most
    }

    /// Counts an arrival.
    pub(crate) fn arrive(&mut self, now: Tick) {
        forget(&mut self.arrived, now, self.rate);
        self.arrived.push_back(now);
        self.most = self.most.max(self.arrived.len());
    }

    /// How long until one more fits; `None` when it fits now. Refused arrivals take no room, as Calltouch describes it.
    pub(crate) fn full_for(&mut self, now: Tick) -> Option<Tick> {
        forget(&mut self.admitted, now, self.rate);
        let limit = usize::try_from(self.rate.limit).unwrap_or(usize::MAX);
        if self.admitted.len() < limit {
            return None;
        }
        let oldest = self.admitted.front().copied().unwrap_or(now);
        Some((oldest + self.rate.per).saturating_sub(now))
    }

    pub(crate) fn admit(&mut self, now: Tick) {
        self.admitted.push_back(now);
    }
}

fn forget(times: &mut VecDeque<Tick>, now: Tick, rate: Rate) {
    while times.front().is_some_and(|first| *first + rate.per <= now) {
        times.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_place_is_free_again_exactly_one_window_after_it_was_taken() {
        let mut window = SlidingWindow::new(Rate::per_second(1));
        let start = Duration::from_millis(400);
        assert_eq!(window.full_for(start), None);
        window.admit(start);
        assert_eq!(
            window.full_for(Duration::from_millis(1399)),
            Some(Duration::from_millis(1))
        );
        assert_eq!(window.full_for(Duration::from_millis(1400)), None);
    }
}
