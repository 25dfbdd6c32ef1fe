//! The workspace as the checks see it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};
use xshell::Shell;

/// The room that everything stands on, and the only one that speaks HTTP.
pub(crate) const CORE: &str = "batchwise-core";

/// What the Calltouch crates share.
pub(crate) const CALLTOUCH_COMMON: &str = "calltouch-common";

/// The facade.
pub(crate) const FACADE: &str = "batchwise";

/// The provider crates: each with core alone (and `calltouch-common` for the two of Calltouch).
pub(crate) const PROVIDERS: [&str; 4] = ["calltouch-import", "calltouch-leads", "dellin-book", "thulium-campaign"];

/// The crates that users build on, bottom to top.
pub(crate) fn libraries() -> impl Iterator<Item = &'static str> {
    [CORE, CALLTOUCH_COMMON].into_iter().chain(PROVIDERS).chain([FACADE])
}

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
        let shell = Shell::new()?;
        shell.change_dir(root);
        let metadata = MetadataCommand::new()
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

    /// The crates of the workspace.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.metadata.packages.iter()
    }

    /// The names of the workspace's crates.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.packages().map(|package| package.name.as_str()).collect()
    }

    /// Where everything is built.
    pub(crate) fn target(&self) -> PathBuf {
        self.metadata.target_directory.clone().into_std_path_buf()
    }

    /// Where tools that the checks need are installed.
    pub(crate) fn tools(&self) -> PathBuf {
        self.metadata.target_directory.join("tools").into_std_path_buf()
    }

    /// The README that a newcomer reads first.
    pub(crate) fn readme(&self) -> Result<String> {
        Ok(self.shell.read_file("README.md")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_named_here_is_in_the_workspace() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let names = workspace.names();
        for library in libraries() {
            assert!(names.contains(library), "{library}");
        }
    }

    #[test]
    fn the_facade_has_a_feature_for_every_provider_and_turns_it_on() {
        let workspace = Workspace::of_this_checkout().unwrap();
        let facade = workspace.packages().find(|package| *package.name == *FACADE).unwrap();
        for provider in PROVIDERS {
            assert!(facade.features.contains_key(provider), "{provider}");
            assert!(
                facade.features["default"].iter().any(|name| name == provider),
                "{provider}"
            );
        }
    }
}
