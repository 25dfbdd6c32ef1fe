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

/// Makes a test that needs a browser fail where it finds none.
const BROWSER: &str = "BATCHWISE_BROWSER";

/// Under these names the tests look for one.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

fn run(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell();
    let _browser = if has_browser() {
        Some(shell.push_env(BROWSER, "required"))
    } else {
        println!(
            "test: WARNING: no Chromium is installed: the page of `report --html` is opened by no browser (SKIPPED)"
        );
        None
    };
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

fn has_browser() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| BROWSERS.iter().any(|name| directory.join(name).is_file()))
}

fn has_nextest(workspace: &Workspace) -> bool {
    let printed = cmd!(workspace.shell(), "cargo nextest --version")
        .quiet()
        .ignore_stdout()
        .ignore_stderr();
    printed.run().is_ok()
}
