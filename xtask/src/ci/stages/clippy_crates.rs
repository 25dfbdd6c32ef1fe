//! The lints over each library as its users build it: alone, where no neighbour turns a feature on for it.

use anyhow::Result;
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::workspace::{Workspace, libraries};

pub(super) const STAGE: Stage = Stage {
    name: "clippy-crates",
    about: "each library stands alone, with its default features and with none",
    mend: "cargo clippy -p CRATE, with and without --no-default-features",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    for features in [&[][..], &["--no-default-features"]] {
        for library in libraries() {
            let cargo = cmd!(workspace.shell(), "cargo clippy -p {library} {features...}");
            cargo.args(["--", "-D", "warnings"]).run()?;
        }
    }
    Ok(())
}
