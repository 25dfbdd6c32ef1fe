//! `cargo xtask bench`: batchwise beside what people would write in its place, in one run. Writes `docs/bench.md`, `docs/bench.json`
//! and `docs/bench.svg`; a run of some parts writes them to `target/bench/part`.
//!
//! Nothing here is a test: a machine that is busy gives other figures, and no build fails for it.

mod builds;
mod command;
mod instructions;
mod machine;
mod method;
mod peers;
mod plot;
mod programs;
mod quota;
mod report;
mod row;
mod throughput;

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;

use crate::bench::machine::Machine;
use crate::bench::peers::Peers;
use crate::bench::programs::Programs;
use crate::bench::report::Report;
use crate::workspace::Workspace;

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// Fewer records and repeats, no builds: two or three minutes, and rougher figures
    #[arg(long)]
    quick: bool,
    /// Also build the clients of other services (octocrab, async-stripe, aws-sdk-s3): some twenty minutes more
    #[arg(long, conflicts_with = "quick")]
    all_builds: bool,
    /// Only these parts; the results go to target/bench/part, so that the whole run in docs stays
    #[arg(long, value_name = "PART", value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Write the results to this directory
    #[arg(long, value_name = "DIR")]
    out: Option<std::path::PathBuf>,
}

/// A part of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Records per second, all peers.
    Throughput,
    /// Instructions and allocations per record.
    Instructions,
    /// Cost per record with the number of records.
    Flat,
    /// Rows under a quota.
    Quota,
    /// Memory, journal and start of the command.
    Command,
    /// A provider crate as a dependency.
    Builds,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) quick: bool,
    pub(super) all_builds: bool,
}

/// Measures and writes.
pub(crate) fn run(args: &BenchArgs, workspace: &Workspace) -> Result<()> {
    let started = Instant::now();
    let extent = Extent {
        quick: args.quick,
        all_builds: args.all_builds,
    };
    let wanted = |part| args.only.is_empty() || args.only.contains(&part);
    let mut report = Report::new(Machine::here(workspace)?, extent);
    let programs = Programs::build(workspace)?;
    let out = args.out.clone().unwrap_or_else(|| match args.only.as_slice() {
        [] => workspace.root().join("docs"),
        _ => workspace.target().join("bench").join("part"),
    });
    // After each part, so that a run that is cut short leaves what it measured.
    let write = |report: &mut Report| -> Result<()> {
        report.took(started.elapsed());
        write(report, &out)
    };
    if wanted(Part::Throughput) {
        let peers = Peers::find(workspace, &programs, &mut report);
        throughput::measure(&programs, &peers, extent, &mut report)?;
        write(&mut report)?;
    }
    if wanted(Part::Instructions) {
        instructions::measure(&programs, extent, &mut report)?;
        write(&mut report)?;
    }
    if wanted(Part::Flat) {
        instructions::flat(&programs, extent, &mut report)?;
        write(&mut report)?;
    }
    if wanted(Part::Quota) {
        quota::measure(&programs, extent, &mut report)?;
        write(&mut report)?;
    }
    if wanted(Part::Command) {
        command::measure(&programs, extent, &mut report)?;
        write(&mut report)?;
    }
    if wanted(Part::Builds) && !extent.quick {
        builds::measure(workspace, extent, &mut report)?;
    }
    write(&mut report)?;
    report.say();
    Ok(())
}

/// Writes what was measured so far.
fn write(report: &Report, out: &Path) -> Result<()> {
    fs::create_dir_all(out)?;
    for (name, text) in [
        ("bench.md", report.markdown()),
        ("bench.json", report.json()?),
        ("bench.svg", plot::draw(report)),
    ] {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
