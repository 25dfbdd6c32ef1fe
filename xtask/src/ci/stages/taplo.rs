//! The form of manifests and settings.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::tool::TAPLO;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "taplo",
    about: "TOML files are formatted",
    mend: "target/tools/venv/bin/taplo fmt",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let taplo = TAPLO.get(workspace)?;
    Ok(cmd!(workspace.shell(), "{taplo} fmt --check --diff")
        .env("RUST_LOG", "warn")
        .run()?)
}
