//! The steps to a new provider crate.

use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;
use xshell::cmd;

use super::names::ProviderName;
use super::{skeleton, wiring};
use crate::workspace::{FACADE, Workspace};

/// What it is called.
#[derive(Debug, Args)]
pub(crate) struct NewProviderArgs {
    /// The crate: the provider and its records, such as acme-contacts
    name: ProviderName,
}

/// Writes the crate and wires it in.
pub(crate) fn run(args: &NewProviderArgs, workspace: &Workspace) -> Result<()> {
    let name = &args.name;
    let krate = name.krate();
    let shell = workspace.shell();
    let folder = Path::new("crates").join(krate);
    if shell.path_exists(&folder) {
        bail!("{} is there already", folder.display());
    }
    let providers = workspace.providers()?;
    let last = *providers.last().context("there is no provider to stand beside")?;
    skeleton::write(shell, &folder, name)?;

    let change = |file: &str, with: &dyn Fn(&str) -> Result<String>| -> Result<()> {
        let text = with(&shell.read_file(file)?).with_context(|| file.to_owned())?;
        shell.write_file(file, text)?;
        println!("changed {file}");
        Ok(())
    };
    change("Cargo.toml", &|text| wiring::root_manifest(text, name, FACADE))?;
    change("deny.toml", &|text| wiring::deny(text, name))?;
    // In every language.
    for file in shell.read_dir(".")? {
        let file = file.file_name().unwrap_or_default().to_string_lossy();
        if file.starts_with("README.") && file.ends_with(".md") {
            change(&file, &|text| wiring::readme(text, name))?;
        }
    }
    change("CHANGELOG.md", &|text| wiring::changelog(text, name))?;
    let facade = |file: &str| format!("crates/{FACADE}/{file}");
    change(&facade("Cargo.toml"), &|text| wiring::facade_manifest(text, name, last))?;
    change(&facade("src/lib.rs"), &|text| Ok(wiring::facade_code(text, name)))?;
    change(&facade("README.md"), &|text| wiring::facade_readme(text, name))?;
    // Names sort differently in each crate.
    cmd!(shell, "cargo fmt -p {krate} -p {FACADE}").run()?;
    cmd!(shell, "cargo update --workspace --quiet").run()?;
    if shell.path_exists("fuzz/Cargo.toml") {
        cmd!(
            shell,
            "cargo update --workspace --quiet --manifest-path fuzz/Cargo.toml"
        )
        .run()?;
    }

    println!(
        "\ncrates/{krate} is there and compiles. Its tests fail where something has to be filled in:\n\
         \x20   cargo test -p {krate}\n\
         \x20   grep -rn 'FILL IN' crates/{krate} README*.md CHANGELOG.md\n\
         CONTRIBUTING.md says what comes next: the documents, the emulator, the conformance suite, the command."
    );
    Ok(())
}
