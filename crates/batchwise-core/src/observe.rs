//! A seam through which progress, journals and reports watch a job.

use std::fmt;
use std::time::{Duration, SystemTime};

use http::StatusCode;

use crate::error::{CallErrorKind, Sent};
use crate::outcome::Verdict;

/// Watches a job. Every method has a default that does nothing; all are called on the job's own task, so they must be quick.
///
/// No event carries a secret or a contact.
pub trait Observer: fmt::Debug + Send + Sync {
    /// A call starts.
    fn call_started(&self, call: &CallStarted) {
        let _ = call;
    }

    /// A call ended.
    fn call_finished(&self, call: &CallFinished) {
        let _ = call;
    }

    /// Records of the call that just ended go again.
    fn retry(&self, records: usize) {
        let _ = records;
    }

    /// Records of the call that just ended are in use and wait for their round.
    fn deferral(&self, records: usize) {
        let _ = records;
    }

    /// The job waits.
    fn waiting(&self, waiting: &Waiting) {
        let _ = waiting;
    }

    /// The session was renewed.
    fn session_renewed(&self) {}

    /// A record of the input repeats an earlier one; `first` is its line, if still known.
    fn duplicate(&self, line: u64, first: Option<u64>) {
        let _ = (line, first);
    }

    /// A record of the input has its outcome from an earlier run of the job.
    fn recalled(&self) {}

    /// A record has its outcome.
    fn outcome(&self, verdict: Verdict, reached: bool) {
        let _ = (verdict, reached);
    }
}

/// A call that starts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallStarted {
    /// Number of the call in the job, from 1.
    pub call: u64,
    /// Records that it carries.
    pub records: usize,
}

/// A call that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallFinished {
    /// Number of the call in the job, from 1.
    pub call: u64,
    /// Records that it carried.
    pub records: usize,
    /// When it started.
    pub started: SystemTime,
    /// How long it had waited for slots of its quotas.
    pub waited: Duration,
    /// Time from its start.
    pub duration: Duration,
    /// What went wrong; `None` for a readable answer.
    pub error: Option<CallErrorKind>,
    /// How far the call came; `None` for a readable answer, which did arrive.
    pub sent: Option<Sent>,
    /// The status of the answer when it is an error's.
    pub status: Option<StatusCode>,
}

/// What a job waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitingFor {
    /// A slot of the quota.
    Quota,
    /// The server asked everyone to wait (429).
    Server,
    /// The pause after a failed call.
    Pause,
    /// The next round of records that are in use.
    Busy,
}

/// A wait.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// For what.
    pub on: WaitingFor,
    /// How long at most.
    pub wait: Duration,
    /// Records that wait for their next round; 0 for every other wait.
    pub records: usize,
}
