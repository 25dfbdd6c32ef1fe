//! What a provider's test tells the suite about its client.

use batchwise_core::clock::SharedClock;
use batchwise_core::quota::{QuotaHandle, Window};
use batchwise_core::transport::SharedTransport;
use batchwise_core::{Action, BatchMethod, Record, Verdict};

use super::{Difficult, Difficulty, Fact};
use crate::config::EmulatorConfig;
use crate::method::Method;
use crate::quota::QuotaConfig;
use crate::truth::Truth;

/// What a client under test is built over.
#[derive(Debug)]
pub struct Wiring {
    transport: SharedTransport,
    quota: QuotaHandle,
    clock: SharedClock,
}

impl Wiring {
    /// A client's surroundings.
    #[must_use]
    pub const fn new(transport: SharedTransport, quota: QuotaHandle, clock: SharedClock) -> Self {
        Self {
            transport,
            quota,
            clock,
        }
    }

    /// The emulator's world.
    #[must_use]
    pub fn transport(&self) -> SharedTransport {
        SharedTransport::clone(&self.transport)
    }

    /// The client's only quota, on the clock of the run.
    #[must_use]
    pub fn quota(&self) -> QuotaHandle {
        self.quota.clone()
    }

    /// The clock of the run, for a client that needs one.
    #[must_use]
    pub fn clock(&self) -> SharedClock {
        SharedClock::clone(&self.clock)
    }
}

/// The record type of a subject's client.
pub type RecordOf<S> = <<S as Subject>::Client as BatchMethod>::Record;

/// A client under test, and what is true of its records.
///
/// Records are known to the suite by numbers from 0; equal numbers are equal records, different ones different.
pub trait Subject {
    /// The client.
    type Client: BatchMethod;

    /// The emulator's method that the client calls.
    fn method(&self) -> Method;

    /// The client with its usual limits over this transport and this quota; any credentials will do.
    fn client(&self, wiring: &Wiring) -> Self::Client;

    /// The record with this number.
    fn record(&self, number: u64) -> RecordOf<Self>;

    /// How a fault rule names the record.
    fn fault_key(&self, number: u64) -> String {
        self.record(number).key()
    }

    /// A world in which every record exists, except that these are difficult; the rest of the settings stays.
    fn arrange(&self, world: EmulatorConfig, difficult: &Difficult) -> EmulatorConfig;

    /// What truly happened to a record.
    fn truth(&self, truth: &Truth, number: u64) -> Fact;

    /// The windows of the client's default quota (where there is none, those that a user would set), held against
    /// [`emulated_quota`](Self::emulated_quota).
    fn windows(&self) -> Vec<Window>;

    /// The quota that the emulator charges; its default unless said otherwise.
    fn emulated_quota(&self) -> QuotaConfig {
        QuotaConfig::default()
    }

    /// What records of this method can be.
    fn difficulties(&self) -> Vec<Difficulty> {
        vec![
            Difficulty::Absent,
            Difficulty::Poison,
            Difficulty::PoisonNameless,
            Difficulty::Silent,
        ]
    }

    /// What a difficult record comes to when nothing else goes wrong.
    fn expected(&self, number: u64, difficulty: Difficulty, action: Action) -> Verdict {
        let _ = number;
        difficulty.verdict(action)
    }

    /// False when a call that is repeated after a lost one cannot tell what became of the record.
    fn repeat_tells(&self, number: u64) -> bool {
        let _ = number;
        true
    }

    /// The emulator's method that logs the client in; `None` for static credentials.
    fn login(&self) -> Option<Method> {
        None
    }

    /// A world whose sessions die after so many calls; the same world for static credentials.
    fn short_sessions(&self, world: EmulatorConfig, calls: u64) -> EmulatorConfig {
        let _ = calls;
        world
    }
}
