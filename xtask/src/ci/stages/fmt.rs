//! The form of the code.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "fmt",
    about: "code is formatted",
    mend: "cargo fmt --all",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    Ok(cmd!(workspace.shell(), "cargo fmt --all --check").run()?)
}
