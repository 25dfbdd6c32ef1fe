//! Every fault over every wire.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "fault-matrix",
    about: "every fault of the emulator over real sockets keeps the law, as docs/fault-matrix.md has it",
    mend: "cargo xtask fault-matrix writes the table; a broken law is told with its run",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    Ok(cmd!(
        workspace.shell(),
        "cargo run --quiet -p batchwise-proof -- fault-matrix --check"
    )
    .run()?)
}
