//! What has happened in a job so far, and how it reads.

use std::time::Duration;

use batchwise::{Counts, Verdict};

use super::calls::Calls;
use super::look::{Course, Look};
use super::outlook::Outlook;
use super::paint::Paint;
use super::speed::Speed;
use super::text::{about, counted, grouped, rate, span};

/// What a job is about, in words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    /// One record and several: `import log`, `import logs`.
    pub(crate) records: [&'static str; 2],
    /// One record in use and several: `customer in a call`, `customers in a call`.
    pub(crate) busy: [&'static str; 2],
}

/// What has happened in a job so far.
#[derive(Debug)]
pub(crate) struct Tally {
    words: Words,
    outlook: Outlook,
    /// Records of the input, repeats included, where that is known.
    total: Option<u64>,
    counts: Counts,
    duplicates: u64,
    recalled: u64,
    calls: Calls,
    speed: Speed,
}

impl Tally {
    pub(super) fn new(words: Words, outlook: Outlook, total: Option<u64>) -> Self {
        Self {
            words,
            outlook,
            total,
            counts: Counts::default(),
            duplicates: 0,
            recalled: 0,
            calls: Calls::default(),
            speed: Speed::default(),
        }
    }

    /// Records that nothing more is to be done about.
    fn done(&self) -> u64 {
        self.counts.total() + self.duplicates + self.recalled
    }

    /// Of these, what this run did: what earlier runs settled, and what is not sent, says nothing of its speed.
    fn worked(&self) -> u64 {
        self.counts.total() + self.duplicates - self.counts.of(Verdict::NotSent)
    }

    fn left(&self, share: Option<(u64, u64)>, now: Duration) -> Option<Duration> {
        let (done, total) = share.filter(|_| !self.calls.is_stopping())?;
        let left = self.outlook.left(total.saturating_sub(done), self.worked(), now)?;
        // Nothing goes on before a wait is over.
        Some(left.max(self.calls.wait_left(now)))
    }

    /// What the job waits for, in words.
    fn waits(&self, now: Duration) -> Option<String> {
        if self.total.is_none() && self.calls.are_idle() && !self.calls.is_stopping() {
            return Some("waiting for input".to_owned());
        }
        self.calls.waits(now, self.words.busy)
    }
}

impl Course for Tally {
    fn calls(&mut self) -> &mut Calls {
        &mut self.calls
    }

    fn duplicate(&mut self) {
        self.duplicates += 1;
    }

    fn recalled(&mut self) {
        self.recalled += 1;
    }

    fn outcome(&mut self, verdict: Verdict) {
        self.counts.add(verdict);
    }

    fn look(&mut self, now: Duration, paint: Paint) -> Look {
        let (done, worked) = (self.done(), self.worked());
        self.speed.note(now, worked);
        // A bad line is an outcome too, and no record of the check.
        let share = self.total.map(|total| (done, total.max(done)));
        let mut head = vec![match share {
            Some((done, total)) => format!("{}/{}", grouped(done), grouped(total)),
            None => {
                let [one, several] = self.words.records;
                counted(done, one, several)
            }
        }];
        if let Some(speed) = self.speed.lately(now, worked).filter(|_| worked > 0) {
            head.push(rate(speed));
        }
        head.push(self.calls.text());
        head.push(match self.left(share, now) {
            Some(left) => paint.bold(&format!("about {} left", about(left))),
            None => span(now),
        });
        let mut tail: Vec<String> = self
            .counts
            .iter()
            .map(|(verdict, count)| paint.outcome(verdict, &format!("{} {verdict}", grouped(count))))
            .collect();
        if let Some(waits) = self.waits(now) {
            tail.push(paint.dim(&waits));
        }
        Look {
            share,
            head: head.join("  "),
            tail: tail.join("  "),
        }
    }
}

#[cfg(test)]
mod tests {
    use batchwise::observe::WaitingFor;

    use super::*;
    use crate::progress::wait::Wait;

    const WORDS: Words = Words {
        records: ["customer", "customers"],
        busy: ["customer in a call", "customers in a call"],
    };

    const fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// Ten calls of a hundred, one a second; the third one fails.
    fn under_way(total: Option<u64>) -> Tally {
        let mut tally = Tally::new(WORDS, Outlook::new(100, &[]), total);
        let _ = tally.look(at(0), Paint::PLAIN);
        for call in 1..=10 {
            let failed = call == 3;
            tally.calls().started(call, at(call * 1000));
            tally.calls().finished(call, true, failed);
            if !failed {
                (0..98).for_each(|_| tally.outcome(Verdict::Deleted));
                (0..2).for_each(|_| tally.outcome(Verdict::NotFound));
            }
        }
        tally
    }

    #[track_caller]
    fn waits(tally: &mut Tally, now: Duration, text: &str) {
        let look = tally.look(now, Paint::PLAIN);
        assert!(look.tail.ends_with(text), "{look:?}");
    }

    #[test]
    fn a_job_under_way_tells_share_speed_requests_time_left_and_outcomes() {
        let look = under_way(Some(5000)).look(at(10_000), Paint::PLAIN);
        assert_eq!(look.head, "900/5,000  90/s  10 requests (1 failed)  about 46 s left");
        assert_eq!(look.tail, "882 deleted  18 not_found");
        assert_eq!(
            look.line(),
            "progress: 900/5,000  90/s  10 requests (1 failed)  about 46 s left  18%  882 deleted  18 not_found"
        );
    }

    #[test]
    fn a_pipe_has_no_end_to_count_towards() {
        let look = under_way(None).look(at(10_000), Paint::PLAIN);
        assert_eq!(look.head, "900 customers  90/s  10 requests (1 failed)  10.0 s");
        assert_eq!(look.share, None);
    }

    #[test]
    fn repeats_and_what_earlier_runs_settled_are_done_too() {
        let mut tally = Tally::new(WORDS, Outlook::new(100, &[]), Some(4));
        tally.outcome(Verdict::Deleted);
        tally.duplicate();
        tally.recalled();
        assert_eq!(tally.look(at(0), Paint::PLAIN).share, Some((3, 4)));
    }

    #[test]
    fn what_is_not_sent_and_what_earlier_runs_settled_make_a_job_no_faster() {
        let mut tally = under_way(Some(5000));
        (0..2000).for_each(|_| tally.outcome(Verdict::NotSent));
        (0..500).for_each(|_| tally.recalled());
        let look = tally.look(at(10_000), Paint::PLAIN);
        assert!(look.head.starts_with("3,400/5,000  90/s  10 requests"), "{look:?}");
    }

    #[test]
    fn bad_lines_that_are_kept_never_make_it_more_than_all() {
        let mut tally = Tally::new(WORDS, Outlook::new(100, &[]), Some(1));
        (0..2).for_each(|_| tally.outcome(Verdict::Rejected));
        assert_eq!(tally.look(at(0), Paint::PLAIN).share, Some((2, 2)));
    }

    #[test]
    fn what_is_waited_for_is_said_in_words_and_counts_down() {
        let mut tally = under_way(Some(5000));
        for (on, records, text) in [
            (WaitingFor::Quota, 0, "quota: next slot in 5.0 s"),
            (WaitingFor::Server, 0, "the server asked to wait: 5.0 s left"),
            (WaitingFor::Pause, 0, "pause, next try in 5.0 s"),
            (WaitingFor::Busy, 1, "1 customer in a call, next try in 5.0 s"),
            (WaitingFor::Busy, 3, "3 customers in a call, next try in 5.0 s"),
        ] {
            tally.calls().waiting(Wait::new(on, at(6000), records, at(10_000)));
            waits(&mut tally, at(11_000), text);
        }
        waits(&mut tally, at(14_800), "next try in 1.2 s");
        waits(&mut tally, at(16_000), "18 not_found");
    }

    #[test]
    fn the_time_left_is_no_shorter_than_what_is_waited_for() {
        let mut tally = under_way(Some(1000));
        tally
            .calls()
            .waiting(Wait::new(WaitingFor::Busy, at(30_000), 3, at(10_000)));
        let look = tally.look(at(10_000), Paint::PLAIN);
        assert!(look.head.ends_with("about 30 s left"), "{look:?}");
    }

    #[test]
    fn an_answer_that_takes_its_time_is_waited_for() {
        let mut tally = under_way(Some(5000));
        tally.calls().started(11, at(10_000));
        waits(&mut tally, at(10_500), "18 not_found");
        waits(&mut tally, at(12_500), "waiting for an answer since 2.5 s");
    }

    #[test]
    fn a_job_that_stops_promises_no_time_and_says_what_it_finishes() {
        let mut tally = under_way(Some(5000));
        tally.calls().started(11, at(10_000));
        tally.calls().stopping();
        let look = tally.look(at(10_000), Paint::PLAIN);
        assert!(look.head.ends_with("requests (1 failed)  10.0 s"), "{look:?}");
        assert!(
            look.tail.ends_with("stopping: the call in flight is finished first"),
            "{look:?}"
        );
    }

    #[test]
    fn a_call_that_was_never_made_is_no_request() {
        let mut tally = Tally::new(WORDS, Outlook::new(100, &[]), None);
        tally.calls().started(1, at(0));
        tally.calls().finished(1, false, false);
        assert!(tally.look(at(0), Paint::PLAIN).head.contains("0 requests"));
    }
}
