//! Spelling.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::tool::TYPOS;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "typos",
    about: "words are spelled right",
    mend: "mend the word, or put it into typos.toml with what it is",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let typos = TYPOS.get(workspace)?;
    Ok(cmd!(workspace.shell(), "{typos}").run()?)
}
