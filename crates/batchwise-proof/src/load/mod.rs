//! Jobs of very many records through the command, against the emulator with faults; and very many jobs under one quota.

mod account;
mod job;
mod many;
mod records;
mod watch;

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use clap::Args;
use tokio::runtime::Builder;

use self::job::{Job, Ran};
use self::records::Loaded;

/// What a job with ten times the records may take more: the law asks for no more.
const MOST_BYTES_MORE: u64 = 8 * 1024 * 1024;

/// What the load takes.
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// Records of each job, one job after the other; each may take 8 MiB more than the first
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [100_000, 1_000_000])]
    records: Vec<u64>,
    /// Methods; all when none is named
    #[arg(long, value_enum, value_name = "METHOD", value_delimiter = ',')]
    method: Vec<Loaded>,
    /// Digits of the random ids
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(7..=19))]
    digits: u32,
    /// Calls in flight
    #[arg(long, value_name = "N", default_value_t = 4)]
    concurrency: usize,
    /// Faults, in parts of a thousand requests
    #[arg(long, value_name = "N", default_value_t = 10)]
    faults: u32,
    /// Jobs in one process under one quota; 0 leaves that out
    #[arg(long, value_name = "N", default_value_t = 1000)]
    jobs: u64,
    /// The command; `batchwise` beside this program unless said otherwise
    #[arg(long, value_name = "FILE")]
    command: Option<PathBuf>,
}

/// Runs the load; fails when a job broke the law, grew, or left descriptors open.
pub(crate) fn run(args: &LoadArgs) -> Result<()> {
    let mut broken = Vec::new();
    if args.jobs > 0 {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        broken.extend(runtime.block_on(many::run(args.jobs))?);
    }
    let methods = if args.method.is_empty() {
        Loaded::ALL.to_vec()
    } else {
        args.method.clone()
    };
    let command = match &args.command {
        Some(command) => command.clone(),
        None => beside()?,
    };
    println!("{}", Ran::HEAD);
    for method in methods {
        let mut first: Option<Ran> = None;
        for records in &args.records {
            let job = Job {
                method,
                records: *records,
                digits: args.digits,
                concurrency: args.concurrency,
                faults: args.faults,
                command: &command,
            };
            let ran = job.run().with_context(|| format!("{method}, {records} records"))?;
            println!("{ran}");
            broken.extend(
                ran.broken
                    .iter()
                    .map(|what| format!("{method}, {records} records: {what}")),
            );
            match &first {
                None => first = Some(ran),
                Some(first) => broken.extend(ran.grew(first, MOST_BYTES_MORE)),
            }
        }
    }
    for what in &broken {
        eprintln!("{what}");
    }
    if !broken.is_empty() {
        bail!("the load broke something, {} times", broken.len());
    }
    Ok(())
}

/// The command that was built beside this program.
fn beside() -> Result<PathBuf> {
    let this = env::current_exe()?;
    let command = this.with_file_name("batchwise");
    fs::metadata(&command).with_context(|| {
        format!(
            "{} is not there: `cargo build --release -p batchwise-cli` makes it",
            command.display()
        )
    })?;
    Ok(command)
}
