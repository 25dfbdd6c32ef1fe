//! The lints over everything at once.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "clippy",
    about: "no lint speaks up in any target with all features",
    mend: "cargo clippy --workspace --all-targets --all-features",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let cargo = cmd!(
        workspace.shell(),
        "cargo clippy --workspace --all-targets --all-features"
    );
    Ok(cargo.args(["--", "-D", "warnings"]).run()?)
}
