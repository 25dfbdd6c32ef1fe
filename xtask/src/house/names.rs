//! Core is for every provider, and the only one with a door to the network.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Objections;
use crate::workspace::{CORE, Workspace};

/// The room of core that may use reqwest.
const TRANSPORT: &str = "src/transport";

pub(super) fn check(workspace: &Workspace) -> Result<Objections> {
    let providers = workspace.providers()?;
    // `calltouch-import` and `calltouch-leads` are of one house.
    let words: BTreeSet<&str> = providers.iter().filter_map(|name| name.split('-').next()).collect();
    let mut objections = Vec::new();
    // What stays here may hold core against other clients.
    for package in workspace.published() {
        let folder = package.manifest_path.parent().context("a manifest without a folder")?;
        let folder = folder.as_std_path();
        for file in sources(&folder.join("src"))? {
            let source = std::fs::read_to_string(&file)?;
            let place = file.strip_prefix(workspace.root()).unwrap_or(&file);
            if *package.name == *CORE {
                objections.extend(names_in(place, &source, &words));
            }
            let may_use_it = *package.name == *CORE && file.starts_with(folder.join(TRANSPORT));
            if !may_use_it {
                objections.extend(reqwest_in(place, &source));
            }
        }
    }
    Ok(objections)
}

/// The lines of a source that name a provider.
fn names_in(place: &Path, source: &str, words: &BTreeSet<&str>) -> Objections {
    let lines = source.lines().enumerate();
    let naming = lines.filter_map(|(number, line)| {
        let line = line.to_lowercase();
        let word = words.iter().find(|word| line.contains(**word))?;
        Some(format!(
            "{}:{}: core names a provider, `{word}`",
            place.display(),
            number + 1
        ))
    });
    naming.collect()
}

/// The lines of a source that use reqwest.
fn reqwest_in(place: &Path, source: &str) -> Objections {
    let lines = source.lines().enumerate();
    let using = lines.filter(|(_, line)| line.contains(concat!("reqwest", "::")));
    using
        .map(|(number, _)| {
            format!(
                "{}:{}: only {TRANSPORT} of {CORE} uses reqwest",
                place.display(),
                number + 1
            )
        })
        .collect()
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_found_in_code_and_in_remarks_whatever_its_case() {
        let words = BTreeSet::from(["acme"]);
        let source = "fn a() {}\n/// As Acme does.\nconst ACME_PATH: &str = \"\";\n";
        let objections = names_in(Path::new("src/x.rs"), source, &words);
        assert_eq!(objections.len(), 2);
        assert!(objections[0].starts_with("src/x.rs:2:"), "{objections:?}");
    }

    #[test]
    fn a_use_of_the_client_is_found_and_a_word_about_it_is_not() {
        let source = format!("use {}::Client;\n// reqwest does that\n", "reqwest");
        assert_eq!(reqwest_in(Path::new("src/x.rs"), &source).len(), 1);
    }
}
