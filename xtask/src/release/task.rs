//! The steps of a release, in order.

use anyhow::{Result, ensure};
use clap::Args;
use xshell::cmd;

use super::clone::Clone;
use super::next::Next;
use super::plan::Plan;
use super::publish::publish;
use crate::workspace::Workspace;
use crate::{api, git, house, package};

/// What to release, and how far to go.
#[derive(Debug, Args)]
pub(crate) struct ReleaseArgs {
    /// `patch`, `minor`, or a version such as 1.0.0 or 0.2.0-rc.1
    #[arg(value_name = "patch|minor|VERSION", required_unless_present = "publish")]
    next: Option<Next>,
    /// Commit and tag here too; without it everything happens in a clone that is thrown away
    #[arg(long)]
    execute: bool,
    /// Send the crates to the registry: after --execute, or alone from the commit of the tag, also to go on half-way
    #[arg(long)]
    publish: bool,
    /// The branch that releases are made from
    #[arg(long, default_value = "main")]
    branch: String,
}

/// Rehearses a release, and does it where that is asked for.
pub(crate) fn run(args: &ReleaseArgs, workspace: &Workspace) -> Result<()> {
    if let Some(next) = &args.next {
        ensure!(
            args.execute || !args.publish,
            "--publish goes with --execute, or alone once the tag is there"
        );
        let plan = Plan::make(workspace, next, &args.branch)?;
        let clone = rehearse(workspace, &plan)?;
        if !args.execute {
            println!(
                "\n{} is rehearsed to its last step; nothing changed here. `--execute` does it.",
                plan.next
            );
            return Ok(());
        }
        take_over(workspace, &clone, &plan)?;
    }
    if args.publish { publish(workspace) } else { Ok(()) }
}

/// Everything but the registry, in a clone.
fn rehearse(workspace: &Workspace, plan: &Plan) -> Result<Clone> {
    step("the plan");
    println!("{} -> {}, {}", plan.current, plan.next, plan.crates.join(", "));
    step("the version, the changelog, the lock file");
    let clone = Clone::of(workspace)?;
    clone.write(plan)?;
    clone.show()?;
    clone.commit(plan)?;
    step("the rules of this house");
    // Read anew, with the new version in it.
    let written = Workspace::at_with_target(clone.place(), &workspace.target())?;
    let objections = house::check(&written)?;
    ensure!(objections.is_empty(), "{}", objections.join("\n"));
    step("the public interfaces, as they are listed");
    api::check(&written)?;
    step("the packages, each built from its own, as for the registry");
    let cargo = cmd!(written.shell(), "cargo publish --workspace --dry-run --locked");
    package::built_alike(cargo).run()?;
    step("consumers, from the packages alone");
    // A rehearsed upload keeps its packages to itself; these are the same, and were built a moment ago.
    cmd!(
        written.shell(),
        "cargo package --workspace --locked --no-verify --quiet"
    )
    .run()?;
    package::consume(&written)?;
    step("the tag");
    clone.tag(plan)?;
    let tag = git::tag_of(&plan.next);
    cmd!(clone.workspace().shell(), "git --no-pager show --no-patch {tag}").run()?;
    Ok(clone)
}

/// The very commit and tag that were rehearsed.
pub(super) fn take_over(workspace: &Workspace, clone: &Clone, plan: &Plan) -> Result<()> {
    let shell = workspace.shell();
    let place = clone.place();
    let tag = git::tag_of(&plan.next);
    cmd!(shell, "git fetch --quiet {place} HEAD").run()?;
    cmd!(shell, "git merge --quiet --ff-only FETCH_HEAD").run()?;
    cmd!(shell, "git fetch --quiet {place} refs/tags/{tag}:refs/tags/{tag}").run()?;
    println!(
        "\n{} is committed and tagged here. Push both: git push --follow-tags",
        plan.next
    );
    Ok(())
}

fn step(what: &str) {
    println!("\n==> {what}");
}
