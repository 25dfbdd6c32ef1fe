//! The shared suite against the emulator: every outcome is held against what truly happened.
#![allow(clippy::unwrap_used)]

mod subject;

use subject::Leads;

batchwise_emulator::conformance! {
    leads => Leads,
}
