//! The oldest Rust that the libraries promise.

use anyhow::{Context, Result};
use xshell::cmd;

use crate::ci::skipped::Skipped;
use crate::ci::stage::Stage;
use crate::tool::OldCompiler;
use crate::workspace::{CORE, Workspace};

pub(super) const STAGE: Stage = Stage {
    name: "msrv",
    about: "core, the provider crates and the facade build with the oldest Rust that they promise",
    mend: "write it for the older compiler, or raise rust-version (a minor release, and a line in CHANGELOG.md)",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let core = workspace.package(CORE)?;
    let promised = core.rust_version.as_ref().context("core promises no Rust version")?;
    let version = format!("{}.{}", promised.major, promised.minor);
    let compiler = OldCompiler::get(workspace, &version)
        .map_err(|error| Skipped::because(format!("no rustc {version}: {error:#}")))?;
    let libraries = workspace.libraries()?;
    let packages = libraries.iter().flat_map(|library| ["-p", library]);
    // Without tests: what they need may be newer. A directory of its own: nothing here is good for the toolchain's compiler.
    let target = workspace.target().join("msrv");
    let cargo = cmd!(
        workspace.shell(),
        "cargo check --lib --all-features --target-dir {target} {packages...}"
    );
    Ok(compiler.compiles(cargo).run()?)
}
