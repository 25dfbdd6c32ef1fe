//! What users get: the packages, and programs that have nothing else.

mod consumer;
mod crates;

use xshell::Cmd;

pub(crate) use self::consumer::consume;

/// A build that only has to succeed: nobody will look into what it makes. The profiles of the workspace do not reach packages.
pub(crate) fn built_lightly(cargo: Cmd<'_>) -> Cmd<'_> {
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0")
}
