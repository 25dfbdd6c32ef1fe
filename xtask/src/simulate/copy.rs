//! A copy of the workspace with every bug in it, each behind its switch, so that all of them are built at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use super::PROFILE;
use super::bug::Bug;
use crate::workspace::Workspace;

/// Where core's switch is.
const CORE: &str = "crates/batchwise-core/src/lib.rs";

/// Tells whether a bug is on; in the copy alone.
const SWITCH: &str = r#"
/// True when this bug is on.
#[doc(hidden)]
#[must_use]
pub fn mutant(name: &str) -> bool {
    static ON: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    ON.get_or_init(|| std::env::var("BATCHWISE_MUTANT").ok()).as_deref() == Some(name)
}
"#;

/// The manifest of the program, which has another name in the copy: both are in the same target directory.
const MANIFEST: &str = "crates/batchwise-simulator/Cargo.toml";
const PROGRAM: &str = "batchwise-mutants";

/// Copies the workspace into its target directory, and puts the bugs in.
pub(super) fn make(workspace: &Workspace, bugs: &[Bug]) -> Result<PathBuf> {
    let copy = workspace.target().join("mutants");
    let shell = workspace.shell();
    let listed = cmd!(shell, "git ls-files --cached --others --exclude-standard -z")
        .quiet()
        .read()?;
    let root = shell.current_dir();
    let mut files = BTreeSet::new();
    let mut by_file: BTreeMap<&str, Vec<&Bug>> = BTreeMap::new();
    for bug in bugs {
        by_file.entry(bug.file).or_default().push(bug);
    }
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let from = root.join(name);
        // A file that was removed and not committed.
        let Ok(content) = fs::read(&from) else { continue };
        let content = match by_file.remove(name) {
            None => changed(name, content)?,
            Some(bugs) => {
                let mut text = String::from_utf8(changed(name, content)?)?;
                for bug in bugs {
                    text = bug.put_into(&text)?;
                }
                text.into_bytes()
            }
        };
        write(&copy.join(name), &content)?;
        files.insert(copy.join(name));
    }
    let nowhere: Vec<&&str> = by_file.keys().collect();
    ensure!(nowhere.is_empty(), "there is no {nowhere:?} to put a bug into");
    sweep(&copy, &files)?;
    Ok(copy)
}

/// Builds the copy's simulator; crates of others are shared with the workspace.
pub(super) fn build(workspace: &Workspace, copy: &Path) -> Result<PathBuf> {
    let target = workspace.target();
    let shell = workspace.shell().clone();
    shell.change_dir(copy);
    let build = cmd!(
        shell,
        "cargo build --quiet --profile {PROFILE} --package batchwise-simulator --target-dir {target}"
    );
    build.quiet().run().context("the copy with the bugs does not compile")?;
    Ok(target.join(PROFILE).join(PROGRAM))
}

/// What differs in the copy without any bug: the switch, and the program's name.
fn changed(name: &str, content: Vec<u8>) -> Result<Vec<u8>> {
    match name {
        CORE => Ok([content, SWITCH.as_bytes().to_vec()].concat()),
        MANIFEST => {
            let text = String::from_utf8(content)?;
            ensure!(
                text.contains("publish = false\n"),
                "{MANIFEST}: nowhere to name the program"
            );
            let text = text.replace("publish = false\n", "publish = false\nautobins = false\n");
            Ok(format!("{text}\n[[bin]]\nname = \"{PROGRAM}\"\npath = \"src/main.rs\"\n").into_bytes())
        }
        _ => Ok(content),
    }
}

/// Leaves a file alone that is as it should be, so that cargo builds nothing anew for it.
fn write(to: &Path, content: &[u8]) -> Result<()> {
    if fs::read(to).is_ok_and(|there| there == content) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, content).with_context(|| format!("{} cannot be written", to.display()))
}

/// Removes what an earlier copy had and this one does not.
fn sweep(folder: &Path, files: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sweep(&path, files)?;
        } else if !files.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::bugs;
    use super::*;

    #[test]
    fn every_bug_still_finds_its_place() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let root = workspace.shell().current_dir();
        let mut texts: BTreeMap<&str, String> = BTreeMap::new();
        let mut lost = Vec::new();
        for bug in bugs::all() {
            let text = texts
                .entry(bug.file)
                .or_insert_with(|| fs::read_to_string(root.join(bug.file)).unwrap());
            match bug.put_into(text) {
                Ok(with_bug) => *text = with_bug,
                Err(error) => lost.push(error.to_string()),
            }
        }
        assert!(lost.is_empty(), "{}", lost.join("\n"));
    }
}
