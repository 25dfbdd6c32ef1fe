//! One version for all crates, and one oldest Rust, wherever they are written.

use anyhow::{Context, Result};
use semver::{Version, VersionReq};
use toml_edit::DocumentMut;

use super::Objections;
use crate::workspace::{CORE, Workspace};

pub(super) fn check(workspace: &Workspace) -> Result<Objections> {
    let shell = workspace.shell();
    let manifest: DocumentMut = shell.read_file("Cargo.toml")?.parse()?;
    let version = workspace_version(&manifest)?;
    let mut objections = Vec::new();
    for package in workspace.published() {
        if package.version != version {
            let name = &package.name;
            objections.push(format!(
                "{name} is {}, the workspace {version}: use version.workspace = true",
                package.version
            ));
        }
    }
    for name in workspace.names() {
        objections.extend(requirement(&manifest, name, &version));
    }
    for library in workspace.libraries()? {
        let package = workspace.package(library)?;
        if package.rust_version != workspace.package(CORE)?.rust_version {
            objections.push(format!(
                "{library} promises another Rust than {CORE}: use rust-version.workspace = true"
            ));
        }
    }
    let mut texts = vec![("README.md".to_owned(), workspace.readme()?)];
    for package in workspace.published() {
        if let Some(readme) = package.readme() {
            texts.push((format!("{} README", package.name), std::fs::read_to_string(readme)?));
        }
    }
    for (file, text) in &texts {
        objections.extend(snippets(
            file,
            text,
            &workspace.names().into_iter().collect::<Vec<_>>(),
            &version,
        ));
    }
    Ok(objections)
}

/// The version in `[workspace.package]`.
fn workspace_version(manifest: &DocumentMut) -> Result<Version> {
    let package = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
    let version = package.and_then(|package| package.get("version")?.as_str());
    Ok(version
        .context("Cargo.toml: [workspace.package] has no version")?
        .parse()?)
}

/// What `[workspace.dependencies]` wants of a member has to be this version, no more and no less.
fn requirement(manifest: &DocumentMut, name: &str, version: &Version) -> Option<String> {
    let dependencies = manifest.get("workspace")?.get("dependencies")?;
    let wanted = dependencies.get(name)?.get("version")?.as_str()?;
    let is_it = wanted.trim_start_matches('=') == version.to_string();
    (!is_it).then(|| format!("Cargo.toml: [workspace.dependencies] wants {name} {wanted}, the workspace is {version}"))
}

/// Lines like `batchwise = "0.1"` that a reader copies have to take this version.
fn snippets(file: &str, text: &str, names: &[&str], version: &Version) -> Objections {
    let mut objections = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Some((name, rest)) = line.split_once(" = ") else {
            continue;
        };
        if !names.contains(&name.trim()) {
            continue;
        }
        // The version is the first thing in quotes, whether alone or in a table.
        let wanted = rest.split('"').nth(1);
        let takes = wanted
            .and_then(|wanted| VersionReq::parse(wanted).ok())
            .is_some_and(|wanted| wanted.matches(version));
        if !takes {
            objections.push(format!("{file}, line {}: `{line}` does not take {version}", number + 1));
        }
    }
    objections
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace.package]\nversion = \"0.2.0\"\n[workspace.dependencies]\n\
                            a = { path = \"a\", version = \"0.1.0\" }\nb = { path = \"b\", version = \"=0.2.0\" }\n";

    #[test]
    fn a_stale_requirement_is_named() {
        let manifest: DocumentMut = MANIFEST.parse().unwrap();
        let version = workspace_version(&manifest).unwrap();
        assert!(requirement(&manifest, "a", &version).unwrap().contains("wants a 0.1.0"));
        assert_eq!(requirement(&manifest, "b", &version), None);
        assert_eq!(requirement(&manifest, "c", &version), None);
    }

    #[test]
    fn a_line_to_copy_takes_this_version() {
        let version = Version::new(0, 2, 0);
        let objections = |line| snippets("README.md", line, &["a"], &version);
        assert!(objections("a = \"0.2\"").is_empty());
        assert!(objections("a = { version = \"0.2\", features = [\"x\"] }").is_empty());
        assert!(objections("other = \"0.1\"").is_empty());
        assert_eq!(objections("a = \"0.1\"").len(), 1);
        assert_eq!(objections("a = { version = \"0.1\" }").len(), 1);
    }
}
