//! The shared suite against the emulator: every outcome is held against what truly happened.
#![allow(clippy::unwrap_used)]

mod subject;

use subject::{Customers, Phones};

batchwise_emulator::conformance! {
    customers => Customers::default(),
    customers_when_mixed_answers_are_207 => Customers { multi_status: true, long_ids: true },
    phones => Phones::default(),
    phones_when_mixed_answers_are_207 => Phones { multi_status: true },
}
