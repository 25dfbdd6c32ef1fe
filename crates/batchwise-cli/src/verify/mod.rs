//! Whether what a job was about is still there: `--verify`, and `batchwise verify`.

mod args;
mod command;
mod held;
mod verification;

pub(crate) use args::VerifyArgs;
pub(crate) use command::verify;
pub(crate) use held::HeldRows;
pub(crate) use verification::{Missed, Verification, contradiction, counted, look, look_again, not_looked_at};
