//! `cargo xtask release`: from "everything is merged" to a tag, and to the registry.

mod clone;
mod manifest;
mod next;
mod plan;
mod publish;
mod task;

#[cfg(test)]
mod refusals;
#[cfg(test)]
mod toy;

pub(crate) use self::task::{ReleaseArgs, run};
