//! `xtask/tools.toml`: which version of what.

use anyhow::{Context, Result};
use toml_edit::DocumentMut;

use crate::workspace::Workspace;

/// The file that pins every tool.
const FILE: &str = "xtask/tools.toml";

fn document(workspace: &Workspace) -> Result<DocumentMut> {
    let text = workspace.shell().read_file(FILE)?;
    text.parse().with_context(|| format!("{FILE} is no TOML"))
}

/// The version of a tool in this section of the file.
pub(super) fn version(workspace: &Workspace, section: &str, name: &str) -> Result<String> {
    let document = document(workspace)?;
    let version = document.get(section).and_then(|section| section.get(name)?.as_str());
    let version = version.with_context(|| format!("{FILE}: [{section}] has no {name}"))?;
    Ok(version.to_owned())
}

/// The packages of Debian that hold the oldest compiler.
pub(crate) fn debian_packages(workspace: &Workspace) -> Result<Vec<String>> {
    let document = document(workspace)?;
    let packages = document
        .get("debian")
        .and_then(|debian| debian.get("packages")?.as_array());
    let packages = packages.with_context(|| format!("{FILE}: [debian] has no packages"))?;
    let names = packages
        .iter()
        .filter_map(|package| package.as_str().map(str::to_owned));
    Ok(names.collect())
}

/// True where what a program prints of itself has this version as a word: `cargo-deny 0.20.2`, `v0.9.2`.
pub(crate) fn is_version_in(printed: &str, version: &str) -> bool {
    let first = printed.lines().next().unwrap_or_default();
    first
        .split_whitespace()
        .any(|word| word.strip_prefix('v').unwrap_or(word) == version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::{
        CARGO_AUDITABLE, CARGO_CYCLONEDX, CARGO_DENY, CARGO_HACK, CARGO_MACHETE, CARGO_SEMVER_CHECKS, TAPLO, TYPOS,
    };

    #[test]
    fn only_the_pinned_version_will_do() {
        assert!(is_version_in("cargo-deny 0.20.2\n", "0.20.2"));
        assert!(is_version_in("v0.9.2", "0.9.2"));
        assert!(!is_version_in("cargo-deny 0.20.20", "0.20.2"));
        assert!(!is_version_in("", "0.20.2"));
    }

    #[test]
    fn every_tool_is_pinned() {
        let workspace = Workspace::of_this_checkout().unwrap();
        for tool in [
            CARGO_AUDITABLE,
            CARGO_CYCLONEDX,
            CARGO_DENY,
            CARGO_HACK,
            CARGO_MACHETE,
            CARGO_SEMVER_CHECKS,
        ] {
            tool.version(&workspace).unwrap();
        }
        for wheel in [TAPLO, TYPOS] {
            wheel.version(&workspace).unwrap();
        }
        assert!(!debian_packages(&workspace).unwrap().is_empty());
    }

    #[test]
    fn a_tool_that_is_not_pinned_is_an_error() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let error = version(&workspace, "cargo", "cargo-nothing").unwrap_err();
        assert!(error.to_string().contains("cargo-nothing"), "{error}");
    }
}
