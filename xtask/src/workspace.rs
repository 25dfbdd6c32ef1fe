//! The workspace as the checks see it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};
use xshell::Shell;

/// The room that everything stands on, and the only one that speaks HTTP.
pub(crate) const CORE: &str = "batchwise-core";

/// What the Calltouch crates share.
pub(crate) const CALLTOUCH_COMMON: &str = "calltouch-common";

/// The facade.
pub(crate) const FACADE: &str = "batchwise";

/// The command.
pub(crate) const COMMAND: &str = "batchwise-cli";

/// What tells cargo where to build.
const TARGET: &str = "CARGO_TARGET_DIR";

/// A checkout: its shell, standing in its root, and what cargo knows of it.
#[derive(Debug)]
pub(crate) struct Workspace {
    shell: Shell,
    metadata: Metadata,
}

impl Workspace {
    /// The checkout that cargo runs this xtask from.
    pub(crate) fn of_this_checkout() -> Result<Self> {
        // Cargo's word at run time, not at build time: checkouts that share a target directory share this program.
        let here = std::env::var_os("CARGO_MANIFEST_DIR").context("run it as `cargo xtask`")?;
        let root = Path::new(&here).parent().context("the xtask stands in no workspace")?;
        Self::at(root)
    }

    /// The workspace in this directory.
    pub(crate) fn at(root: &Path) -> Result<Self> {
        Self::of(Shell::new()?, root, &mut MetadataCommand::new())
    }

    /// The workspace in this directory, built where another one is.
    pub(crate) fn at_with_target(root: &Path, target: &Path) -> Result<Self> {
        let shell = Shell::new()?;
        shell.set_var(TARGET, target);
        Self::of(shell, root, MetadataCommand::new().env(TARGET, target))
    }

    fn of(shell: Shell, root: &Path, metadata: &mut MetadataCommand) -> Result<Self> {
        shell.change_dir(root);
        let metadata = metadata
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("cargo metadata")?;
        Ok(Self { shell, metadata })
    }

    /// A shell that stands in the root.
    pub(crate) fn shell(&self) -> &Shell {
        &self.shell
    }

    /// The root.
    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// Where everything is built.
    pub(crate) fn target(&self) -> PathBuf {
        self.metadata.target_directory.clone().into_std_path_buf()
    }

    /// The crates of the workspace.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.metadata.packages.iter()
    }

    /// A crate of the workspace.
    pub(crate) fn package(&self, name: &str) -> Result<&Package> {
        self.packages()
            .find(|package| *package.name == *name)
            .with_context(|| format!("there is no crate {name}"))
    }

    /// The names of the workspace's crates.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.packages().map(|package| package.name.as_str()).collect()
    }

    /// A program of the workspace that was built for release.
    pub(crate) fn release_program(&self, name: &str) -> PathBuf {
        self.target()
            .join("release")
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// The provider crates: what the facade takes by feature.
    pub(crate) fn providers(&self) -> Result<Vec<&str>> {
        let members = self.names();
        let facade = self.package(FACADE)?;
        let mut providers: Vec<&str> = facade
            .dependencies
            .iter()
            .filter(|dependency| dependency.optional && dependency.path.is_some())
            .map(|dependency| dependency.name.as_str())
            .filter(|name| members.contains(name) && self.package(name).is_ok_and(is_below_the_facade))
            .collect();
        providers.sort_unstable();
        Ok(providers)
    }

    /// The crates that users build on and that promise the oldest Rust, bottom to top.
    pub(crate) fn libraries(&self) -> Result<Vec<&str>> {
        let mut libraries = vec![CORE, CALLTOUCH_COMMON];
        libraries.extend(self.providers()?);
        libraries.push(FACADE);
        Ok(libraries)
    }

    /// The crates that go to the registry.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        // `publish = false` reads as a list of no registry.
        self.packages()
            .filter(|package| package.publish.as_ref().is_none_or(|registries| !registries.is_empty()))
    }

    /// The published crates that other code is written against: all but the command, whose interface is its command line.
    pub(crate) fn apis(&self) -> Vec<&Package> {
        let has =
            |package: &Package, kind: &TargetKind| package.targets.iter().any(|target| target.kind.contains(kind));
        let mut apis: Vec<&Package> = self
            .published()
            .filter(|package| has(package, &TargetKind::Lib) && !has(package, &TargetKind::Bin))
            .collect();
        apis.sort_by_key(|package| package.name.to_string());
        apis
    }

    /// Where tools that the checks need are installed.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target().join("tools")
    }

    /// The README that a newcomer reads first.
    pub(crate) fn readme(&self) -> Result<String> {
        Ok(self.shell.read_file("README.md")?)
    }
}

/// A crate that keeps the oldest Rust and stands on core: a provider, and not a journal or a fleet.
fn is_below_the_facade(package: &Package) -> bool {
    package
        .dependencies
        .iter()
        .any(|dependency| dependency.name == CORE && dependency.kind == cargo_metadata::DependencyKind::Normal)
        && package.targets.iter().any(|target| target.name == "conformance")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_named_here_is_in_the_workspace() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let names = workspace.names();
        for library in workspace.libraries().unwrap() {
            assert!(names.contains(library), "{library}");
        }
    }

    #[test]
    fn the_providers_are_what_the_facade_takes_by_feature() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let providers = workspace.providers().unwrap();
        for known in ["calltouch-import", "calltouch-leads", "dellin-book", "thulium-campaign"] {
            assert!(providers.contains(&known), "{known}");
        }
    }

    #[test]
    fn the_facade_has_a_feature_for_every_provider_and_turns_it_on() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let facade = workspace.package(FACADE).unwrap();
        for provider in workspace.providers().unwrap() {
            assert!(facade.features.contains_key(provider), "{provider}");
            assert!(
                facade.features["default"].iter().any(|name| name == provider),
                "{provider}"
            );
        }
    }

    #[test]
    fn the_xtask_and_the_examples_stay_here() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let published: BTreeSet<&str> = workspace.published().map(|package| package.name.as_str()).collect();
        assert!(published.contains(CORE) && published.contains(COMMAND));
        assert!(!published.contains("xtask") && !published.contains("batchwise-examples"));
    }

    #[test]
    fn the_command_is_no_interface_to_write_against() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let apis: Vec<&str> = workspace.apis().iter().map(|package| package.name.as_str()).collect();
        assert!(apis.contains(&FACADE) && !apis.contains(&COMMAND));
    }
}
