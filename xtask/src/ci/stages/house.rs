//! The rules of this house.

use anyhow::{Result, bail};

use crate::ci::stage::Stage;
use crate::house;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "house",
    about: "facade, rooms, READMEs, versions, names and changelog are as this house has them",
    mend: "each line says what to change",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let objections = house::check(workspace)?;
    if objections.is_empty() {
        return Ok(());
    }
    bail!("\n  {}", objections.join("\n  "))
}
