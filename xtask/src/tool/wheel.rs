//! Programs of PyPI, which come prebuilt.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::cmd;

use super::pins::{self, is_version_in};
use crate::workspace::Workspace;

/// A program of PyPI, in the version of `xtask/tools.toml`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wheel {
    /// The package and the program.
    name: &'static str,
}

impl Wheel {
    /// The wheel of this name.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name }
    }

    /// The one version that is used.
    pub(crate) fn version(self, workspace: &Workspace) -> Result<String> {
        pins::version(workspace, "wheel", self.name)
    }

    /// The program in the virtual environment of the tools' directory, put there if it is not.
    pub(crate) fn get(self, workspace: &Workspace) -> Result<PathBuf> {
        let name = self.name;
        let version = self.version(workspace)?;
        let shell = workspace.shell();
        let venv = workspace.tools().join("venv");
        let bin = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let program = bin.join(name);
        let printed = cmd!(shell, "{program} --version").quiet().ignore_stderr().read();
        if printed.is_ok_and(|printed| is_version_in(&printed, &version)) {
            return Ok(program);
        }
        if !shell.path_exists(bin.join("pip")) && !shell.path_exists(bin.join("pip.exe")) {
            let python = if cfg!(windows) { "python" } else { "python3" };
            cmd!(shell, "{python} -m venv {venv}")
                .run()
                .context("Python 3 with its venv module is needed for the prebuilt tools")?;
        }
        let python = bin.join("python");
        cmd!(
            shell,
            "{python} -m pip install --quiet --disable-pip-version-check {name}=={version}"
        )
        .run()
        .with_context(|| format!("{name} {version} cannot be installed"))?;
        Ok(program)
    }
}
