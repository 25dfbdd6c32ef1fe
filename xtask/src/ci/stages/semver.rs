//! What changed since the last release, by the rules of SemVer.

use anyhow::Result;
use xshell::cmd;

use crate::ci::skipped::Skipped;
use crate::ci::stage::Stage;
use crate::git;
use crate::tool::CARGO_SEMVER_CHECKS;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "semver",
    about: "nothing breaks users of the last release that the version does not announce",
    mend: "keep the old form, or raise the minor version (the major one from 1.0 on)",
    run,
};

fn run(workspace: &Workspace) -> Result<()> {
    let Some(last) = git::last_release(workspace.shell())? else {
        return Err(Skipped::because(
            "no release yet: there is no tag like v0.1.0 to compare with",
        ));
    };
    let tag = git::tag_of(&last);
    let tool = CARGO_SEMVER_CHECKS.get(workspace)?;
    let apis = workspace.apis();
    let packages = apis.iter().flat_map(|package| ["-p", package.name.as_str()]);
    Ok(cmd!(
        workspace.shell(),
        "{tool} semver-checks --baseline-rev {tag} {packages...}"
    )
    .run()?)
}
