//! What a library brings along.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use xshell::cmd;

use crate::ci::stage::Stage;
use crate::workspace::{CALLTOUCH_COMMON, CORE, Workspace};

pub(super) const STAGE: Stage = Stage {
    name: "tree",
    about: "provider crates bring core and nothing else of ours, few crates, and HTTP through core alone",
    mend: "cargo tree -p CRATE -e normal shows who brings what",
    run,
};

/// Crates that a provider crate may bring, itself included, with its default features.
const MOST_CRATES: usize = 105;

/// What no user of a provider crate should have to build: command lines, servers, databases.
const FOREIGN: &[&str] = &[
    "clap",
    "axum",
    "rusqlite",
    "libsqlite3-sys",
    "sqlx",
    "redb",
    "sled",
    "fjall",
    "rocksdb",
    "lmdb",
    "heed",
];

fn run(workspace: &Workspace) -> Result<()> {
    let mut wrong = reqwest_outside_core(workspace);
    let members = workspace.names();
    for provider in workspace.providers()? {
        let everything = crates(&tree(workspace, provider, &["--all-features"])?);
        wrong.extend(strangers(provider, &members, &everything));
        let count = crates(&tree(workspace, provider, &[])?).len();
        println!("{provider:<18} {count} crates (at most {MOST_CRATES})");
        if count > MOST_CRATES {
            wrong.push(format!("{provider} brings {count} crates, more than {MOST_CRATES}"));
        }
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("; "));
    }
    Ok(())
}

fn tree(workspace: &Workspace, package: &str, features: &[&str]) -> Result<String> {
    let cargo = cmd!(
        workspace.shell(),
        "cargo tree --locked -p {package} -e normal --prefix none {features...}"
    );
    Ok(cargo.quiet().read()?)
}

/// The distinct crates of a tree, as `name version`.
fn crates(tree: &str) -> BTreeSet<(String, String)> {
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.to_owned()))
        })
        .collect()
}

/// What a provider crate brings and must not.
fn strangers(provider: &str, members: &BTreeSet<&str>, tree: &BTreeSet<(String, String)>) -> Vec<String> {
    let of_calltouch = provider.starts_with("calltouch-");
    let ours = |name: &str| name == provider || name == CORE || (of_calltouch && name == CALLTOUCH_COMMON);
    tree.iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| FOREIGN.contains(name) || (members.contains(name) && !ours(name)))
        .map(|name| format!("{provider} brings {name}"))
        .collect()
}

/// Who of the published depends on reqwest besides core, in whatever way.
fn reqwest_outside_core(workspace: &Workspace) -> Vec<String> {
    workspace
        .published()
        .filter(|package| package.name.as_str() != CORE)
        .filter(|package| {
            package
                .dependencies
                .iter()
                .any(|dependency| dependency.name == "reqwest")
        })
        .map(|package| format!("{} depends on reqwest; only {CORE} may", package.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "dellin-book v0.1.0 (/x/crates/dellin-book)\nbatchwise-core v0.1.0 (/x/crates/batchwise-core)\n\
                        http v1.3.1\nbytes v1.10.1\nhttp v1.3.1 (*)\nsyn v1.0.0 (proc-macro)\nsyn v2.0.0 (proc-macro)\n";

    const MEMBERS: [&str; 4] = ["dellin-book", "batchwise-core", "calltouch-common", "thulium-campaign"];

    #[test]
    fn a_crate_counts_once_a_version() {
        assert_eq!(crates(TREE).len(), 6);
    }

    #[test]
    fn a_provider_with_core_alone_is_as_it_should_be() {
        assert!(strangers("dellin-book", &MEMBERS.into(), &crates(TREE)).is_empty());
    }

    #[test]
    fn neighbours_and_heavy_crates_are_named() {
        let tree = format!("{TREE}thulium-campaign v0.1.0\nclap v4.5.0\ncalltouch-common v0.1.0\n");
        assert_eq!(
            strangers("dellin-book", &MEMBERS.into(), &crates(&tree)),
            [
                "dellin-book brings calltouch-common",
                "dellin-book brings clap",
                "dellin-book brings thulium-campaign"
            ]
        );
    }

    #[test]
    fn the_calltouch_crates_share_their_own() {
        let tree = crates("calltouch-leads v0.1.0\ncalltouch-common v0.1.0\nbatchwise-core v0.1.0\n");
        assert!(strangers("calltouch-leads", &MEMBERS.into(), &tree).is_empty());
    }
}
