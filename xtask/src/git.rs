//! What git knows of this checkout.

use anyhow::{Context, Result};
use semver::Version;
use xshell::{Shell, cmd};

/// The tag of a release.
pub(crate) fn tag_of(version: &Version) -> String {
    format!("v{version}")
}

/// Every released version, oldest first: the tags like `v0.1.0`.
pub(crate) fn releases(shell: &Shell) -> Result<Vec<Version>> {
    let tags = cmd!(shell, "git tag --list v*").quiet().read().context("git tag")?;
    let mut versions: Vec<Version> = tags
        .lines()
        .filter_map(|tag| tag.strip_prefix('v')?.parse().ok())
        .collect();
    versions.sort();
    Ok(versions)
}

/// The newest release.
pub(crate) fn last_release(shell: &Shell) -> Result<Option<Version>> {
    Ok(releases(shell)?.pop())
}

/// A file as it was at this commit or tag; `None` if it was not there.
pub(crate) fn file_at(shell: &Shell, revision: &str, path: &str) -> Option<String> {
    let object = format!("{revision}:{path}");
    // Not `read`, which would cut the last line end.
    let output = cmd!(shell, "git show {object}").quiet().ignore_stderr().output().ok()?;
    String::from_utf8(output.stdout).ok()
}

/// Where this branch left `main`; `None` on `main` itself, and where the history is not there, as in a shallow clone.
pub(crate) fn fork(shell: &Shell) -> Option<String> {
    let read = |arguments: &[&str]| cmd!(shell, "git {arguments...}").quiet().ignore_stderr().read().ok();
    let head = read(&["rev-parse", "HEAD"])?;
    let main = ["origin/main", "main"]
        .into_iter()
        .find_map(|name| read(&["rev-parse", "--verify", "--quiet", name]))?;
    read(&["merge-base", &main, "HEAD"]).filter(|fork| *fork != head)
}
