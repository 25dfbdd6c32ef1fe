//! What users get: the packages, and programs that have nothing else.

mod consumer;
mod crates;

use xshell::Cmd;

pub(crate) use self::consumer::consume;

/// A build that takes what the workspace has built already: its profiles do not reach packages, so they are said again.
pub(crate) fn built_alike(cargo: Cmd<'_>) -> Cmd<'_> {
    cargo
        .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
        .env("CARGO_INCREMENTAL", "0")
}
