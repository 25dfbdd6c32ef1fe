//! Every provider crate against the emulator.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "conformance",
    about: "every provider crate keeps the law against the emulator",
    mend: "cargo test -p CRATE --test conformance",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    // All at once: one crate at a time would build its dependencies anew, with fewer features.
    Ok(cmd!(workspace.shell(), "cargo test --workspace --test conformance --quiet").run()?)
}
