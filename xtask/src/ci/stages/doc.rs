//! The documentation, as docs.rs builds it.

use anyhow::Result;
use xshell::cmd;

use crate::bootstrap::rustdoc_of_nightly;
use crate::ci::stage::Stage;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "doc",
    about: "the documentation builds as on docs.rs, without a warning or a broken link",
    mend: "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps --all-features",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let cargo = cmd!(workspace.shell(), "cargo doc --workspace --no-deps --all-features");
    let cargo = rustdoc_of_nightly(cargo)?;
    Ok(cargo.env("RUSTDOCFLAGS", "--cfg docsrs -D warnings").run()?)
}
