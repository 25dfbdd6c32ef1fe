//! The shared suite against the emulator: every outcome is held against what truly happened.
#![allow(clippy::unwrap_used)]

mod subject;

use subject::Imports;

batchwise_emulator::conformance! {
    as_documented => Imports::default(),
    when_a_refusal_deletes_the_others => Imports {
        refusal_deletes_others: true,
        partial_status: Some(200),
        ..Imports::default()
    },
    when_a_refusal_is_a_result => Imports { refusal_is_a_result: true, ..Imports::default() },
}
