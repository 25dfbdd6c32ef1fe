//! `batchwise-bench`: the neutral server, and one loop at a time against it. `cargo xtask bench` runs the comparison.

mod answers;
mod job;
mod memory;
mod method;
mod peers;
mod server;
mod wire;

use clap::{Parser, Subcommand};

use crate::job::Job;
use crate::server::Serve;

/// batchwise beside hand-written loops, against one neutral server that answers from memory.
#[derive(Debug, Parser)]
#[command(name = "batchwise-bench", max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Answers every request of the four methods at once, truly for each record, until it is killed
    Serve(Serve),
    /// Runs one loop over so many records and prints one line of JSON
    Run(Job),
    /// Writes so many leads of about 1 KiB, one a line
    Leads {
        /// How many
        #[arg(long)]
        records: u64,
    },
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    // One thread, so that a loop uses one core and the instructions of a run are those of its work.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match cli.task {
        Task::Serve(serve) => runtime.block_on(server::serve(serve)),
        Task::Run(job) => {
            println!("{}", serde_json::to_string(&runtime.block_on(job::run(&job))?)?);
            Ok(())
        }
        Task::Leads { records } => method::write_leads(records),
    }
}
