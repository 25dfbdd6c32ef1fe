//! A simulator that cannot fail proves nothing: every deliberate bug has to be caught.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use xshell::cmd;

use super::bug::Bug;
use super::{bugs, copy, table};
use crate::workspace::Workspace;

/// Within so many jobs a bug has to be caught.
const MOST_JOBS: u64 = 10_000;

/// Scenarios of the copy with every bug off.
const CONTROL: u64 = 1_000;

/// How a bug was caught.
#[derive(Debug)]
pub(super) struct Caught {
    pub(super) bug: Bug,
    /// Jobs until then.
    pub(super) jobs: u64,
    /// The law that it broke.
    pub(super) law: String,
}

/// Builds all bugs and plays with each of them on.
pub(super) fn run(workspace: &Workspace, seed: u64, names: &[String], write: bool) -> Result<()> {
    let bugs = chosen(names)?;
    // All are put in, so that a choice builds nothing anew.
    let copy = copy::make(workspace, &bugs::all())?;
    let program = copy::build(workspace, &copy)?;
    let (jobs, broken) = play(workspace, &program, None, seed, CONTROL)?;
    if let Some(law) = broken {
        bail!("without any bug, `{law}` is broken after {jobs} jobs: cargo xtask simulate --seed {seed}");
    }
    let mut caught = Vec::new();
    let mut missed = Vec::new();
    for bug in bugs {
        let (jobs, law) = play(workspace, &program, Some(bug.name), seed, MOST_JOBS)?;
        match law.filter(|_| jobs <= MOST_JOBS) {
            Some(law) => {
                println!("{:<28} caught after {jobs:>5} jobs: {law}", bug.name);
                caught.push(Caught { bug, jobs, law });
            }
            None => {
                println!("{:<28} MISSED: {}", bug.name, bug.what);
                missed.push(bug.name);
            }
        }
    }
    ensure!(
        missed.is_empty(),
        "{MOST_JOBS} jobs do not show the bugs {}",
        missed.join(", ")
    );
    println!("{} bugs, each caught within {MOST_JOBS} jobs", caught.len());
    if write {
        table::write(workspace, seed, &caught)?;
    }
    Ok(())
}

fn chosen(names: &[String]) -> Result<Vec<Bug>> {
    let all = bugs::all();
    for name in names {
        let known: Vec<&str> = all.iter().map(|bug| bug.name).collect();
        ensure!(
            known.contains(&name.as_str()),
            "there is no bug `{name}`; the bugs are {}",
            known.join(", ")
        );
    }
    let wanted = |bug: &Bug| names.is_empty() || names.iter().any(|name| name == bug.name);
    Ok(all.into_iter().filter(wanted).collect())
}

/// How many jobs were played, and the law that the last of them broke.
fn play(
    workspace: &Workspace,
    program: &Path,
    bug: Option<&str>,
    seed: u64,
    scenarios: u64,
) -> Result<(u64, Option<String>)> {
    let (seed, scenarios) = (seed.to_string(), scenarios.to_string());
    let played = cmd!(workspace.shell(), "{program} --terse --jobs {scenarios} --seed {seed}");
    // It ends with a failure when a law is broken, which is what is asked for.
    let played = played.env("BATCHWISE_MUTANT", bug.unwrap_or_default());
    let told = played.quiet().ignore_status().ignore_stderr().read()?;
    let (jobs, law) = told
        .trim()
        .rsplit_once('\t')
        .with_context(|| format!("with `{bug:?}` the simulator says {told:?}"))?;
    Ok((jobs.parse()?, (law != "-").then(|| law.to_owned())))
}
