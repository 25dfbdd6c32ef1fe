//! The changelog says what changes for users, and never changes what it said.

use anyhow::Result;

use super::Objections;
use crate::api::{Change, FILE as LISTING};
use crate::changelog::{Changelog, FILE};
use crate::git;
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> Result<Objections> {
    let shell = workspace.shell();
    let text = shell.read_file(FILE)?;
    let now = Changelog::parse(&text)?;
    let mut objections = Vec::new();
    for version in git::releases(shell)? {
        let Some(then) = git::file_at(shell, &git::tag_of(&version), FILE) else {
            continue;
        };
        objections.extend(edited(&version.to_string(), &Changelog::parse(&then)?, &now));
    }
    if let Some(fork) = git::fork(shell) {
        let before = git::file_at(shell, &fork, FILE).unwrap_or_default();
        let changed = changed_interfaces(workspace, &fork)?;
        objections.extend(silent(&changed, before == text));
    }
    if let Some(last) = git::last_release(shell)? {
        let changed = changed_interfaces(workspace, &git::tag_of(&last))?;
        objections.extend(silent(&changed, now.unreleased().is_err()));
    }
    Ok(objections)
}

/// Interfaces that change while the changelog says nothing.
fn silent(changed: &[String], nothing_said: bool) -> Option<String> {
    (nothing_said && !changed.is_empty()).then(|| {
        format!(
            "the public interface of {} changes, and {FILE} says nothing of it under Unreleased",
            changed.join(", ")
        )
    })
}

/// A released section that is not what it was when it was released.
fn edited(version: &str, then: &Changelog<'_>, now: &Changelog<'_>) -> Option<String> {
    let then = then.notes(version)?;
    let same = now.notes(version).is_some_and(|now| now == then);
    (!same)
        .then(|| format!("{FILE}: the section of {version} is not what was released; corrections go under Unreleased"))
}

/// The crates whose listing is not what it was at this commit. One that had none is new, and its crate with it.
fn changed_interfaces(workspace: &Workspace, base: &str) -> Result<Vec<String>> {
    let shell = workspace.shell();
    let mut changed = Vec::new();
    for package in workspace.apis() {
        let path = format!("crates/{}/{LISTING}", package.name);
        let (Some(before), Ok(now)) = (git::file_at(shell, base, &path), shell.read_file(&path)) else {
            continue;
        };
        if !Change::between(&before, &now).is_none() {
            changed.push(package.name.to_string());
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_that_changes_is_told_of() {
        let changed = ["a".to_owned(), "b".to_owned()];
        assert!(silent(&changed, true).unwrap().contains("a, b"));
        assert_eq!(silent(&changed, false), None);
        assert_eq!(silent(&[], true), None);
    }

    const RELEASED: &str = "# Changelog\n\n## [Unreleased]\n\n- new\n\n## [0.1.0] - 2026-01-01\n\n- old\n";

    #[test]
    fn a_released_section_stays_as_it_was() {
        let then = Changelog::parse(RELEASED).unwrap();
        let more = RELEASED.replace("- new", "- newer");
        assert_eq!(edited("0.1.0", &then, &Changelog::parse(&more).unwrap()), None);
        for other in [
            RELEASED.replace("- old", "- older"),
            RELEASED.replace("## [0.1.0] - 2026-01-01\n\n- old\n", ""),
        ] {
            let objection = edited("0.1.0", &then, &Changelog::parse(&other).unwrap());
            assert!(objection.unwrap().contains("0.1.0"));
        }
    }
}
