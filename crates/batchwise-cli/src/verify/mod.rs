//! Whether what a job was about is still there: `--verify`, and `batchwise verify`.

mod args;
mod command;
mod held;
mod verification;

pub(crate) use args::VerifyArgs;
pub(crate) use command::verify;
pub(crate) use held::HeldRows;
pub(crate) use verification::{Verification, contradiction, counted, look};
