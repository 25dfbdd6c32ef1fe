//! Programs of crates.io.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::cmd;

use super::pins::{self, is_version_in};
use crate::workspace::Workspace;

/// A program of crates.io, in the version of `xtask/tools.toml`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CargoTool {
    /// The crate and the program.
    name: &'static str,
}

impl CargoTool {
    /// The tool of this name.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name }
    }

    /// The one version that is used.
    pub(crate) fn version(self, workspace: &Workspace) -> Result<String> {
        pins::version(workspace, "cargo", self.name)
    }

    /// The program: the one in the tools' directory, else the one in `PATH` if it has this version, else built now.
    pub(crate) fn get(self, workspace: &Workspace) -> Result<PathBuf> {
        let name = self.name;
        let version = self.version(workspace)?;
        let tools = workspace.tools();
        let ours = tools.join("bin").join(name);
        for program in [ours.clone(), PathBuf::from(name)] {
            if self.is_at(workspace, &program, &version) {
                return Ok(program);
            }
        }
        // A directory of cargo's own for the build, which it clears away: the tool shares nothing with the workspace.
        cmd!(
            workspace.shell(),
            "cargo install --locked --debug --force --root {tools} {name}@{version}"
        )
        .env_remove("CARGO_TARGET_DIR")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .run()
        .with_context(|| format!("{name} {version} cannot be installed"))?;
        Ok(ours)
    }

    fn is_at(self, workspace: &Workspace, program: &Path, version: &str) -> bool {
        // Some answer only as cargo calls them: `cargo-hack hack --version`.
        let as_cargo_does = self.name.strip_prefix("cargo-");
        [None, as_cargo_does].into_iter().any(|subcommand| {
            let printed = cmd!(workspace.shell(), "{program} {subcommand...} --version");
            let printed = printed.quiet().ignore_stderr().read();
            printed.is_ok_and(|printed| is_version_in(&printed, version))
        })
    }
}
