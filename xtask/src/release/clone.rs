//! A clone in which a release happens before it happens here.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::cmd;

use super::manifest;
use super::plan::Plan;
use crate::changelog::{Changelog, FILE as CHANGELOG};
use crate::git;
use crate::workspace::Workspace;

/// A clone of a checkout, thrown away before the next one.
#[derive(Debug)]
pub(super) struct Clone {
    place: PathBuf,
    workspace: Workspace,
    /// `-c user.name=...`: a clone does not know what its origin is told of its user.
    identity: Vec<String>,
}

impl Clone {
    /// What is committed here, in a place below the target directory.
    pub(super) fn of(origin: &Workspace) -> Result<Self> {
        let shell = origin.shell();
        let place = origin.target().join("release/clone");
        shell.remove_path(&place)?;
        let root = origin.root();
        cmd!(shell, "git clone --quiet {root} {place}").run()?;
        // Builds share the target directory.
        let workspace = Workspace::at_with_target(&place, &origin.target())?;
        let identity = identity(origin);
        Ok(Self {
            place,
            workspace,
            identity,
        })
    }

    /// The clone as a workspace.
    pub(super) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Where it is.
    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// Puts the version everywhere: manifest, changelog, lock files.
    pub(super) fn write(&self, plan: &Plan) -> Result<()> {
        let shell = self.workspace.shell();
        let manifest = shell.read_file("Cargo.toml")?;
        let members = self.workspace.names();
        shell.write_file("Cargo.toml", manifest::with_version(&manifest, &members, &plan.next)?)?;
        let text = shell.read_file(CHANGELOG)?;
        shell.write_file(CHANGELOG, Changelog::parse(&text)?.release(&plan.next, plan.date)?)?;
        cmd!(shell, "cargo update --workspace --quiet")
            .run()
            .context("the lock file")?;
        if shell.path_exists("fuzz/Cargo.toml") {
            cmd!(
                shell,
                "cargo update --workspace --quiet --manifest-path fuzz/Cargo.toml"
            )
            .run()
            .context("the lock file of the fuzz targets")?;
        }
        Ok(())
    }

    /// Shows what is written.
    pub(super) fn show(&self) -> Result<()> {
        Ok(cmd!(self.workspace.shell(), "git --no-pager diff").run()?)
    }

    /// Commits what is written.
    pub(super) fn commit(&self, plan: &Plan) -> Result<()> {
        let message = format!("Release {}", plan.next);
        let identity = &self.identity;
        Ok(cmd!(
            self.workspace.shell(),
            "git {identity...} commit --quiet --all -m {message}"
        )
        .run()?)
    }

    /// Makes the annotated tag, with the notes of the release as its text.
    pub(super) fn tag(&self, plan: &Plan) -> Result<()> {
        let tag = git::tag_of(&plan.next);
        let text = format!("batchwise {}\n\n{}\n", plan.next, plan.notes);
        let identity = &self.identity;
        // Headings of the notes begin like git's own remarks.
        Ok(cmd!(
            self.workspace.shell(),
            "git {identity...} tag --annotate --cleanup=verbatim -F - {tag}"
        )
        .stdin(text)
        .run()?)
    }
}

/// Who releases, as git is told at the origin; a rehearsal may be nobody's.
fn identity(origin: &Workspace) -> Vec<String> {
    let told = |key: &str| {
        let value = cmd!(origin.shell(), "git config {key}").quiet().ignore_stderr().read();
        value.ok().filter(|value| !value.is_empty())
    };
    let name = told("user.name").unwrap_or_else(|| "rehearsal".to_owned());
    let email = told("user.email").unwrap_or_else(|| "rehearsal@localhost".to_owned());
    [
        "-c".to_owned(),
        format!("user.name={name}"),
        "-c".to_owned(),
        format!("user.email={email}"),
    ]
    .into()
}
