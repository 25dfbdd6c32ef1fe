//! `batchwise completions`.

use clap::CommandFactory;

use super::CompletionsArgs;
use crate::args::Cli;
use crate::failure::{Exit, Failure};
use crate::stdout::print;

/// Prints a script that completes commands and flags.
pub(crate) fn complete(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "batchwise", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Reached)
}
