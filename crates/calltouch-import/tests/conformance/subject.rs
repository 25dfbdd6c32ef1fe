//! The imports that the conformance suite and the simulator delete.

use batchwise_core::quota::Window;
use batchwise_emulator::conformance::{Difficult, Fact, Subject, Wiring};
use batchwise_emulator::{CalltouchConfig, EmulatorConfig, Method, Truth};
use calltouch_import::{CalltouchCredentials, CalltouchImport, CalltouchQuota, ImportLogId};

/// The imports 51000, 51001 and so on.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    /// What the documents leave open: the valid ids of a request that names an invalid one are deleted all the same.
    pub(crate) refusal_deletes_others: bool,
    /// An import that is refused is told of in its own result.
    pub(crate) refusal_is_a_result: bool,
    /// What they leave open too: the status of the envelope that tells of unknown ids.
    pub(crate) partial_status: Option<u16>,
}

impl Imports {
    fn id(number: u64) -> u64 {
        51_000 + number
    }
}

impl Subject for Imports {
    type Client = CalltouchImport;

    fn method(&self) -> Method {
        Method::CalltouchImport
    }

    fn client(&self, wiring: &Wiring) -> CalltouchImport {
        CalltouchImport::builder(CalltouchCredentials::new("token", "4242").unwrap())
            .transport(wiring.transport())
            .quota(wiring.quota())
            .build()
            .unwrap()
    }

    fn record(&self, number: u64) -> ImportLogId {
        ImportLogId::new(Self::id(number))
    }

    fn arrange(&self, world: EmulatorConfig, difficult: &Difficult) -> EmulatorConfig {
        let mut choices = CalltouchConfig {
            refusal_deletes_others: self.refusal_deletes_others,
            refusal_is_a_result: self.refusal_is_a_result,
            ..CalltouchConfig::default()
        };
        choices.partial_status = self.partial_status.unwrap_or(choices.partial_status);
        world
            .calltouch(choices)
            .calltouch_import(difficult.space(|number| Some(Self::id(number))))
    }

    fn truth(&self, truth: &Truth, number: u64) -> Fact {
        Fact::removed(&truth.calltouch, &Self::id(number))
    }

    fn windows(&self) -> Vec<Window> {
        vec![CalltouchQuota::default_window()]
    }
}
