//! What rustdoc does only on nightly, with the stable one.
//!
//! Two jobs need it: documentation with docs.rs's marks of features, and the listings of public APIs. `RUSTC_BOOTSTRAP`
//! around all of cargo would build every dependency anew, because build scripts look at it; so rustdoc alone is told, by this
//! program standing in for it.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use xshell::Cmd;

/// Set for the copy of this program that cargo calls in rustdoc's place: which rustdoc it stands for.
const STANDS_FOR: &str = "BATCHWISE_XTASK_RUSTDOC";

/// A cargo whose rustdoc takes what only nightly takes.
pub(crate) fn rustdoc_of_nightly(cargo: Cmd<'_>) -> Result<Cmd<'_>> {
    let me = current_program()?;
    let rustdoc = std::env::var_os("RUSTDOC").unwrap_or_else(|| OsStr::new("rustdoc").to_owned());
    Ok(cargo.env("RUSTDOC", me).env(STANDS_FOR, rustdoc))
}

/// The path of this program, also where a stage that came before has built it anew meanwhile.
fn current_program() -> Result<PathBuf> {
    let path = std::env::current_exe().context("this program has no path")?;
    Ok(match path.to_str().and_then(|path| path.strip_suffix(" (deleted)")) {
        Some(replaced) => replaced.into(),
        None => path,
    })
}

/// Runs rustdoc where this program was called in its place.
pub(crate) fn standing_in() -> Option<ExitCode> {
    let rustdoc = std::env::var_os(STANDS_FOR)?;
    let status = Command::new(rustdoc)
        .args(std::env::args_os().skip(1))
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove(STANDS_FOR)
        .status();
    let code = status.ok().and_then(|status| status.code()).unwrap_or(1);
    Some(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}
