//! Every fault at every place of every method, over every wire, over real sockets.

mod case;
mod line;
mod run;
mod table;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

use anyhow::{Context, Result, bail};
use clap::Args;

use self::case::{Case, Ended};
use self::run::Stage;
use crate::wires::Issuer;

/// What the matrix takes.
#[derive(Debug, Args)]
pub(crate) struct MatrixArgs {
    /// Where the table is
    #[arg(long, value_name = "FILE", default_value = "docs/fault-matrix.md")]
    file: PathBuf,
    /// Write nothing; fail when the file is not what comes out
    #[arg(long)]
    check: bool,
    /// Only cases whose name holds this text, told one by one; no table
    #[arg(long, value_name = "TEXT", conflicts_with = "check")]
    only: Option<String>,
}

/// Runs the matrix; fails when a run broke the law, or the table is not the one that is written down.
pub(crate) fn run(args: &MatrixArgs) -> Result<()> {
    let mut cases = Case::all();
    if let Some(text) = &args.only {
        cases.retain(|case| case.to_string().contains(text));
    }
    let ended = play_all(&cases)?;
    let mut broken = 0;
    for (case, ended) in cases.iter().zip(&ended) {
        if args.only.is_some() {
            println!("{case}: {ended}");
        }
        if !ended.broken.is_empty() {
            broken += 1;
            eprintln!("{case}: {ended}\n  {}", ended.broken.join("\n  "));
        }
    }
    println!("{} runs, {broken} broke the law", cases.len());
    if broken > 0 {
        bail!("{broken} of {} runs broke the law", cases.len());
    }
    if args.only.is_some() {
        return Ok(());
    }
    let table = table::of(&cases, &ended);
    let shown = args.file.display();
    if args.check {
        let written = fs::read_to_string(&args.file).with_context(|| format!("{shown} cannot be read"))?;
        if let Some(line) = first_difference(&written, &table) {
            bail!("{shown} is not what comes out, from line {line} on; `cargo xtask fault-matrix` writes it anew");
        }
    } else {
        fs::write(&args.file, table).with_context(|| format!("{shown} cannot be written"))?;
    }
    Ok(())
}

/// Plays the cases on as many threads as there are processors; the results are in the order of the cases.
fn play_all(cases: &[Case]) -> Result<Vec<Ended>> {
    let issuer = Issuer::new()?;
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(cases.len()));
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| -> Result<()> {
        let work = || -> Result<()> {
            let stage = Stage::new(&issuer)?;
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(case) = cases.get(at) else { return Ok(()) };
                let ended = stage.play(case).with_context(|| case.to_string())?;
                if let Ok(mut results) = results.lock() {
                    results.push((at, ended));
                }
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            match worker.join() {
                Ok(result) => result?,
                Err(_) => bail!("a run panicked"),
            }
        }
        Ok(())
    })?;
    let mut results = results.into_inner()?;
    results.sort_by_key(|(at, _)| *at);
    Ok(results.into_iter().map(|(_, ended)| ended).collect())
}

/// The number of the first line that differs.
fn first_difference(one: &str, other: &str) -> Option<usize> {
    if one == other {
        return None;
    }
    let same = one.lines().zip(other.lines()).take_while(|(one, other)| one == other);
    Some(same.count() + 1)
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn a_text_that_is_shorter_or_ends_otherwise_differs() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("a\nb", "a\nb\n"), Some(3));
    }
}
