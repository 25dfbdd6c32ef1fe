//! What comes with the program.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xshell::cmd;

use super::build::Build;
use crate::workspace::{COMMAND, Workspace};

/// Shell, and what its completions are called where it looks for them.
const SHELLS: [(&str, &str); 5] = [
    ("bash", "batchwise.bash"),
    ("zsh", "_batchwise"),
    ("fish", "batchwise.fish"),
    ("powershell", "batchwise.ps1"),
    ("elvish", "batchwise.elv"),
];

/// The manual, the changelog and the licences.
pub(super) fn papers(workspace: &Workspace, stage: &Path) -> Result<()> {
    let shell = workspace.shell();
    for paper in ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        shell.copy_file(paper, stage.join(paper))?;
    }
    let manual = workspace
        .package(COMMAND)?
        .readme()
        .context("the command has no README")?;
    shell.copy_file(manual, stage.join("README.md"))?;
    Ok(())
}

/// Completions and manual pages, out of the program itself; for another platform out of one that is built for this.
pub(super) fn completions_and_pages(
    workspace: &Workspace,
    program: &Path,
    runs_here: bool,
    stage: &Path,
) -> Result<()> {
    let shell = workspace.shell();
    let command = |arguments: &[&str]| match runs_here {
        true => cmd!(shell, "{program}").args(arguments),
        false => cmd!(shell, "cargo run --quiet --locked -p {COMMAND} --").args(arguments),
    };
    for (name, file) in SHELLS {
        let script = command(&["completions", name]).output()?.stdout;
        if script.is_empty() {
            bail!("`batchwise completions {name}` prints nothing");
        }
        shell.write_file(stage.join("completions").join(file), script)?;
    }
    let pages = stage.join("man");
    let place = pages.to_str().context("a path that is no text")?;
    command(&["man", "--dir", place]).run()?;
    if !shell.path_exists(pages.join("batchwise.1")) {
        bail!("`batchwise man --dir {place}` writes no batchwise.1");
    }
    Ok(())
}

/// The bill of materials, in a form that is the same each time.
pub(super) fn bill_of_materials(workspace: &Workspace, build: &Build<'_>, name: &str) -> Result<PathBuf> {
    let file = build.bill(name)?;
    let text = workspace.shell().read_file(&file)?;
    // A random number and the place of the checkout would differ from build to build.
    let mut bill: serde_json::Value = serde_json::from_str(&text).context("the bill of materials is no JSON")?;
    if let Some(members) = bill.as_object_mut() {
        members.remove("serialNumber");
    }
    let root = workspace.root().display().to_string();
    let text = serde_json::to_string_pretty(&bill)?.replace(&root, "/batchwise");
    workspace.shell().write_file(&file, text + "\n")?;
    Ok(file)
}
