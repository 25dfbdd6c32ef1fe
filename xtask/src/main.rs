//! The workspace's own automation: `cargo xtask ci` runs the checks, one stage at a time.
//!
//! A subcommand is a module with its arguments and a `run`; a stage of `ci` is a file in `ci/stages`.

mod ci;
mod readme;
mod simulate;
mod tool;
#[cfg(test)]
mod translations;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Automation of the batchwise workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run the checks: all of them, or the stages that are named
    Ci(ci::CiArgs),
    /// Play jobs of every method by chance, and hold them against the law
    Simulate(simulate::SimulateArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = Workspace::of_this_checkout().and_then(|workspace| match cli.task {
        Task::Ci(args) => ci::run(&args, &workspace),
        Task::Simulate(args) => simulate::run(&args, &workspace),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
