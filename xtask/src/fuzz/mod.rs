//! `cargo xtask fuzz`: any bytes for everything that reads what others wrote.

mod figures;
mod growth;
mod lengthen;
mod target;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use xshell::cmd;

use self::figures::Figures;
use self::target::Target;
use crate::tool::CARGO_FUZZ;
use crate::workspace::Workspace;

/// What to fuzz, and for how long.
#[derive(Debug, Args)]
pub(crate) struct FuzzArgs {
    /// Targets, files of `fuzz/fuzz_targets`; all when none is named
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// Seconds of new inputs for each target; 0 tries what is known and no more
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub(crate) seconds: u64,
    /// Bytes of the longest input of the check that time grows with the input and no faster; 0 leaves it out
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 19)]
    pub(crate) longest: usize,
}

/// Builds the targets, then one after the other tries the corpus, what is made of it, and new inputs.
pub(crate) fn run(args: &FuzzArgs, workspace: &Workspace) -> Result<()> {
    let targets = chosen(&args.targets, Target::all(workspace)?)?;
    build(workspace)?;
    let mut table = Vec::new();
    let mut broken = Vec::new();
    for target in &targets {
        println!("--> {}", target.name());
        match try_one(target, args) {
            Ok(figures) => table.push(figures),
            Err(error) => {
                eprintln!("{}: {error:#}", target.name());
                broken.push(target.name());
            }
        }
    }
    print!("\n{}", figures::table(&table));
    if !broken.is_empty() {
        bail!("an input breaks {}", broken.join(", "));
    }
    Ok(())
}

fn try_one(target: &Target, args: &FuzzArgs) -> Result<Figures> {
    let lengthened = match args.longest {
        0 => 0,
        longest => growth::check(target, longest)?,
    };
    target.fuzz(Duration::from_secs(args.seconds), lengthened)
}

/// The stable toolchain has all that it takes, and hides it behind a variable.
fn build(workspace: &Workspace) -> Result<()> {
    let cargo_fuzz = CARGO_FUZZ.get(workspace)?;
    cmd!(workspace.shell(), "{cargo_fuzz} build")
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("CARGO_TARGET_DIR")
        .run()
        .context("the targets cannot be built; the fuzzer's engine needs a C++ compiler")
}

/// The named targets in their order, or all.
fn chosen(names: &[String], all: Vec<Target>) -> Result<Vec<Target>> {
    for name in names {
        if !all.iter().any(|target| target.name() == name) {
            let known: Vec<&str> = all.iter().map(Target::name).collect();
            bail!("there is no target `{name}`; the targets are {}", known.join(", "));
        }
    }
    let wanted = |target: &Target| names.is_empty() || names.iter().any(|name| name == target.name());
    Ok(all.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn all_targets_are_tried_unless_some_are_named() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let all = || Target::all(&workspace).unwrap();
        assert_eq!(chosen(&[], all()).unwrap().len(), all().len());
        let some = chosen(&names(&["retry_after"]), all()).unwrap();
        assert_eq!(some.iter().map(Target::name).collect::<Vec<_>>(), ["retry_after"]);
    }

    #[test]
    fn an_unknown_target_is_answered_with_the_known_ones() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let all = Target::all(&workspace).unwrap();
        let error = chosen(&names(&["retry"]), all).unwrap_err().to_string();
        assert!(error.contains("`retry`") && error.contains("retry_after"), "{error}");
    }
}
