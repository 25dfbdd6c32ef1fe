//! `cargo xtask ci`: the checks, one stage each.

mod skipped;
mod stage;
mod stages;
mod summary;

use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;

use self::stage::Stage;
use self::stages::{BY_NAME, QUICK, QUICK_KILLS, STAGES};
use self::summary::{Ended, Summary};
use crate::workspace::Workspace;

/// Which checks to run, and how.
#[derive(Debug, Args)]
pub(crate) struct CiArgs {
    /// Stages to run, in the order of the list; all when none is named
    #[arg(value_name = "STAGE")]
    stages: Vec<String>,
    /// Only what takes seconds on a warm tree: form, house rules, lints and unit tests
    #[arg(long, conflicts_with = "stages")]
    quick: bool,
    /// Go on after a stage that failed
    #[arg(long)]
    keep_going: bool,
    /// Show the stages and run none
    #[arg(long)]
    list: bool,
}

/// Runs stages and says how long each took and which failed.
pub(crate) fn run(args: &CiArgs, workspace: &Workspace) -> Result<()> {
    if args.list {
        for stage in STAGES {
            let quick = if QUICK.contains(&stage.name) { "*" } else { " " };
            println!("{:<16}{quick} {}", stage.name, stage.about);
        }
        println!("* with --quick");
        return Ok(());
    }
    let stages = chosen(&args.stages, args.quick)?;
    // Jobs that wait for busy customers take most of the time of all tests; the whole run kills them in full.
    let _fewer = args
        .quick
        .then(|| workspace.shell().push_env("BATCHWISE_KILLS", QUICK_KILLS));
    let mut summary = Summary::default();
    let mut failed = false;
    for stage in stages {
        if failed && !args.keep_going {
            summary.add(stage, Ended::NotRun);
            continue;
        }
        println!("\n==> {}: {}", stage.name, stage.about);
        let started = Instant::now();
        let result = (stage.run)(workspace);
        let took = started.elapsed();
        let ended = Ended::of(result, took);
        println!("<== {}: {:.1} s{}", stage.name, took.as_secs_f64(), ended.mark());
        failed |= ended.is_failure();
        summary.add(stage, ended);
    }
    print!("\n{summary}");
    if failed {
        bail!("failed: {}", summary.failures().join(", "));
    }
    Ok(())
}

/// The named stages in the order of the list, the quick ones, or all but those that have to be named.
fn chosen(names: &[String], quick: bool) -> Result<Vec<&'static Stage>> {
    for name in names {
        if !STAGES.iter().any(|stage| stage.name == name) {
            let known: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
            bail!("there is no stage `{name}`; the stages are {}", known.join(", "));
        }
    }
    let wanted = |stage: &&Stage| match (quick, names) {
        (true, _) => QUICK.contains(&stage.name),
        (false, []) => !BY_NAME.contains(&stage.name),
        (false, names) => names.iter().any(|name| name == stage.name),
    };
    Ok(STAGES.iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(chosen: &[&Stage]) -> Vec<&'static str> {
        chosen.iter().map(|stage| stage.name).collect()
    }

    #[test]
    fn all_stages_but_those_by_name_run_unless_some_are_named() {
        assert_eq!(chosen(&[], false).unwrap().len(), STAGES.len() - BY_NAME.len());
        let by_name = BY_NAME.map(str::to_owned);
        assert_eq!(chosen(&by_name, false).unwrap().len(), BY_NAME.len());
    }

    #[test]
    fn named_stages_run_once_and_in_the_order_of_the_list() {
        let wanted = ["doc", "fmt", "doc"].map(str::to_owned);
        assert_eq!(names(&chosen(&wanted, false).unwrap()), ["fmt", "doc"]);
    }

    #[test]
    fn an_unknown_stage_is_answered_with_the_known_ones() {
        let error = chosen(&["tset".to_owned()], false).unwrap_err().to_string();
        assert!(error.contains("`tset`") && error.contains("test"), "{error}");
    }

    #[test]
    fn every_quick_stage_is_a_stage() {
        assert_eq!(chosen(&[], true).unwrap().len(), QUICK.len());
    }

    #[test]
    fn no_two_stages_share_a_name() {
        let distinct: BTreeSet<&str> = STAGES.iter().map(|stage| stage.name).collect();
        assert_eq!(distinct.len(), STAGES.len());
    }
}
