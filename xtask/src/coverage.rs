//! `cargo xtask coverage`: which lines no test reaches, crate by crate.

mod lines;

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, bail};
use clap::Args;
use xshell::{Shell, cmd};

use self::lines::{FileLines, read};
use crate::tool::CARGO_LLVM_COV;
use crate::workspace::{COMMAND, FACADE, Workspace};

/// What to look at.
#[derive(Debug, Args)]
pub(crate) struct CoverageArgs {
    /// Crates, tested by all tests that run; core, `calltouch-common`, the provider crates and the command when none is named
    #[arg(value_name = "CRATE")]
    crates: Vec<String>,
    /// Name every line that no test reaches
    #[arg(long)]
    lines: bool,
}

/// Tests of core that try a small job in every order of events. The counters make them take many minutes, for lines that
/// a job in one order reaches too.
const LEFT_OUT: [&str; 2] = ["the_law_holds_whatever_happens", "a_journal_that_forgets_its"];

/// Runs the tests and prints a table of Markdown, one row for each crate.
pub(crate) fn run(args: &CoverageArgs, workspace: &Workspace) -> Result<()> {
    let crates = chosen(&args.crates, workspace)?;
    let (cov, profdata) = llvm(workspace.shell())?;
    let program = CARGO_LLVM_COV.get(workspace)?;
    let packages = crates.iter().flat_map(|name| ["--package", name]);
    let shell = workspace.shell();
    let run = |arguments: &[&str]| {
        cmd!(shell, "{program} llvm-cov --locked {arguments...}")
            .env("LLVM_COV", &cov)
            .env("LLVM_PROFDATA", &profdata)
    };
    let report = shell.create_temp_dir()?;
    let file = report.path().join("lcov.info");
    let place = file.to_str().context("a temporary folder with an odd name")?;
    let left_out = LEFT_OUT.iter().flat_map(|name| ["--skip", name]);
    run(&["--lcov", "--output-path", place])
        .args(packages)
        .arg("--")
        .args(left_out)
        .run()?;
    let files = read(&shell.read_file(&file)?);
    let root = shell.current_dir();
    let mut by_crate: BTreeMap<&str, Vec<(String, FileLines)>> = BTreeMap::new();
    for (path, reached) in files {
        let Ok(inside) = std::path::Path::new(&path).strip_prefix(root.join("crates")) else {
            continue;
        };
        let shown = inside.display().to_string();
        let Some(name) = crates.iter().find(|name| inside.starts_with(name)) else {
            continue;
        };
        if !inside.starts_with(std::path::Path::new(name).join("src")) {
            continue;
        }
        let code = reached.without_tests(&shell.read_file(&path)?);
        by_crate.entry(name.as_str()).or_default().push((shown, code));
    }
    print!("\n{}", table(&by_crate));
    if args.lines {
        print!("\n{}", unreached(&by_crate));
    }
    Ok(())
}

/// The named crates, or those that a record goes through.
fn chosen(names: &[String], workspace: &Workspace) -> Result<Vec<String>> {
    for name in names {
        if !workspace.names().contains(name.as_str()) {
            bail!("there is no crate `{name}` here");
        }
    }
    // The facade has no code of its own.
    let libraries = workspace.libraries()?.into_iter().filter(|library| *library != FACADE);
    Ok(if names.is_empty() {
        libraries.chain([COMMAND]).map(str::to_owned).collect()
    } else {
        names.to_vec()
    })
}

/// The two programs that read what the compiler of this LLVM writes.
fn llvm(shell: &Shell) -> Result<(String, String)> {
    let version = cmd!(shell, "rustc --version --verbose").quiet().read()?;
    let major = major(&version).context("rustc does not say which LLVM it has")?;
    let sysroot = cmd!(shell, "rustc --print sysroot").quiet().read()?;
    let host = cmd!(shell, "rustc --print host-tuple").quiet().read()?;
    let of = |name: &str, variable: &str| {
        let component = format!("{sysroot}/lib/rustlib/{host}/bin/{name}");
        let candidates = [
            std::env::var(variable).ok(),
            Some(component),
            Some(format!("{name}-{major}")),
        ];
        let works = |program: &String| {
            cmd!(shell, "{program} --version")
                .quiet()
                .ignore_stderr()
                .read()
                .is_ok()
        };
        candidates.into_iter().flatten().find(works).with_context(|| {
            format!(
                "{name} of LLVM {major} is missing: `rustup component add llvm-tools` or `apt-get install llvm-{major}`"
            )
        })
    };
    Ok((of("llvm-cov", "LLVM_COV")?, of("llvm-profdata", "LLVM_PROFDATA")?))
}

/// The 22 of `LLVM version: 22.1.2`.
fn major(version: &str) -> Option<&str> {
    let llvm = version.lines().find_map(|line| line.strip_prefix("LLVM version: "))?;
    llvm.split('.').next()
}

fn table(by_crate: &BTreeMap<&str, Vec<(String, FileLines)>>) -> String {
    let mut table = String::from("| crate | lines | reached | |\n|---|---:|---:|---:|\n");
    for (name, files) in by_crate {
        let all: usize = files.iter().map(|(_, lines)| lines.all()).sum();
        let reached: usize = files.iter().map(|(_, lines)| lines.reached()).sum();
        let tenths = reached * 1000 / all.max(1);
        let _ = writeln!(
            table,
            "| {name} | {all} | {reached} | {}.{} % |",
            tenths / 10,
            tenths % 10
        );
    }
    table
}

fn unreached(by_crate: &BTreeMap<&str, Vec<(String, FileLines)>>) -> String {
    let mut list = String::new();
    for (path, lines) in by_crate.values().flatten() {
        let numbers: Vec<String> = lines.unreached().map(|line| line.to_string()).collect();
        if !numbers.is_empty() {
            let _ = writeln!(list, "{path}: {}", numbers.join(" "));
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_llvm_is_that_of_the_compiler() {
        assert_eq!(
            major("rustc 1.95.0\nrelease: 1.95.0\nLLVM version: 22.1.2\n"),
            Some("22")
        );
    }

    #[test]
    fn a_crate_that_is_not_there_is_named() {
        let workspace = Workspace::of_this_checkout().unwrap();
        assert_eq!(chosen(&[], &workspace).unwrap().len(), 7);
        assert!(
            chosen(&["core".to_owned()], &workspace)
                .unwrap_err()
                .to_string()
                .contains("`core`")
        );
    }

    #[test]
    fn a_crate_is_a_row_and_a_file_with_gaps_a_line() {
        let lines = read("SF:/src/a.rs\nDA:1,4\nDA:2,0\nDA:3,1\nend_of_record\n");
        let files: Vec<(String, FileLines)> = lines.into_iter().collect();
        let by_crate = BTreeMap::from([("core", files)]);
        assert!(table(&by_crate).ends_with("| core | 3 | 2 | 66.6 % |\n"));
        assert_eq!(unreached(&by_crate), "/src/a.rs: 2\n");
    }
}
