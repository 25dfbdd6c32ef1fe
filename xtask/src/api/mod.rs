//! `cargo xtask api`: what the crates offer, listed and compared with the listing that is committed.

mod listing;
mod task;

pub(crate) use self::listing::{Change, FILE};
pub(crate) use self::task::{ApiArgs, check, run};
