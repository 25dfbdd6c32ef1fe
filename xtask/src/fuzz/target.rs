//! One target: its program, its corpus, and a run of it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use xshell::cmd;

use super::figures::Figures;
use crate::workspace::Workspace;

/// Longest time of one input. An input is a few kilobytes and takes microseconds; a busy machine takes its share.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Most memory of the whole program; the sanitizer's own share of it is the larger one.
const MOST_MEGABYTES: u32 = 2048;

/// Most memory that is asked for at once. No input is longer than 512 KiB, and of each of its bytes no more than 64 are made: a
/// list that grows asks for twice as much.
const MOST_MEGABYTES_AT_ONCE: u32 = 64;

/// A file of `fuzz/fuzz_targets`.
#[derive(Debug)]
pub(super) struct Target {
    name: String,
    program: PathBuf,
    /// Inputs that are kept with the code: the documented shapes, and what once broke something.
    corpus: PathBuf,
    /// Inputs that the fuzzer found to reach new code, kept from run to run beside the build.
    grown: PathBuf,
    /// Inputs that break something.
    artifacts: PathBuf,
    /// Inputs made for the moment.
    scratch: PathBuf,
}

impl Target {
    /// Every target, by name.
    pub(super) fn all(workspace: &Workspace) -> Result<Vec<Self>> {
        let shell = workspace.shell();
        let home = shell.current_dir().join("fuzz");
        let host = cmd!(shell, "rustc --print host-tuple").quiet().read()?;
        let mut targets = Vec::new();
        for file in shell.read_dir(home.join("fuzz_targets"))? {
            let name = file
                .file_stem()
                .and_then(OsStr::to_str)
                .context("a target with an odd name")?;
            targets.push(Self {
                name: name.to_owned(),
                program: home.join("target").join(&host).join("release").join(name),
                corpus: home.join("corpus").join(name),
                grown: home.join("grown").join(name),
                artifacts: home.join("artifacts").join(name),
                scratch: home.join("target").join("scratch").join(name),
            });
        }
        targets.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(targets)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The inputs that are kept with the code.
    pub(super) fn corpus(&self) -> Result<Vec<Vec<u8>>> {
        let mut files = files_of(&self.corpus)?;
        files.sort();
        files.iter().map(|file| Ok(std::fs::read(file)?)).collect()
    }

    /// Tries these inputs once each, and says what the fuzzer said of them.
    pub(super) fn try_inputs(&self, inputs: &[(String, Vec<u8>)]) -> Result<String> {
        remade(&self.scratch)?;
        let mut files = Vec::new();
        for (name, input) in inputs {
            let file = self.scratch.join(name);
            std::fs::write(&file, input)?;
            files.push(file);
        }
        // Inputs that were named are not copied when they break something.
        let these = |command: &mut Command| {
            command.args(files);
        };
        let said = self.run(these).with_context(|| {
            format!(
                "the input is in {}: the last one that was named",
                self.scratch.display()
            )
        })?;
        std::fs::remove_dir_all(&self.scratch)?;
        Ok(said)
    }

    /// Tries the corpus, then new inputs for so long.
    pub(super) fn fuzz(&self, time: Duration, lengthened: usize) -> Result<Figures> {
        std::fs::create_dir_all(&self.grown)?;
        // Zero would be for ever, and one run is what is left once the corpus is read.
        let end = match time.as_secs() {
            0 => "-runs=0".to_owned(),
            seconds => format!("-max_total_time={seconds}"),
        };
        let new = |command: &mut Command| {
            command
                .args([&self.grown, &self.corpus])
                .arg(end)
                .arg("-print_final_stats=1");
        };
        let said = self
            .run(new)
            .with_context(|| format!("the input is in {}", self.artifacts.display()))?;
        let corpus = files_of(&self.corpus)?.len();
        Figures::read(&self.name, time, corpus, lengthened, &said)
    }

    fn run(&self, with: impl FnOnce(&mut Command)) -> Result<String> {
        std::fs::create_dir_all(&self.artifacts)?;
        let mut command = Command::new(&self.program);
        command
            // As `cargo fuzz run` has it.
            .env("ASAN_OPTIONS", "detect_odr_violation=0")
            .arg(format!("-artifact_prefix={}/", self.artifacts.display()))
            .arg(format!("-timeout={}", TIMEOUT.as_secs()))
            .arg(format!("-rss_limit_mb={MOST_MEGABYTES}"))
            .arg(format!("-malloc_limit_mb={MOST_MEGABYTES_AT_ONCE}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        with(&mut command);
        let Output { status, stderr, .. } = command
            .output()
            .with_context(|| format!("{} cannot be run", self.program.display()))?;
        let said = String::from_utf8_lossy(&stderr).into_owned();
        if !status.success() {
            eprintln!("{}", tail(&said));
            bail!(
                "{status}: `RUSTC_BOOTSTRAP=1 cargo fuzz run {} FILE` tries it again",
                self.name
            );
        }
        Ok(said)
    }
}

/// What a reader needs of a run that broke: the end of it.
fn tail(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines
        .get(lines.len().saturating_sub(60)..)
        .unwrap_or_default()
        .join("\n")
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    read.map(|entry| Ok(entry?.path())).collect()
}

fn remade(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(std::fs::create_dir_all(folder)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_built_and_has_a_corpus() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let manifest = workspace.shell().read_file("fuzz/Cargo.toml").unwrap();
        let readme = workspace.shell().read_file("fuzz/README.md").unwrap();
        for target in Target::all(&workspace).unwrap() {
            let name = target.name();
            assert!(
                manifest.contains(&format!("name = \"{name}\"\n")),
                "{name} is not built"
            );
            assert!(readme.contains(&format!("| `{name}` |")), "{name} is not in the README");
            assert!(!target.corpus().unwrap().is_empty(), "{name} starts from nothing");
        }
    }
}
