//! The steps to an archive.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use sha2::{Digest, Sha256};
use xshell::cmd;

use super::archive::{Form, pack};
use super::build::Build;
use super::{extras, notices};
use crate::workspace::{COMMAND, Workspace};

/// For which platform, and where to.
#[derive(Debug, Args)]
pub(crate) struct DistArgs {
    /// The platform, such as x86_64-unknown-linux-musl; this one's unless given
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// Where the archive, its sum and the bill of materials go; target/dist unless given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Builds the archive. The same commit and toolchain give the same bytes.
pub(crate) fn run(args: &DistArgs, workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell();
    let host = host(workspace)?;
    let target = args.target.clone().unwrap_or_else(|| host.clone());
    let out = args.out.clone().unwrap_or_else(|| workspace.target().join("dist"));
    let version = &workspace.package(COMMAND)?.version;
    let name = format!("batchwise-{version}-{target}");
    let stage = out.join(&name);
    shell.remove_path(&stage)?;
    shell.create_dir(&stage)?;

    let build = Build::new(workspace, &target)?;
    let program = build.command()?;
    let program_name = program.file_name().context("a program without a name")?;
    shell.copy_file(&program, stage.join(program_name))?;
    extras::papers(workspace, &stage)?;
    shell.write_file(stage.join("THIRD-PARTY.txt"), notices::third_party(workspace, &target)?)?;
    extras::completions_and_pages(workspace, &program, host == target, &stage)?;
    let bill = extras::bill_of_materials(workspace, &build, &name)?;
    shell.copy_file(&bill, stage.join("batchwise.cdx.json"))?;
    shell.copy_file(&bill, out.join(format!("{name}.cdx.json")))?;
    shell.remove_path(bill)?;

    let form = Form::of(&target);
    let archive = out.join(format!("{name}.{}", form.extension()));
    let bytes = pack(&stage, &name, form, build.epoch())?;
    shell.write_file(&archive, &bytes)?;
    let sum = hex(&Sha256::digest(&bytes));
    let file = archive
        .file_name()
        .context("an archive without a name")?
        .to_string_lossy()
        .into_owned();
    // As `sha256sum --check` reads it.
    shell.write_file(out.join(format!("{file}.sha256")), format!("{sum}  {file}\n"))?;
    let size = std::fs::metadata(&program)?.len();
    println!("{}", archive.display());
    println!(
        "  {:.1} MB packed, the program alone {:.1} MB",
        megabytes(bytes.len() as u64),
        megabytes(size)
    );
    println!("  sha256 {sum}");
    Ok(())
}

/// The platform that this toolchain builds for.
fn host(workspace: &Workspace) -> Result<String> {
    let told = cmd!(workspace.shell(), "rustc --version --verbose").quiet().read()?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not tell its host")?.to_owned())
}

#[allow(clippy::cast_precision_loss)]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_written_as_sha256sum_writes_it() {
        assert_eq!(
            hex(&Sha256::digest(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
