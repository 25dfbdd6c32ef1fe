//! No secret and no contact is shown, whatever a server does: canaries for each of them, looked for in everything that is
//! written, logged or returned.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod canaries;
mod command;
mod echoes;
mod hostile;
mod libraries;
