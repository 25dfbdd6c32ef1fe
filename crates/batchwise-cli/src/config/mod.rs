//! `batchwise config`: the settings file.

mod args;
mod init;
mod show;

pub(crate) use args::ConfigCommand;

use crate::failure::{Exit, Failure};
use crate::settings::Place;
use crate::stdout::print;

/// Runs `config init`, `show` or `path`.
pub(crate) fn run(command: &ConfigCommand) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Init => init::write(&Place::find()?)?,
        ConfigCommand::Show(settings) => print(&show::text(settings)?)?,
        ConfigCommand::Path => print(&format!("{}\n", Place::find()?.path().display()))?,
    }
    Ok(Exit::Reached)
}
