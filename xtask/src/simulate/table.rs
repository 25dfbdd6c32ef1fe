//! The table of the bugs, and what caught them.

use std::fmt::Write;

use anyhow::Result;

use super::mutants::Caught;
use crate::workspace::Workspace;

/// Where it is.
const FILE: &str = "docs/mutants.md";

pub(super) fn write(workspace: &Workspace, seed: u64, caught: &[Caught]) -> Result<()> {
    workspace.shell().write_file(FILE, of(seed, caught)?)?;
    println!("written to {FILE}");
    Ok(())
}

fn of(seed: u64, caught: &[Caught]) -> Result<String> {
    let mut text = String::from(
        "# What the simulator catches\n\n\
         Written by `cargo xtask simulate --mutants --write`: each of these bugs was put into a copy of the real code, and\n\
         played until a law broke. The list is in `xtask/src/simulate/bugs`.\n\n",
    );
    writeln!(text, "Seed {seed}.\n")?;
    text.push_str("| bug | what it does | where | caught after | by the law |\n|---|---|---|---:|---|\n");
    for Caught { bug, jobs, law } in caught {
        let file = bug.file.trim_start_matches("crates/");
        let jobs = if *jobs == 1 {
            "1 job".to_owned()
        } else {
            format!("{jobs} jobs")
        };
        writeln!(text, "| `{}` | {} | `{file}` | {jobs} | {law} |", bug.name, bug.what)?;
    }
    Ok(text)
}
