//! `batchwise emulator`.

use crate::args::EmulatorArgs;
use crate::failure::{Exit, Failure};

pub(crate) async fn serve(_args: &EmulatorArgs) -> Result<Exit, Failure> {
    Ok(Exit::Reached)
}
