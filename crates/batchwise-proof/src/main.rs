//! `batchwise-proof`: the law over real sockets.
//!
//! `fault-matrix` writes or checks the table of every fault over every wire; `load` runs jobs of a million records.

mod load;
mod matrix;
mod still;
mod subjects;
mod wires;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The law over real sockets.
#[derive(Debug, Parser)]
#[command(name = "batchwise-proof", max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    proof: Proof,
}

#[derive(Debug, Subcommand)]
enum Proof {
    /// Every fault, at every place, of every method, over every wire
    FaultMatrix(matrix::MatrixArgs),
    /// Jobs of very many records through the command, and very many jobs under one quota
    Load(load::LoadArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().proof {
        Proof::FaultMatrix(args) => matrix::run(&args),
        Proof::Load(args) => load::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
