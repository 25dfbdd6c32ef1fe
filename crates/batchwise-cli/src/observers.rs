//! Several who watch one job.

use std::sync::Arc;

use batchwise::Verdict;
use batchwise::observe::{CallFinished, CallStarted, Observer, Waiting};

/// Tells every event to each of them, in order.
#[derive(Debug, Default)]
pub(crate) struct Observers(Vec<Arc<dyn Observer>>);

impl Observers {
    /// The same with one more.
    pub(crate) fn with(mut self, observer: impl Observer + 'static) -> Self {
        self.0.push(Arc::new(observer));
        self
    }

    fn each(&self, tell: impl Fn(&dyn Observer)) {
        self.0.iter().for_each(|observer| tell(&**observer));
    }
}

impl Observer for Observers {
    fn call_started(&self, call: &CallStarted) {
        self.each(|observer| observer.call_started(call));
    }

    fn call_finished(&self, call: &CallFinished) {
        self.each(|observer| observer.call_finished(call));
    }

    fn retry(&self, records: usize) {
        self.each(|observer| observer.retry(records));
    }

    fn deferral(&self, records: usize) {
        self.each(|observer| observer.deferral(records));
    }

    fn waiting(&self, waiting: &Waiting) {
        self.each(|observer| observer.waiting(waiting));
    }

    fn session_renewed(&self) {
        self.each(|observer| observer.session_renewed());
    }

    fn duplicate(&self, line: u64, first: Option<u64>) {
        self.each(|observer| observer.duplicate(line, first));
    }

    fn recalled(&self) {
        self.each(|observer| observer.recalled());
    }

    fn outcome(&self, verdict: Verdict, reached: bool) {
        self.each(|observer| observer.outcome(verdict, reached));
    }
}
