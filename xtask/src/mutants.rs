//! `cargo xtask mutants`: deliberate bugs in what the law rests on, each of which a test must notice.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;
use xshell::cmd;

use crate::tool::CARGO_MUTANTS;
use crate::workspace::Workspace;

/// What to break.
#[derive(Debug, Args)]
pub(crate) struct MutantsArgs {
    /// Parts of the code (`--list` shows them); all when none is named
    #[arg(value_name = "PART")]
    parts: Vec<String>,
    /// Show the parts and run none
    #[arg(long)]
    list: bool,
    /// A share of each part's mutants, such as `0/8`
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
}

/// Code that is broken, and the tests that must notice.
#[derive(Debug)]
struct Part {
    name: &'static str,
    package: &'static str,
    files: &'static [&'static str],
    /// Arguments that choose tests, round by round: what survives one round meets the tests of the next, which take longer
    /// to build.
    rounds: &'static [&'static [&'static str]],
}

/// The tests beside the code.
const BESIDE: &[&str] = &["--lib"];

/// Core's own tests without those that open sockets, in one program.
const PLANNING: &[&str] = &["--test=planning"];

/// Everything that a crate tests, examples and documentation aside.
const ALL: &[&str] = &["--lib", "--tests"];

const PARTS: &[Part] = &[
    Part {
        name: "reconcile",
        package: "batchwise-core",
        files: &["crates/batchwise-core/src/reconcile.rs"],
        rounds: &[BESIDE, PLANNING],
    },
    Part {
        name: "calltouch-import",
        package: "calltouch-import",
        files: &["crates/calltouch-import/src/decode.rs"],
        rounds: &[BESIDE, ALL],
    },
    Part {
        name: "calltouch-leads",
        package: "calltouch-leads",
        files: &["crates/calltouch-leads/src/decode.rs"],
        rounds: &[BESIDE, ALL],
    },
    Part {
        name: "calltouch-common",
        package: "calltouch-common",
        files: &[
            "crates/calltouch-common/src/envelope.rs",
            "crates/calltouch-common/src/scalar.rs",
            "crates/calltouch-common/src/violation_path.rs",
        ],
        rounds: &[
            BESIDE,
            &[
                "--package=calltouch-import",
                "--package=calltouch-leads",
                "--lib",
                "--tests",
            ],
        ],
    },
    Part {
        name: "dellin-book",
        package: "dellin-book",
        files: &[
            "crates/dellin-book/src/decode.rs",
            "crates/dellin-book/src/envelope.rs",
            "crates/dellin-book/src/xml.rs",
        ],
        rounds: &[
            &["--features=dellin-book/xml", "--lib"],
            &["--features=dellin-book/xml", "--lib", "--tests"],
        ],
    },
    Part {
        name: "thulium-campaign",
        package: "thulium-campaign",
        files: &["crates/thulium-campaign/src/decode/*.rs"],
        rounds: &[BESIDE, ALL],
    },
    Part {
        name: "quota",
        package: "batchwise-core",
        files: &["crates/batchwise-core/src/quota/*.rs"],
        rounds: &[BESIDE, PLANNING],
    },
    Part {
        name: "plan",
        package: "batchwise-core",
        files: &["crates/batchwise-core/src/plan/*.rs"],
        rounds: &[PLANNING, BESIDE],
    },
];

/// Breaks one thing at a time in a copy of the workspace, and runs the tests.
pub(crate) fn run(args: &MutantsArgs, workspace: &Workspace) -> Result<()> {
    if args.list {
        for part in PARTS {
            println!("{:<18} {}", part.name, part.files.join(" "));
        }
        return Ok(());
    }
    let parts = chosen(&args.parts)?;
    let program = CARGO_MUTANTS.get(workspace)?;
    let mut survived = Vec::new();
    for part in parts {
        println!("--> {}", part.name);
        if !part.is_guarded(&program, args, workspace)? {
            survived.push(part.name);
        }
    }
    if !survived.is_empty() {
        bail!(
            "mutants survived in {}: `missed.txt` below target/mutants names them; docs/proof.md explains those that change nothing",
            survived.join(", ")
        );
    }
    Ok(())
}

impl Part {
    /// Breaks the part in every way that is known; true when no mutant survived all rounds.
    fn is_guarded(&self, program: &Path, args: &MutantsArgs, workspace: &Workspace) -> Result<bool> {
        let shell = workspace.shell();
        let home = workspace.target().join("mutants");
        let output = home.join(self.name);
        shell.create_dir(&output)?;
        let nextest = cmd!(shell, "cargo nextest --version")
            .quiet()
            .ignore_stderr()
            .read()
            .is_ok();
        let runner = if nextest { "nextest" } else { "cargo" };
        let mut guarded = false;
        for (round, tests) in self.rounds.iter().enumerate() {
            let package = self.package;
            let mutants = cmd!(
                shell,
                "{program} mutants --package {package} --output {output} --test-tool {runner}"
            )
            .args(self.files.iter().flat_map(|file| ["--file", file]))
            .args(tests.iter().map(|test| format!("--cargo-arg={test}")))
            .args(args.shard.iter().flat_map(|shard| ["--shard", shard.as_str()]))
            .args((round > 0).then_some("--iterate"))
            // The copies that are broken share what they are built on.
            .env("CARGO_TARGET_DIR", home.join("build"));
            guarded = mutants.run().is_ok();
            if guarded {
                break;
            }
        }
        Ok(guarded)
    }
}

/// The named parts in the order of the list, or all.
fn chosen(names: &[String]) -> Result<Vec<&'static Part>> {
    for name in names {
        if !PARTS.iter().any(|part| part.name == name) {
            let known: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
            bail!("there is no part `{name}`; the parts are {}", known.join(", "));
        }
    }
    let wanted = |part: &&Part| names.is_empty() || names.iter().any(|name| name == part.name);
    Ok(PARTS.iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_there_and_in_its_crate() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let root = workspace.shell().current_dir();
        for part in PARTS {
            assert!(workspace.names().contains(part.package), "{}", part.package);
            for file in part.files {
                assert!(file.starts_with(&format!("crates/{}/src/", part.package)), "{file}");
                assert!(root.join(file.trim_end_matches("/*.rs")).exists(), "{file}");
            }
        }
    }

    #[test]
    fn an_unknown_part_is_answered_with_the_known_ones() {
        let error = chosen(&["plans".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("`plans`") && error.contains("reconcile"), "{error}");
    }
}
