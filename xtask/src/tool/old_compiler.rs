//! A compiler of the oldest Rust that the libraries promise.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xshell::{Cmd, Shell, cmd};

use super::pins;
use crate::workspace::Workspace;

/// A rustc that is older than the toolchain's.
#[derive(Debug)]
pub(crate) struct OldCompiler {
    rustc: PathBuf,
    /// Where its own libraries are, if they are not where it looks for them.
    libraries: Option<PathBuf>,
}

impl OldCompiler {
    /// rustup's, if it has this version; else Debian's, unpacked below the tools' directory.
    pub(crate) fn get(workspace: &Workspace, version: &str) -> Result<Self> {
        if let Some(rustc) = of_rustup(workspace, version) {
            return Ok(Self { rustc, libraries: None });
        }
        let unpacked = workspace.tools().join(format!("rust-{version}"));
        let old = Self::unpacked(&unpacked)?;
        if !old.is_of(workspace, version) {
            of_debian(workspace, &unpacked)?;
        }
        if !old.is_of(workspace, version) {
            bail!("{} is no rustc {version}", old.rustc.display());
        }
        Ok(old)
    }

    /// Debian's, in this directory.
    fn unpacked(root: &Path) -> Result<Self> {
        let arch = std::env::consts::ARCH;
        Ok(Self {
            rustc: root.join("usr/bin/rustc"),
            libraries: Some(root.join("usr/lib").join(format!("{arch}-linux-gnu"))),
        })
    }

    /// The same command of cargo, with this compiler.
    pub(crate) fn compiles<'a>(&self, cargo: Cmd<'a>) -> Cmd<'a> {
        let cargo = cargo.env("RUSTC", &self.rustc);
        match &self.libraries {
            Some(libraries) => cargo.env("LD_LIBRARY_PATH", libraries),
            None => cargo,
        }
    }

    fn is_of(&self, workspace: &Workspace, version: &str) -> bool {
        let rustc = &self.rustc;
        let printed = self.compiles(cmd!(workspace.shell(), "{rustc} --version"));
        let printed = printed.quiet().ignore_stderr().read();
        printed.is_ok_and(|printed| is_of(&printed, version))
    }
}

/// True for `rustc 1.85.1 (...)` and the version `1.85`.
fn is_of(printed: &str, version: &str) -> bool {
    let word = printed.split_whitespace().nth(1).unwrap_or_default();
    word == version || word.strip_prefix(version).is_some_and(|rest| rest.starts_with('.'))
}

fn of_rustup(workspace: &Workspace, version: &str) -> Option<PathBuf> {
    let shell = workspace.shell();
    let installed = cmd!(shell, "rustup toolchain list")
        .quiet()
        .ignore_stderr()
        .read()
        .ok()?;
    // Only what is there: rustup would try to install what is not.
    let toolchain = installed.split_whitespace().find(|name| {
        *name == version || name.starts_with(&format!("{version}-")) || name.starts_with(&format!("{version}."))
    })?;
    let rustc = cmd!(shell, "rustup which --toolchain {toolchain} rustc").quiet();
    rustc.read().ok().map(PathBuf::from)
}

fn of_debian(workspace: &Workspace, unpacked: &Path) -> Result<()> {
    let shell = workspace.shell();
    let packages = pins::debian_packages(workspace)?;
    let downloads = workspace.tools().join("debian");
    shell.remove_path(&downloads)?;
    shell.create_dir(&downloads)?;
    if download(shell, &downloads, &packages).is_err() {
        // A fresh machine has no lists of packages.
        cmd!(shell, "apt-get update").ignore_stdout().run()?;
        download(shell, &downloads, &packages).context("Debian's packages of the old compiler")?;
    }
    for package in shell.read_dir(&downloads)? {
        cmd!(shell, "dpkg -x {package} {unpacked}").run()?;
    }
    shell.remove_path(&downloads)?;
    Ok(())
}

fn download(shell: &Shell, folder: &Path, packages: &[String]) -> Result<()> {
    let _there = shell.push_dir(folder);
    Ok(cmd!(shell, "apt-get download {packages...}").run()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_met_by_its_patches_and_no_other() {
        assert!(is_of(
            "rustc 1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)",
            "1.85"
        ));
        assert!(is_of("rustc 1.85.1", "1.85"));
        assert!(!is_of("rustc 1.95.0 (f2d3ce0bd 2026-03-21)", "1.85"));
        assert!(!is_of("rustc 1.850.0", "1.85"));
        assert!(!is_of("", "1.85"));
    }
}
