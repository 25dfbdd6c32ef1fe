//! The licences of everything that is linked into the command: most of them ask for their text to come along.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, Package, PackageId};

use crate::workspace::{COMMAND, Workspace};

/// How files with licences begin.
const LICENCES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT"];

/// Name, version, licence and licence texts of each dependency that ends up in the program.
pub(super) fn third_party(workspace: &Workspace, target: &str) -> Result<String> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace.root().join("Cargo.toml"))
        .other_options(["--filter-platform".to_owned(), target.to_owned(), "--locked".to_owned()])
        .exec()
        .context("cargo metadata")?;
    let packages: BTreeMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let resolve = metadata.resolve.as_ref().context("cargo metadata resolves nothing")?;
    let below: BTreeMap<&PackageId, Vec<&PackageId>> = resolve
        .nodes
        .iter()
        .map(|node| {
            let linked = node.deps.iter().filter(|dependency| {
                dependency
                    .dep_kinds
                    .iter()
                    .any(|kind| kind.kind == DependencyKind::Normal)
            });
            (&node.id, linked.map(|dependency| &dependency.pkg).collect())
        })
        .collect();
    let start = &workspace.package(COMMAND)?.id;
    let mut seen = BTreeSet::from([start]);
    let mut next = vec![start];
    while let Some(id) = next.pop() {
        next.extend(
            below
                .get(id)
                .into_iter()
                .flatten()
                .copied()
                .filter(|id| seen.insert(id)),
        );
    }
    let mut others: Vec<&Package> = seen
        .iter()
        .filter_map(|id| packages.get(id).copied())
        .filter(|package| package.source.is_some())
        .collect();
    others.sort_by_key(|package| (package.name.to_string(), package.version.clone()));
    let mut text = String::from("What is linked into batchwise, and under which licences.\n");
    for package in others {
        text.push_str(&entry(package)?);
    }
    Ok(text)
}

fn entry(package: &Package) -> Result<String> {
    let folder = package.manifest_path.parent().context("a manifest without a folder")?;
    let licence = package.license.as_deref().unwrap_or("see below");
    let mut text = format!(
        "\n{}\n{} {}: {licence}\n",
        "=".repeat(80),
        package.name,
        package.version
    );
    for licence in licences(folder.as_std_path())? {
        text.push_str(&format!("{}\n{}\n", "-".repeat(80), licence.trim_end()));
    }
    Ok(text)
}

/// The texts in a crate's folder, in the order of their names.
fn licences(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        let name = file.file_name().to_string_lossy().to_uppercase();
        if file.path().is_file() && LICENCES.iter().any(|licence| name.starts_with(licence)) {
            files.push(file.path());
        }
    }
    files.sort();
    let read =
        |file: &std::path::PathBuf| String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned();
    Ok(files.iter().map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("LICENSE-MIT", "mit"),
            ("license.txt", "own"),
            ("README.md", "no"),
            ("NOTICE", "notice"),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        assert_eq!(licences(folder.path()).unwrap(), ["mit", "notice", "own"]);
    }
}
