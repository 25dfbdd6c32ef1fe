//! The documentation.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "doc",
    about: "the documentation builds without a warning",
    mend: "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps --all-features",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let cargo = cmd!(workspace.shell(), "cargo doc --workspace --no-deps --all-features");
    Ok(cargo.env("RUSTDOCFLAGS", "-D warnings").run()?)
}
