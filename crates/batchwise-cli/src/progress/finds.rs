//! How far the reading of lists is.

use std::time::Duration;

use super::calls::Calls;
use super::look::{Course, Look};
use super::paint::Paint;
use super::text::{counted, span};

/// What was found in lists so far.
#[derive(Debug)]
pub(crate) struct Finds {
    /// One entry and several: `record`, `records`.
    words: [&'static str; 2],
    calls: Calls,
    entries: u64,
}

impl Finds {
    pub(super) fn new(words: [&'static str; 2]) -> Self {
        Self {
            words,
            calls: Calls::default(),
            entries: 0,
        }
    }

    pub(super) fn found(&mut self) {
        self.entries += 1;
    }
}

impl Course for Finds {
    fn calls(&mut self) -> &mut Calls {
        &mut self.calls
    }

    fn look(&mut self, now: Duration, paint: Paint) -> Look {
        let [one, several] = self.words;
        let mut head = vec![
            format!("{} found", counted(self.entries, one, several)),
            self.calls.text(),
            span(now),
        ];
        // Nothing of a list is ever in use.
        head.extend(self.calls.waits(now, self.words).map(|waits| paint.dim(&waits)));
        Look {
            share: None,
            head: head.join("  "),
            tail: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use batchwise::observe::WaitingFor;

    use super::*;
    use crate::progress::wait::Wait;

    const fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// Three calls that brought a hundred entries each; the second one failed first.
    fn under_way() -> Finds {
        let mut finds = Finds::new(["record", "records"]);
        for call in 1..=4 {
            finds.calls().started(call, at(call * 100));
            finds.calls().finished(call, true, call == 2);
        }
        (0..300).for_each(|_| finds.found());
        finds
    }

    #[test]
    fn what_was_found_the_requests_and_the_time_are_in_one_line() {
        let look = under_way().look(at(500), Paint::PLAIN);
        assert_eq!(look.head, "300 records found  4 requests (1 failed)  0.5 s");
        assert_eq!((look.share, look.tail.as_str()), (None, ""));
        assert_eq!(look.line(), "progress: 300 records found  4 requests (1 failed)  0.5 s");
    }

    #[test]
    fn one_entry_is_no_plural() {
        let mut finds = Finds::new(["record", "records"]);
        finds.found();
        let look = finds.look(at(0), Paint::PLAIN);
        assert!(look.head.starts_with("1 record found  0 requests"), "{look:?}");
    }

    #[test]
    fn what_is_waited_for_is_said_at_the_end_of_the_line() {
        let mut finds = under_way();
        finds
            .calls()
            .waiting(Wait::new(WaitingFor::Quota, at(1500), 0, at(500)));
        let look = finds.look(at(1000), Paint::PLAIN);
        assert!(look.head.ends_with("  1.0 s  quota: next slot in 1.0 s"), "{look:?}");
        finds.calls().stopping();
        let look = finds.look(at(1000), Paint::PLAIN);
        assert!(look.head.ends_with("  1.0 s  stopping"), "{look:?}");
    }
}
