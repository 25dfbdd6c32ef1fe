//! Rules of this house that no general tool knows. Each gives what breaks it, in words that say where.

mod changelog;
mod facade;
mod names;
mod readmes;
mod rooms;
mod versions;

use anyhow::Result;

use crate::workspace::Workspace;

/// What breaks a rule; empty where nothing does.
type Objections = Vec<String>;

/// A rule.
type Rule = fn(&Workspace) -> Result<Objections>;

const RULES: &[(&str, Rule)] = &[
    (
        "every feature of a provider is reachable from the facade",
        facade::check,
    ),
    ("provider crates have the same rooms", rooms::check),
    ("a crate's README is its documentation", readmes::check),
    ("versions agree everywhere", versions::check),
    (
        "core names no provider, and its transport alone uses reqwest",
        names::check,
    ),
    (
        "the changelog tells of new interfaces, and what is released stays as it is",
        changelog::check,
    ),
];

/// Holds the workspace against every rule.
pub(crate) fn check(workspace: &Workspace) -> Result<Objections> {
    let mut objections = Vec::new();
    for (rule, check) in RULES {
        let found = check(workspace)?;
        println!("{} {rule}", if found.is_empty() { "ok    " } else { "BROKEN" });
        objections.extend(found);
    }
    Ok(objections)
}
