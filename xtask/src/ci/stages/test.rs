//! The tests, by the README's own command.

use anyhow::{Result, bail};
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::readme;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "test",
    about: "the README's test command passes",
    mend: "cargo test --workspace",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let readme = workspace.readme()?;
    let command = readme::test(&readme)?;
    let Some((program, args)) = command.split_first() else {
        bail!("README.md: the test command is empty");
    };
    Ok(cmd!(workspace.shell(), "{program} {args...}").run()?)
}
