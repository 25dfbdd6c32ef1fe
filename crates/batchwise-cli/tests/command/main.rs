//! The command, run as a user runs it, against the emulator; outcomes are held against what truly happened.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod book;
mod campaigns;
mod consent;
mod distinct;
mod doctor;
mod encodings;
mod endings;
mod errors;
mod exit_codes;
mod files;
mod help;
mod journal;
#[cfg(all(feature = "keyring", target_os = "linux"))]
mod keyring;
mod killed;
mod leads;
mod leads_columns;
mod lists;
mod numbers;
mod outputs;
mod page;
mod pipes;
mod progress;
mod readme;
mod results;
mod safety;
mod same_calls;
mod settings;
mod shell;
mod stopping;
mod support;
mod trust;
mod verify;
