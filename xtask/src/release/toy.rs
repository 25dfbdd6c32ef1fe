//! A workspace of two crates in a repository of its own, to release for practice.

use std::path::Path;

use tempfile::TempDir;
use xshell::{Shell, cmd};

use crate::workspace::Workspace;

const MANIFEST: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.package]\nversion = \"0.1.0\"\n\n\
                        [workspace.dependencies]\ntoy-core = { path = \"crates/toy-core\", version = \"0.1.0\" }\n";

/// The changelog of a toy with something to release.
pub(super) const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- a toy\n";

/// A repository on `main` with everything committed.
#[derive(Debug)]
pub(super) struct Toy {
    folder: TempDir,
    shell: Shell,
}

impl Toy {
    /// Version 0.1.0, not released.
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shell = Shell::new().unwrap();
        shell.change_dir(folder.path());
        let toy = Self { folder, shell };
        toy.write("Cargo.toml", MANIFEST);
        toy.write(".gitignore", "/target\n");
        toy.write("CHANGELOG.md", CHANGELOG);
        for (name, dependencies) in [("toy-core", ""), ("toy", "[dependencies]\ntoy-core.workspace = true\n")] {
            let head =
                format!("[package]\nname = \"{name}\"\nversion.workspace = true\nedition = \"2024\"\n{dependencies}");
            toy.write(&format!("crates/{name}/Cargo.toml"), &head);
            toy.write(&format!("crates/{name}/src/lib.rs"), "");
            toy.write(
                &format!("crates/{name}/public-api.txt"),
                "pub fn toy::a()\npub fn toy::b()\n",
            );
        }
        cmd!(toy.shell, "cargo update --workspace --offline --quiet")
            .quiet()
            .ignore_stderr()
            .run()
            .unwrap();
        toy.git(&["init", "--quiet", "--initial-branch", "main"]);
        toy.git(&["config", "user.name", "toy"]);
        toy.git(&["config", "user.email", "toy@localhost"]);
        toy.git(&["config", "commit.gpgsign", "false"]);
        toy.commit("the toy");
        toy
    }

    /// The same after the release of 0.1.0, with something new to release.
    pub(super) fn released() -> Self {
        let toy = Self::new();
        toy.git(&["tag", "v0.1.0"]);
        let text = CHANGELOG.replace(
            "## [Unreleased]\n",
            "## [Unreleased]\n\n- more\n\n## [0.1.0] - 2026-01-01\n",
        );
        toy.write("CHANGELOG.md", &text);
        toy.commit("after the release");
        toy
    }

    /// Writes a file.
    pub(super) fn write(&self, path: &str, text: &str) {
        self.shell.write_file(path, text).unwrap();
    }

    /// Reads a file.
    pub(super) fn read(&self, path: &str) -> String {
        self.shell.read_file(path).unwrap()
    }

    /// Commits everything.
    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", message]);
    }

    /// Runs git there, and gives what it printed.
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        cmd!(self.shell, "git {arguments...}").quiet().read().unwrap()
    }

    /// The toy as it is now.
    pub(super) fn workspace(&self) -> Workspace {
        Workspace::at(self.root()).unwrap()
    }

    /// Where it is.
    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }
}
