//! The packages that would go to the registry.

use anyhow::Result;
use xshell::cmd;

use crate::cargo_home::{cargo_home, forget_unpacked};
use crate::ci::stage::Stage;
use crate::package;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "package",
    about: "every crate builds from its own package, and users' programs build and run from the packages alone",
    mend: "cargo package -p CRATE --list shows what is packed; nothing outside the crate is",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let names = workspace.published().flat_map(|package| ["-p", package.name.as_str()]);
    let names: Vec<&str> = names.collect();
    let packages = workspace.published();
    let packages = packages.map(|package| (package.name.to_string(), package.version.to_string()));
    forget_unpacked(&cargo_home()?, &workspace.target(), &packages.collect::<Vec<_>>())?;
    let cargo = cmd!(workspace.shell(), "cargo package --locked --allow-dirty {names...}");
    package::built_alike(cargo).run()?;
    package::consume(workspace)
}
