//! The emulator, stopped when it is dropped.

use batchwise_emulator::{Emulator, EmulatorConfig, Truth};
use tokio::runtime::Runtime;

/// A running emulator with a runtime of its own.
pub(crate) struct Emulated {
    emulator: Emulator,
    _runtime: Runtime,
}

impl Emulated {
    /// An emulator in which every record exists, without quotas.
    pub(crate) fn any() -> Self {
        Self::with(EmulatorConfig::default())
    }

    /// An emulator of this configuration, without quotas.
    pub(crate) fn with(config: EmulatorConfig) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let emulator = runtime.block_on(Emulator::start(config.quota_off())).unwrap();
        Self {
            emulator,
            _runtime: runtime,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.emulator.base_url()
    }

    pub(crate) fn truth(&self) -> Truth {
        self.emulator.truth()
    }
}
