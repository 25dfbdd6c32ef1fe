//! `cargo xtask new-provider`: the skeleton of a provider crate, wired into everything.

mod names;
mod skeleton;
mod task;
mod wiring;

pub(crate) use self::task::{NewProviderArgs, run};
