//! The README's first command, which a newcomer types before anything else.

use anyhow::{Result, bail};
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::readme;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "demo",
    about: "the README's first command ends with 0",
    mend: "cargo run --release -p batchwise-cli -- demo",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let readme = workspace.readme()?;
    let command = readme::first(&readme)?;
    let Some((program, args)) = command.split_first() else {
        bail!("README.md: the first command is empty");
    };
    Ok(cmd!(workspace.shell(), "{program} {args...}").run()?)
}
