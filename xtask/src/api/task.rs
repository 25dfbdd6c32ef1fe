//! Listings made and compared.

use std::path::Path;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Package, TargetKind};
use clap::Args;
use xshell::cmd;

use super::listing::{Change, FILE};
use crate::bootstrap::rustdoc_of_nightly;
use crate::workspace::Workspace;

/// What to do with the listings.
#[derive(Debug, Args)]
pub(crate) struct ApiArgs {
    /// Write the listings anew; without it they are compared
    #[arg(long)]
    bless: bool,
}

/// Compares the listings, or writes them.
pub(crate) fn run(args: &ApiArgs, workspace: &Workspace) -> Result<()> {
    if args.bless { bless(workspace) } else { check(workspace) }
}

/// Holds every public interface against the listing that is committed.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut wrong = Vec::new();
    for (package, now) in listings(workspace)? {
        let committed = workspace.shell().read_file(file(package)?).unwrap_or_default();
        let change = Change::between(&committed, &now);
        if change.is_none() {
            continue;
        }
        wrong.push(package.name.to_string());
        for line in &change.gone {
            println!("{}: - {line}", package.name);
        }
        for line in &change.new {
            println!("{}: + {line}", package.name);
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("the public interface differs from {FILE} of {}", wrong.join(", "))
}

/// Writes the listings.
fn bless(workspace: &Workspace) -> Result<()> {
    for (package, now) in listings(workspace)? {
        let file = file(package)?;
        workspace.shell().write_file(&file, now)?;
        println!("{}", file.display());
    }
    Ok(())
}

fn file(package: &Package) -> Result<std::path::PathBuf> {
    let folder = package.manifest_path.parent().context("a manifest without a folder")?;
    Ok(folder.join(FILE).into_std_path_buf())
}

/// The interface of every crate that code is written against, with all features.
fn listings(workspace: &Workspace) -> Result<Vec<(&Package, String)>> {
    let apis = workspace.apis();
    let names = apis.iter().flat_map(|package| ["-p", package.name.as_str()]);
    let cargo = cmd!(workspace.shell(), "cargo doc --no-deps --lib --all-features {names...}");
    // A folder of its own: what cargo finds in `target/doc` is HTML.
    let built = workspace.target().join("api");
    rustdoc_of_nightly(cargo)?
        .env(
            "RUSTDOCFLAGS",
            "-Zunstable-options --output-format json --cap-lints allow",
        )
        .env("CARGO_BUILD_BUILD_DIR", workspace.target())
        .env("CARGO_TARGET_DIR", &built)
        .run()?;
    apis.into_iter()
        .map(|package| Ok((package, listing(&built, package)?)))
        .collect()
}

fn listing(built: &Path, package: &Package) -> Result<String> {
    let library = package
        .targets
        .iter()
        .find(|target| target.kind.contains(&TargetKind::Lib));
    let library = library.with_context(|| format!("{} has no library", package.name))?;
    let json = built.join("doc").join(format!("{}.json", library.name));
    let api = public_api::Builder::from_rustdoc_json(&json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .with_context(|| format!("{} cannot be read", json.display()))?;
    let mut text = format!(
        "# The public interface of {} with all features; `cargo xtask api --bless` writes it.\n",
        package.name
    );
    for item in api.items() {
        text.push_str(&item.to_string());
        text.push('\n');
    }
    Ok(text)
}
