//! `cargo xtask dist`: the command as people download it.

mod archive;
mod build;
mod extras;
mod notices;
mod task;

pub(crate) use self::task::{DistArgs, run};
