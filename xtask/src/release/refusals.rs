//! Each mistake that a release refuses, made on purpose.

use semver::Version;

use super::clone::Clone;
use super::next::Next;
use super::plan::Plan;
use super::task::take_over;
use super::toy::{CHANGELOG, Toy};

fn plan(toy: &Toy, next: &str) -> anyhow::Result<Plan> {
    Plan::make(&toy.workspace(), &next.parse::<Next>().unwrap(), "main")
}

fn refusal(toy: &Toy, next: &str) -> String {
    plan(toy, next).unwrap_err().to_string()
}

#[test]
fn a_clean_tree_on_main_with_news_is_released() {
    let toy = Toy::released();
    assert_eq!(plan(&toy, "patch").unwrap().next, Version::new(0, 1, 1));
    assert_eq!(plan(&toy, "minor").unwrap().next, Version::new(0, 2, 0));
}

#[test]
fn the_first_release_is_named_by_its_version() {
    let plan = plan(&Toy::new(), "0.1.0").unwrap();
    assert_eq!(plan.next, Version::new(0, 1, 0));
    assert_eq!(plan.crates, ["toy", "toy-core"]);
}

#[test]
fn a_dirty_tree_is_refused() {
    let toy = Toy::new();
    toy.write("crates/toy/src/lib.rs", "// changed\n");
    let refusal = refusal(&toy, "minor");
    assert!(
        refusal.contains("not committed") && refusal.contains("crates/toy/src/lib.rs"),
        "{refusal}"
    );
}

#[test]
fn a_file_that_git_does_not_know_is_refused() {
    let toy = Toy::new();
    toy.write("crates/toy/src/new.rs", "");
    assert!(refusal(&toy, "minor").contains("not committed"));
}

#[test]
fn another_branch_is_refused() {
    let toy = Toy::new();
    toy.git(&["checkout", "--quiet", "-b", "elsewhere"]);
    let refusal = refusal(&toy, "minor");
    assert!(
        refusal.contains("`main`") && refusal.contains("`elsewhere`"),
        "{refusal}"
    );
}

#[test]
fn a_released_version_is_refused() {
    let toy = Toy::released();
    assert!(refusal(&toy, "0.1.0").contains("released already"));
}

#[test]
fn a_version_before_the_last_release_is_refused() {
    let toy = Toy::released();
    assert!(refusal(&toy, "0.0.9").contains("does not follow 0.1.0"));
}

#[test]
fn a_version_with_a_section_in_the_changelog_is_refused() {
    let toy = Toy::new();
    toy.write(
        "CHANGELOG.md",
        &format!("{CHANGELOG}\n## [0.2.0] - 2026-01-01\n\n- x\n"),
    );
    toy.commit("a section");
    assert!(refusal(&toy, "minor").contains("0.2.0 is released already"));
}

#[test]
fn an_empty_unreleased_section_is_refused() {
    let toy = Toy::new();
    toy.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n### Added\n");
    toy.commit("nothing");
    assert!(refusal(&toy, "minor").contains("empty"));
}

#[test]
fn a_breaking_change_is_refused_as_a_patch_and_taken_as_a_minor_version() {
    let toy = Toy::released();
    toy.write("crates/toy/public-api.txt", "pub fn toy::a()\npub fn toy::b(u8)\n");
    toy.commit("b takes a number");
    let refusal = refusal(&toy, "patch");
    assert!(
        refusal.contains("pub fn toy::b()") && refusal.contains("crates/toy/public-api.txt"),
        "{refusal}"
    );
    assert!(plan(&toy, "minor").is_ok());
}

#[test]
fn a_crate_that_is_gone_breaks_its_users() {
    let toy = Toy::released();
    toy.git(&["rm", "--quiet", "crates/toy/public-api.txt"]);
    toy.commit("away");
    assert!(refusal(&toy, "0.1.1").contains("breaks their code"));
}

#[test]
fn an_addition_is_taken_as_a_patch() {
    let toy = Toy::released();
    toy.write(
        "crates/toy/public-api.txt",
        "pub fn toy::a()\npub fn toy::b()\npub fn toy::c()\n",
    );
    toy.commit("c");
    assert!(plan(&toy, "patch").is_ok());
}

#[test]
fn crates_of_different_versions_are_refused() {
    let toy = Toy::new();
    let manifest = toy
        .read("crates/toy/Cargo.toml")
        .replace("version.workspace = true", "version = \"0.3.0\"");
    toy.write("crates/toy/Cargo.toml", &manifest);
    toy.write(
        "Cargo.lock",
        &toy.read("Cargo.lock").replace(
            "name = \"toy\"\nversion = \"0.1.0\"",
            "name = \"toy\"\nversion = \"0.3.0\"",
        ),
    );
    toy.commit("another version");
    assert!(refusal(&toy, "minor").contains("share one version"));
}

#[test]
fn a_rehearsal_writes_commits_and_tags_in_the_clone_alone() {
    let toy = Toy::released();
    let before = toy.git(&["rev-parse", "HEAD"]);
    let plan = plan(&toy, "minor").unwrap();
    let clone = Clone::of(&toy.workspace()).unwrap();
    clone.write(&plan).unwrap();
    clone.commit(&plan).unwrap();
    clone.tag(&plan).unwrap();

    let shell = clone.workspace().shell();
    let manifest = shell.read_file("Cargo.toml").unwrap();
    assert_eq!(manifest.matches("version = \"0.2.0\"").count(), 2, "{manifest}");
    let lock = shell.read_file("Cargo.lock").unwrap();
    assert_eq!(lock.matches("version = \"0.2.0\"").count(), 2, "{lock}");
    let changelog = shell.read_file("CHANGELOG.md").unwrap();
    assert!(changelog.contains("## [Unreleased]\n\n## [0.2.0] - "), "{changelog}");
    let tag = xshell::cmd!(
        shell,
        "git for-each-ref --format=%(objecttype)%(contents) refs/tags/v0.2.0"
    )
    .read()
    .unwrap();
    assert!(tag.starts_with("tagbatchwise 0.2.0") && tag.contains("- more"), "{tag}");

    assert_eq!(toy.git(&["rev-parse", "HEAD"]), before);
    assert_eq!(toy.git(&["status", "--porcelain"]), "");
    assert_eq!(toy.git(&["tag"]), "v0.1.0");
}

#[test]
fn what_was_rehearsed_is_what_is_taken_over() {
    let toy = Toy::released();
    let plan = plan(&toy, "minor").unwrap();
    let clone = Clone::of(&toy.workspace()).unwrap();
    clone.write(&plan).unwrap();
    clone.commit(&plan).unwrap();
    clone.tag(&plan).unwrap();
    take_over(&toy.workspace(), &clone, &plan).unwrap();
    assert_eq!(toy.git(&["log", "-1", "--format=%s"]), "Release 0.2.0");
    assert_eq!(toy.git(&["tag", "--points-at", "HEAD"]), "v0.2.0");
    assert_eq!(toy.git(&["status", "--porcelain"]), "");
    assert!(
        refusal(&toy, "minor").contains("empty"),
        "there is nothing to release twice"
    );
}
