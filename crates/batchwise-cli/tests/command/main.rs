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
mod encodings;
mod exit_codes;
mod files;
mod leads;
mod leads_columns;
mod numbers;
mod outputs;
mod pipes;
mod safety;
mod same_calls;
mod stopping;
mod support;
mod trust;
