//! `cargo xtask simulate`: plays jobs by chance and holds them against the law, or shows that the law would catch a bug.

mod bug;
mod bugs;
mod copy;
mod mutants;
mod table;

use anyhow::Result;
use clap::Args;
use xshell::cmd;

use crate::workspace::Workspace;

/// The profile of the root manifest that the simulator is built with: optimised, with every assertion.
const PROFILE: &str = "simulate";

/// What to play.
#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// Scenarios to play, each of one to three jobs
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    jobs: u64,
    /// The run's seed
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Play this one scenario and tell what happened; a failure is shrunk
    #[arg(long, value_name = "SEED", conflicts_with_all = ["jobs", "mutants"])]
    one: Option<u64>,
    /// Threads; the result is the same for any number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Put every deliberate bug into a copy of the workspace, and show that each is caught within 10,000 jobs
    #[arg(long, conflicts_with = "jobs")]
    mutants: bool,
    /// With `--mutants`: these bugs alone
    #[arg(value_name = "BUG", requires = "mutants")]
    bugs: Vec<String>,
    /// With `--mutants`: write the table in `docs/mutants.md`
    #[arg(long, requires = "mutants", conflicts_with = "bugs")]
    write: bool,
}

/// Plays what the arguments say.
pub(crate) fn run(args: &SimulateArgs, workspace: &Workspace) -> Result<()> {
    if args.mutants {
        return mutants::run(workspace, args.seed, &args.bugs, args.write);
    }
    let mut options = vec!["--seed".to_owned(), args.seed.to_string()];
    match args.one {
        Some(one) => options = vec!["--one".to_owned(), one.to_string()],
        None => options.extend(["--jobs".to_owned(), args.jobs.to_string()]),
    }
    if let Some(threads) = args.threads {
        options.extend(["--threads".to_owned(), threads.to_string()]);
    }
    play(workspace, &options)
}

/// Twenty thousand scenarios, as the checks do it.
pub(crate) fn short(workspace: &Workspace) -> Result<()> {
    play(workspace, &["--jobs", "20000"].map(str::to_owned))
}

/// Every bug is caught.
pub(crate) fn all_mutants(workspace: &Workspace) -> Result<()> {
    mutants::run(workspace, 1, &[], false)
}

fn play(workspace: &Workspace, options: &[String]) -> Result<()> {
    let run = cmd!(
        workspace.shell(),
        "cargo run --quiet --profile {PROFILE} --package batchwise-simulator -- {options...}"
    );
    Ok(run.quiet().run()?)
}
