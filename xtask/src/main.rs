//! The workspace's own automation: `cargo xtask ci` runs the checks, one stage at a time.
//!
//! A subcommand is a module with its arguments and a `run`; a stage of `ci` is a file in `ci/stages`.

mod api;
mod bench;
mod bootstrap;
mod cargo_home;
mod changelog;
mod ci;
mod coverage;
mod dist;
mod fuzz;
mod git;
mod house;
mod mutants;
mod new_provider;
mod package;
mod proof;
mod readme;
mod release;
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
    /// Feed any bytes to everything that reads what others wrote
    Fuzz(fuzz::FuzzArgs),
    /// Show which lines no test reaches
    Coverage(coverage::CoverageArgs),
    /// Break what the law rests on, and see whether a test notices
    Mutants(mutants::MutantsArgs),
    /// Play jobs of every method by chance, and hold them against the law
    Simulate(simulate::SimulateArgs),
    /// Run every fault over every wire and write docs/fault-matrix.md, or check it with --check
    FaultMatrix(proof::ProofArgs),
    /// Run jobs of very many records against the emulator
    Load(proof::ProofArgs),
    /// Measure batchwise beside loops by hand, in Rust, Python and PHP, and write docs/bench.md
    Bench(bench::BenchArgs),
    /// Compare the public interfaces with their listings, or write the listings
    Api(api::ApiArgs),
    /// Rehearse a release, or make it
    Release(release::ReleaseArgs),
    /// Build the command as people download it
    Dist(dist::DistArgs),
    /// Write the skeleton of a provider crate and wire it in
    NewProvider(new_provider::NewProviderArgs),
}

fn main() -> ExitCode {
    if let Some(code) = bootstrap::standing_in() {
        return code;
    }
    let cli = Cli::parse();
    let done = Workspace::of_this_checkout().and_then(|workspace| match cli.task {
        Task::Ci(args) => ci::run(&args, &workspace),
        Task::Fuzz(args) => fuzz::run(&args, &workspace),
        Task::Coverage(args) => coverage::run(&args, &workspace),
        Task::Mutants(args) => mutants::run(&args, &workspace),
        Task::Simulate(args) => simulate::run(&args, &workspace),
        Task::FaultMatrix(args) => proof::fault_matrix(&args, &workspace),
        Task::Load(args) => proof::load(&args, &workspace),
        Task::Bench(args) => bench::run(&args, &workspace),
        Task::Api(args) => api::run(&args, &workspace),
        Task::Release(args) => release::run(&args, &workspace),
        Task::Dist(args) => dist::run(&args, &workspace),
        Task::NewProvider(args) => new_provider::run(&args, &workspace),
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
