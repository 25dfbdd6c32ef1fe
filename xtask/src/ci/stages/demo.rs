//! The README's first command, which a newcomer types before anything else, and the size of what it built.

use std::fs;

use anyhow::{Context, Result, bail};
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::readme;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "demo",
    about: "the README's first command ends with 0, and the command stays small",
    mend: "cargo run --release -p batchwise-cli -- demo",
    run,
};

/// Bytes of the command as it is downloaded, on Linux, where they were measured.
const MOST_BYTES: u64 = 10_000_000;

fn run(workspace: &Workspace) -> Result<()> {
    let readme = workspace.readme()?;
    let command = readme::first(&readme)?;
    let Some((program, args)) = command.split_first() else {
        bail!("README.md: the first command is empty");
    };
    cmd!(workspace.shell(), "{program} {args...}").run()?;
    let built = workspace.release_program("batchwise");
    let bytes = fs::metadata(&built)
        .with_context(|| format!("the size of {}", built.display()))?
        .len();
    println!("the command has {bytes} bytes (at most {MOST_BYTES})");
    if cfg!(target_os = "linux") && bytes > MOST_BYTES {
        bail!(
            "the stripped command has {bytes} bytes, more than {MOST_BYTES}: the release profile in Cargo.toml says what is built small"
        );
    }
    Ok(())
}
