//! To the registry: what is not there yet, in an order that cargo finds.

use anyhow::{Context, Result, ensure};
use semver::Version;
use xshell::cmd;

use super::plan::{current, refuse_changes};
use crate::git;
use crate::workspace::Workspace;

/// Publishes the tagged version that this checkout stands on. A publication that stopped half-way goes on.
pub(super) fn publish(workspace: &Workspace) -> Result<()> {
    let version = releasable(workspace)?;
    let shell = workspace.shell();
    let mut there = Vec::new();
    for package in workspace.published() {
        if is_published(workspace, &package.name, &version)? {
            println!("{} {version} is published already", package.name);
            there.push(package.name.to_string());
        }
    }
    if there.len() == workspace.published().count() {
        println!("everything of {version} is published");
        return Ok(());
    }
    let done = there.iter().flat_map(|name| ["--exclude", name]);
    cmd!(shell, "cargo publish --workspace --locked {done...}")
        .run()
        .context("not everything is published; the same command goes on where this one stopped")
}

/// The version of this checkout, if it is clean and stands on that version's tag.
fn releasable(workspace: &Workspace) -> Result<Version> {
    refuse_changes(workspace)?;
    let version = current(workspace)?;
    let tag = git::tag_of(&version);
    let shell = workspace.shell();
    let tagged = cmd!(shell, "git tag --points-at HEAD").quiet().read()?;
    ensure!(
        tagged.lines().any(|line| line == tag),
        "this commit is not tagged {tag}: release first, with --execute"
    );
    Ok(version)
}

fn is_published(workspace: &Workspace, name: &str, version: &Version) -> Result<bool> {
    let shell = workspace.shell();
    // From outside the workspace, which cargo would answer about instead of the registry.
    let outside = workspace.target().join("release/outside");
    shell.create_dir(&outside)?;
    shell.write_file(outside.join("Cargo.toml"), "[workspace]\n")?;
    let _there = shell.push_dir(&outside);
    let wanted = format!("{name}@{version}");
    let info = cmd!(shell, "cargo info --quiet --registry crates-io {wanted}");
    let output = info.quiet().ignore_status().output()?;
    let error = String::from_utf8_lossy(&output.stderr);
    // Whatever else goes wrong must not look like an answer.
    ensure!(
        output.status.success() || error.contains("could not find"),
        "the registry does not say whether {name} {version} is there: {error}"
    );
    Ok(output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::toy::Toy;

    #[test]
    fn only_a_tagged_commit_is_published() {
        let toy = Toy::new();
        let error = releasable(&toy.workspace()).unwrap_err().to_string();
        assert!(error.contains("v0.1.0"), "{error}");
        toy.git(&["tag", "v0.1.0"]);
        assert_eq!(releasable(&toy.workspace()).unwrap(), Version::new(0, 1, 0));
    }
}
