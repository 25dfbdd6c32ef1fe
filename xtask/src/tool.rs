//! Programs that the checks need beside cargo, pinned in one place.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::cmd;

use crate::workspace::Workspace;

/// A program of crates.io in one version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    /// The crate and the program.
    name: &'static str,
    /// The one version that is used.
    version: &'static str,
}

/// Licences, bans and sources.
pub(crate) const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
};

/// Builds the fuzz targets.
pub(crate) const CARGO_FUZZ: Tool = Tool {
    name: "cargo-fuzz",
    version: "0.13.2",
};

/// Counts which lines tests reach.
pub(crate) const CARGO_LLVM_COV: Tool = Tool {
    name: "cargo-llvm-cov",
    version: "0.9.1",
};

/// Breaks the code, one thing at a time.
pub(crate) const CARGO_MUTANTS: Tool = Tool {
    name: "cargo-mutants",
    version: "27.1.0",
};

impl Tool {
    /// The program: the one in the tools' directory, else the one in `PATH` if it has this version, else built now.
    pub(crate) fn get(self, workspace: &Workspace) -> Result<PathBuf> {
        let Self { name, version } = self;
        let tools = workspace.tools();
        let ours = tools.join("bin").join(name);
        for program in [ours.clone(), PathBuf::from(name)] {
            if self.is_at(workspace, &program) {
                return Ok(program);
            }
        }
        // A directory of cargo's own for the build, which it clears away: the tool shares nothing with the workspace.
        cmd!(
            workspace.shell(),
            "cargo install --locked --debug --root {tools} {name}@{version}"
        )
        .env_remove("CARGO_TARGET_DIR")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .run()
        .with_context(|| format!("{name} {version} cannot be installed"))?;
        Ok(ours)
    }

    fn is_at(self, workspace: &Workspace, program: &PathBuf) -> bool {
        // Some answer only as cargo calls them: `cargo-mutants mutants --version`.
        let as_cargo_does = self.name.strip_prefix("cargo-");
        [None, as_cargo_does].into_iter().any(|subcommand| {
            let printed = cmd!(workspace.shell(), "{program} {subcommand...} --version")
                .quiet()
                .ignore_stderr()
                .read();
            printed.is_ok_and(|printed| self.is_named_in(&printed))
        })
    }

    /// True for `cargo-deny 0.20.2` and nothing else.
    fn is_named_in(self, printed: &str) -> bool {
        let mut words = printed.split_whitespace();
        words.next() == Some(self.name) && words.next() == Some(self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pinned_version_will_do() {
        assert!(CARGO_DENY.is_named_in(&format!("cargo-deny {}\n", CARGO_DENY.version)));
        assert!(!CARGO_DENY.is_named_in("cargo-deny 0.14.2"));
        assert!(!CARGO_DENY.is_named_in(""));
    }
}
