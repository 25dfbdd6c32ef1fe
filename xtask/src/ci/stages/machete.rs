//! Dependencies that nobody uses.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::tool::CARGO_MACHETE;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "machete",
    about: "every dependency is used",
    mend: "take it out of the manifest, or name it under [package.metadata.cargo-machete] with the reason",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let machete = CARGO_MACHETE.get(workspace)?;
    // By name, so that nothing below target is read.
    Ok(cmd!(workspace.shell(), "{machete} crates examples xtask fuzz").run()?)
}
