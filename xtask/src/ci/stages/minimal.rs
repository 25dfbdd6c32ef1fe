//! The oldest dependencies that the manifests allow.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "minimal",
    about: "the libraries build with the oldest direct dependencies that their manifests allow",
    mend: "raise the version in [workspace.dependencies] to the first that has what is used",
    run,
};

/// All features but the TLS back ends that build C: of those the code sees nothing.
const WITHOUT: [&str; 3] = ["default", "rustls", "native-tls"];

fn run(workspace: &Workspace) -> Result<()> {
    let copy = copy(workspace)?;
    let there = Workspace::at(&copy)?;
    let shell = there.shell();
    // Only the resolver is nightly's; the lock file that it writes is like any other.
    cmd!(shell, "cargo update -Z direct-minimal-versions")
        .env("RUSTC_BOOTSTRAP", "1")
        .run()?;
    let libraries = there.libraries()?;
    let mut features = Vec::new();
    for library in &libraries {
        let all = there.package(library)?.features.keys();
        features.extend(
            all.filter(|name| !WITHOUT.contains(&name.as_str()))
                .map(|name| format!("{library}/{name}")),
        );
    }
    let features = features.join(",");
    let packages = libraries.iter().flat_map(|library| ["-p", library]);
    let target = workspace.target().join("minimal");
    cmd!(
        shell,
        "cargo check --locked --lib --no-default-features --features {features} --target-dir {target} {packages...}"
    )
    .run()?;
    Ok(())
}

/// The files of the workspace in a place where their lock file may change.
fn copy(workspace: &Workspace) -> Result<PathBuf> {
    let shell = workspace.shell();
    let copy = workspace.target().join("minimal/workspace");
    shell.remove_path(&copy)?;
    let files = cmd!(shell, "git ls-files --cached --others --exclude-standard")
        .quiet()
        .read()
        .context("the files of the checkout")?;
    for file in files.lines().filter(|file| !file.starts_with("fuzz/")) {
        // One that is deleted and not yet committed is still listed.
        if shell.path_exists(file) {
            shell.copy_file(file, parent(&copy, file)?.join(name(file)?))?;
        }
    }
    return Ok(copy);

    fn name(file: &str) -> Result<&std::ffi::OsStr> {
        Path::new(file).file_name().context("a file without a name")
    }
    fn parent(copy: &Path, file: &str) -> Result<PathBuf> {
        let folder = copy.join(file);
        let folder = folder.parent().context("a file without a folder")?;
        std::fs::create_dir_all(folder)?;
        Ok(folder.to_owned())
    }
}
