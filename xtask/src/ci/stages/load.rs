//! A short load.

use anyhow::Result;

use crate::ci::stage::Stage;
use crate::proof;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "load",
    about: "a hundred thousand records through each deleting method, a thousand jobs under one quota: the law, memory, windows",
    mend: "cargo xtask load --records 70000,100000 tells what broke",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    proof::run_load(&["--records".to_owned(), "70000,100000".to_owned()], workspace)
}
