//! What a release would be, once every reason against it has been looked for.

use anyhow::{Context, Result, bail, ensure};
use jiff::civil::Date;
use semver::Version;
use xshell::cmd;

use super::next::{Next, comes_unasked};
use crate::api::{Change, FILE as LISTING};
use crate::changelog::{Changelog, FILE as CHANGELOG};
use crate::git;
use crate::workspace::Workspace;

/// A release that nothing speaks against.
#[derive(Debug)]
pub(super) struct Plan {
    /// What is in the manifest now.
    pub(super) current: Version,
    /// What will be.
    pub(super) next: Version,
    /// Of the changelog's section.
    pub(super) date: Date,
    /// What the changelog says of it.
    pub(super) notes: String,
    /// The crates that go out.
    pub(super) crates: Vec<String>,
}

impl Plan {
    /// Looks for every reason not to release.
    ///
    /// # Errors
    /// The first reason, and what to do about it.
    pub(super) fn make(workspace: &Workspace, next: &Next, branch: &str) -> Result<Self> {
        refuse_changes(workspace)?;
        refuse_other_branches(workspace, branch)?;
        let current = current(workspace)?;
        let next = next.after(&current);
        let last = git::last_release(workspace.shell())?;
        let text = workspace.shell().read_file(CHANGELOG)?;
        let changelog = Changelog::parse(&text)?;
        refuse_released(&next, last.as_ref(), &changelog)?;
        let notes = changelog.unreleased()?.to_owned();
        if let Some(last) = last {
            refuse_silent_breaks(workspace, &last, &next)?;
        }
        Ok(Self {
            current,
            next,
            date: jiff::Zoned::now().date(),
            notes,
            crates: workspace.published().map(|package| package.name.to_string()).collect(),
        })
    }
}

/// The version of the published crates, which is one.
pub(super) fn current(workspace: &Workspace) -> Result<Version> {
    let mut packages = workspace.published();
    let first = packages.next().context("there is nothing to publish")?;
    for package in packages {
        ensure!(
            package.version == first.version,
            "{} is {} and {} is {}: all crates share one version",
            first.name,
            first.version,
            package.name,
            package.version
        );
    }
    Ok(first.version.clone())
}

/// What is not committed would be released by nobody's decision.
pub(super) fn refuse_changes(workspace: &Workspace) -> Result<()> {
    let changes = cmd!(workspace.shell(), "git status --porcelain").quiet().read()?;
    ensure!(
        changes.is_empty(),
        "the tree has changes that are not committed:\n{changes}\ncommit them, or put them away"
    );
    Ok(())
}

fn refuse_other_branches(workspace: &Workspace, branch: &str) -> Result<()> {
    let here = cmd!(workspace.shell(), "git branch --show-current").quiet().read()?;
    ensure!(
        here == branch,
        "releases are made from `{branch}`, and this is `{here}`"
    );
    Ok(())
}

fn refuse_released(next: &Version, last: Option<&Version>, changelog: &Changelog<'_>) -> Result<()> {
    if let Some(last) = last {
        ensure!(next != last, "{next} is released already");
        ensure!(next > last, "{next} does not follow {last}, the last release");
    }
    ensure!(
        changelog.notes(&next.to_string()).is_none(),
        "{next} is released already: {CHANGELOG} has a section of it"
    );
    Ok(())
}

/// A version that users get unasked must not break their code.
fn refuse_silent_breaks(workspace: &Workspace, last: &Version, next: &Version) -> Result<()> {
    if !comes_unasked(last, next) {
        return Ok(());
    }
    let shell = workspace.shell();
    let tag = git::tag_of(last);
    let listings = cmd!(shell, "git ls-tree -r --name-only {tag}").quiet().read()?;
    for path in listings.lines().filter(|path| path.ends_with(LISTING)) {
        let before = git::file_at(shell, &tag, path).unwrap_or_default();
        let now = shell.read_file(path).unwrap_or_default();
        let change = Change::between(&before, &now);
        if change.breaks() {
            bail!(
                "{next} would come to the users of {last} unasked, and it breaks their code. {path} has no longer:\n  {}\n\
                 release a version that they ask for, or bring the items back",
                change.gone.join("\n  ")
            );
        }
    }
    Ok(())
}
