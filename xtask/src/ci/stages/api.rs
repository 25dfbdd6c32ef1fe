//! The public interfaces, as they are committed.

use anyhow::Result;

use crate::api;
use crate::ci::stage::Stage;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "api",
    about: "public interfaces are as crates/*/public-api.txt lists them",
    mend: "cargo xtask api --bless, and say in CHANGELOG.md what changes for users",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    api::check(workspace)
}
