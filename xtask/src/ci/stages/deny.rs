//! Licences, bans and sources, as `deny.toml` has them.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::tool::CARGO_DENY;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "deny",
    about: "licences, bans and sources are as deny.toml has them",
    mend: "deny.toml says at its top what to do",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let deny = CARGO_DENY.get(workspace)?;
    let shell = workspace.shell();
    // The crates of every platform have to be there before anything can be said of them offline.
    cmd!(shell, "cargo fetch --locked").run()?;
    cmd!(
        shell,
        "{deny} --offline check --hide-inclusion-graph --allow unused-wrapper bans licenses sources"
    )
    .run()?;
    Ok(())
}
