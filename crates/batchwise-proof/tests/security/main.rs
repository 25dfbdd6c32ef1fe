//! What others write (ids, credentials, answers) can neither change a request's shape nor cost without measure.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod answers;
mod injection;
mod logs;
mod wires;
