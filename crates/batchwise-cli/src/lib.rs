#![doc = include_str!("../README.md")]

mod afterwards;
mod args;
mod commands;
mod config;
mod consent;
mod demo;
mod distinct;
mod doctor;
mod dry_run;
mod ending;
mod failure;
mod fault;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod input;
mod inspect;
mod job;
mod leads;
mod ledger;
mod listing;
mod logging;
mod nearest;
mod notes;
mod observers;
mod output;
mod progress;
mod reading;
mod report;
mod results;
mod screen;
mod settings;
mod shell;
mod signals;
mod stdout;
mod target;
mod toml_line;
mod transport;
mod usage;
mod values;
mod verify;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::failure::{Exit, Failure};

/// Runs the command with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not mistakes.
            let is_answer = !error.use_stderr();
            return match usage::helped(error).print() {
                // Whoever reads the first lines of a help alone has what was wanted.
                Err(error) if is_answer && error.kind() != io::ErrorKind::BrokenPipe => {
                    told(&Failure::unwritable(&error))
                }
                _ if is_answer => Exit::Reached.into(),
                _ => Exit::Usage.into(),
            };
        }
    };
    end_at_panics();
    match start(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => told(&failure),
    }
}

/// Says what went wrong, and gives the exit code for it.
fn told(failure: &Failure) -> ExitCode {
    notes::say_failure(failure);
    failure.exit().into()
}

/// A panic, on whichever thread, is a fault of our own: the command ends at once, with the exit code for it. A thread that
/// died quietly could pass for the end of the input.
fn end_at_panics() {
    std::panic::set_hook(Box::new(|panic| {
        fault::report(panic.payload(), panic.location());
        std::process::exit(i32::from(Exit::Fault.code()));
    }));
}

fn start(cli: Cli) -> Result<Exit, Failure> {
    logging::start(&cli);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::fault(format!("the runtime cannot start: {error}")))?;
    let ended = runtime.block_on(commands::run(cli));
    // A thread may still wait for standard input; nothing of it is wanted any more.
    runtime.shutdown_background();
    ended
}
