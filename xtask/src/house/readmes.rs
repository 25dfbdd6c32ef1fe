//! A README that is the crate's documentation has its links and its examples checked.

use anyhow::Result;
use cargo_metadata::{Package, TargetKind};

use super::Objections;
use crate::workspace::Workspace;

/// How a library takes its README for its documentation; rustdoc then compiles its examples.
const INCLUDED: &str = "#![doc = include_str!(\"../README.md\")]";

/// What a package has to bring with it; links to those of the root.
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

pub(super) fn check(workspace: &Workspace) -> Result<Objections> {
    let mut objections = Vec::new();
    for package in workspace.published() {
        objections.extend(objections_to(package));
    }
    Ok(objections)
}

fn objections_to(package: &Package) -> Objections {
    let name = &package.name;
    let mut objections = Vec::new();
    if package.readme.is_none() {
        objections.push(format!("{name} names no README in its manifest"));
    }
    let folder = package.manifest_path.parent();
    if !LICENCES
        .iter()
        .all(|licence| folder.is_some_and(|folder| folder.join(licence).exists()))
    {
        objections.push(format!(
            "{name} packs no licence: link ../../LICENSE-MIT and ../../LICENSE-APACHE beside its manifest"
        ));
    }
    if package.description.is_none() || package.keywords.is_empty() || package.categories.is_empty() {
        objections.push(format!(
            "{name} needs a description, keywords and categories in its manifest"
        ));
    }
    let library = package
        .targets
        .iter()
        .find(|target| target.kind.contains(&TargetKind::Lib));
    if let Some(library) = library {
        let source = std::fs::read_to_string(&library.src_path).unwrap_or_default();
        if !is_included_in(&source) {
            objections.push(format!("{}: begin with {INCLUDED}", library.src_path));
        }
    }
    objections
}

fn is_included_in(source: &str) -> bool {
    source.lines().any(|line| line == INCLUDED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_begins_with_its_readme() {
        assert!(is_included_in("#![doc = include_str!(\"../README.md\")]\n\nmod x;\n"));
        assert!(!is_included_in("//! Its own words.\n"));
        assert!(!is_included_in("#![doc = include_str!(\"../../README.md\")]\n"));
    }
}
