//! A short run of every fuzz target.

use anyhow::Result;

use crate::ci::stage::Stage;
use crate::fuzz::{self, FuzzArgs};
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "fuzz",
    about: "everything that was ever found, and a few seconds of new inputs for each reader of foreign bytes",
    mend: "cargo xtask fuzz TARGET; an input that breaks it becomes a test",
    run,
};

/// Seconds of new inputs for each target.
const SECONDS: u64 = 3;

fn run(workspace: &Workspace) -> Result<()> {
    let args = FuzzArgs {
        targets: Vec::new(),
        seconds: SECONDS,
        // How time grows is measured where nothing else runs: every week, and by `cargo xtask fuzz`.
        longest: 0,
    };
    fuzz::run(&args, workspace)
}
