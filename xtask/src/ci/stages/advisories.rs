//! Known holes in dependencies, by RustSec's database.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use xshell::cmd;

use crate::ci::skipped::Skipped;
use crate::ci::stage::Stage;
use crate::tool::CARGO_DENY;
use crate::workspace::Workspace;

pub(super) const STAGE: Stage = Stage {
    name: "advisories",
    about: "no dependency has a known hole, by the database in BATCHWISE_ADVISORIES",
    mend: "cargo update -p CRATE, or an [advisories] exception in deny.toml with reason and date",
    run,
};

/// Where the database is: a directory with RustSec's `crates` folder in it, unpacked or cloned.
const PLACE: &str = "BATCHWISE_ADVISORIES";

/// What cargo-deny calls the database of RustSec's address.
const NAME: &str = "advisory-db-3157b0e258782691";

/// A database that is older than this many days gets a warning: what was found since is not in it.
const OLD: i32 = 60;

fn run(workspace: &Workspace) -> Result<()> {
    let Some(place) = std::env::var_os(PLACE).map(PathBuf::from) else {
        return Err(Skipped::because(format!("no database: {PLACE} names none")));
    };
    let shell = workspace.shell();
    if !shell.path_exists(place.join("crates")) {
        bail!("{PLACE}={} has no folder `crates`", place.display());
    }
    say_age(&place)?;
    let databases = workspace.tools().join("advisory-dbs");
    as_repository(workspace, &place, &databases.join(NAME))?;
    let deny = CARGO_DENY.get(workspace)?;
    cmd!(shell, "cargo fetch --locked").run()?;
    // The place of the database is a setting of cargo-deny's file alone.
    let settings = workspace.tools().join("deny-advisories.toml");
    let ours = shell.read_file("deny.toml")?;
    shell.write_file(&settings, with_place(&ours, &databases)?)?;
    cmd!(shell, "{deny} --offline --config {settings} check advisories").run()?;
    Ok(())
}

/// Our settings, with this place for databases.
fn with_place(ours: &str, databases: &Path) -> Result<String> {
    let mut settings: toml_edit::DocumentMut = ours.parse().context("deny.toml is no TOML")?;
    let advisories = settings.entry("advisories").or_insert(toml_edit::table());
    let table = advisories
        .as_table_like_mut()
        .context("deny.toml: [advisories] is no table")?;
    let place = databases.to_str().context("a path that is no text")?;
    table.insert("db-path", toml_edit::value(place));
    Ok(settings.to_string())
}

/// cargo-deny reads a database only out of a git repository.
fn as_repository(workspace: &Workspace, place: &Path, repository: &Path) -> Result<()> {
    let shell = workspace.shell();
    shell.remove_path(repository)?;
    shell.create_dir(repository)?;
    let crates = place.join("crates");
    cmd!(shell, "cp -R {crates} {repository}/").run()?;
    let _there = shell.push_dir(repository);
    let git = |arguments: &[&str]| {
        cmd!(
            shell,
            "git -c user.name=ci -c user.email=ci@localhost -c commit.gpgsign=false"
        )
        .args(arguments)
        .quiet()
        .run()
    };
    git(&["init", "--quiet"])?;
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "-m", "snapshot"])?;
    // cargo-deny asks when it was last fetched.
    shell.write_file(".git/FETCH_HEAD", "")?;
    Ok(())
}

/// Says how old the newest advisory is, which is as old as the database at most.
fn say_age(place: &Path) -> Result<()> {
    let mut newest = None;
    for krate in std::fs::read_dir(place.join("crates"))? {
        for advisory in std::fs::read_dir(krate?.path())? {
            newest = newest.max(date_in(&std::fs::read_to_string(advisory?.path())?));
        }
    }
    let newest = newest.context("the database has no advisory with a date")?;
    let today = jiff::Zoned::now().date();
    let days = (today - newest).get_days();
    println!("advisories: the newest is of {newest}, {days} days ago");
    if days > OLD {
        println!("advisories: WARNING: older than {OLD} days; what was found since is not in it");
    }
    Ok(())
}

/// The date in the head of an advisory.
fn date_in(advisory: &str) -> Option<Date> {
    let line = advisory.lines().find_map(|line| line.strip_prefix("date = "))?;
    line.trim().trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_advisory_is_read_from_its_head() {
        let advisory = "```toml\n[advisory]\nid = \"RUSTSEC-2021-0003\"\ndate = \"2021-01-08\"\n```\n# x\n";
        assert_eq!(date_in(advisory), Some(jiff::civil::date(2021, 1, 8)));
        assert_eq!(date_in("# nothing"), None);
    }

    #[test]
    fn the_place_is_added_to_our_settings_and_takes_nothing_away() {
        let ours = "[advisories]\nignore = []\n\n[bans]\nwildcards = \"deny\"\n";
        let settings = with_place(ours, Path::new("/x")).unwrap();
        assert!(
            settings.contains("ignore = []") && settings.contains("db-path = \"/x\""),
            "{settings}"
        );
        assert!(settings.contains("wildcards"), "{settings}");
    }
}
