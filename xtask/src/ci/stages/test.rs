//! The tests, by the README's own command or by what runs the same tests faster.

use anyhow::{Result, bail};
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::readme;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "test",
    about: "the README's test command passes (with nextest where it is installed, and doctests)",
    mend: "cargo test --workspace",
    run,
};

/// What the README has to say for nextest to stand in for it.
const KNOWN: [&str; 3] = ["cargo", "test", "--workspace"];

fn run(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell();
    let readme = workspace.readme()?;
    let command = readme::test(&readme)?;
    let Some((program, args)) = command.split_first() else {
        bail!("README.md: the test command is empty");
    };
    if command != KNOWN || !has_nextest(workspace) {
        return Ok(cmd!(shell, "{program} {args...}").run()?);
    }
    // Conformance is a stage of its own.
    cmd!(
        shell,
        "cargo nextest run --workspace --no-fail-fast --status-level fail"
    )
    .args(["--final-status-level", "fail", "-E", "not binary(conformance)"])
    .run()?;
    Ok(cmd!(shell, "cargo test --workspace --doc --quiet").run()?)
}

fn has_nextest(workspace: &Workspace) -> bool {
    let printed = cmd!(workspace.shell(), "cargo nextest --version")
        .quiet()
        .ignore_stdout()
        .ignore_stderr();
    printed.run().is_ok()
}
