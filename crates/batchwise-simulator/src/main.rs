//! `batchwise-simulator`: plays many scenarios, or one seed again.

use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use batchwise_simulator::scenario::draw;
use batchwise_simulator::{Failure, many, play, shrink};
use clap::Parser;

/// Plays jobs of every method against modelled providers and holds them against the law.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask simulate",
    bin_name = "cargo xtask simulate",
    max_term_width = 110
)]
struct Args {
    /// Scenarios to play, each of one to three jobs
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    jobs: u64,
    /// The run's seed
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Play this one scenario and tell what happened; a failure is shrunk
    #[arg(long, value_name = "SEED", conflicts_with_all = ["jobs", "seed"])]
    one: Option<u64>,
    /// Threads; the result is the same for any number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Say nothing but how many jobs were played and which law broke
    #[arg(long)]
    terse: bool,
}

/// From so many scenarios on every kind of trouble has to have come.
const ALL_TROUBLE: u64 = 20_000;

fn main() -> ExitCode {
    let args = Args::parse();
    // A panic is told with its scenario.
    std::panic::set_hook(Box::new(|_| {}));
    match args.one {
        Some(seed) => one(seed),
        None => run(&args),
    }
}

fn run(args: &Args) -> ExitCode {
    let threads = args
        .threads
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, std::num::NonZero::get));
    let started = Instant::now();
    let progress = |played: u64| {
        let rate = played as f64 / started.elapsed().as_secs_f64();
        eprintln!("{played} of {} scenarios, {rate:.0} a second", args.jobs);
    };
    let sum = many(args.seed, args.jobs, threads, &progress);
    let took = started.elapsed().as_secs_f64();
    if args.terse {
        let law = sum.failed.map_or("-", |(_, _, law)| law);
        println!("{}\t{law}", sum.jobs);
        return if sum.failed.is_some() {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        };
    }
    println!("{}", sum.coverage);
    println!(
        "seed {}: {} scenarios with {} jobs in {took:.1} s, {:.0} jobs a second on {threads} threads",
        args.seed,
        sum.played,
        sum.jobs,
        sum.jobs as f64 / took,
    );
    if let Some((_, seed, _)) = sum.failed {
        return one(seed);
    }
    let missing = sum.coverage.missing();
    if args.jobs >= ALL_TROUBLE && !missing.is_empty() {
        println!("\nnever happened: {}", missing.join("; "));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn one(seed: u64) -> ExitCode {
    match shrink(seed) {
        None => {
            let scenario = draw(seed).current();
            let played = play(&scenario, true);
            println!("{scenario}\n{}\nseed {seed} keeps the law", played.transcript);
            ExitCode::SUCCESS
        }
        Some(failure) => {
            tell(&failure);
            ExitCode::FAILURE
        }
    }
}

fn tell(failure: &Failure) {
    let Failure {
        seed,
        first,
        scenario,
        played,
        plays,
    } = failure;
    println!("\nseed {seed} breaks the law:");
    for breach in &first.broken {
        println!("  {breach}");
    }
    println!("\nthe simplest scenario of {plays} that still does:\n{scenario}");
    for breach in &played.broken {
        println!("  {breach}");
    }
    println!("\n{}", played.transcript);
    println!("to see it again:\n  cargo xtask simulate --one {seed}");
}
