//! What is watched, and how it looks.

use std::fmt;
use std::time::Duration;

use batchwise::Verdict;

use super::calls::Calls;
use super::paint::Paint;

/// What has happened so far of what is watched: of a job, or of lists that are read.
pub(crate) trait Course: fmt::Debug + Send + 'static {
    /// Its calls.
    fn calls(&mut self) -> &mut Calls;

    /// How it looks now.
    fn look(&mut self, now: Duration, paint: Paint) -> Look;

    /// A repeat.
    fn duplicate(&mut self) {}

    /// A record that an earlier run settled.
    fn recalled(&mut self) {}

    /// The outcome of a record.
    fn outcome(&mut self, _verdict: Verdict) {}
}

/// How something that is watched looks at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    /// Done and all, where that is known.
    pub(super) share: Option<(u64, u64)>,
    /// `12,300/51,000  480/s  123 requests  about 1 min 20 s left`.
    pub(super) head: String,
    /// Counts by outcome, and what is waited for; for lists there is none.
    pub(super) tail: String,
}

impl Look {
    /// In one line, for a log.
    pub(super) fn line(&self) -> String {
        let share = self.share.filter(|(_, total)| *total > 0);
        let percent = share.map(|(done, total)| format!("  {}%", done.saturating_mul(100) / total));
        let head = &self.head;
        let tail = if self.tail.is_empty() { "" } else { "  " };
        format!("progress: {head}{}{tail}{}", percent.unwrap_or_default(), self.tail)
    }
}
