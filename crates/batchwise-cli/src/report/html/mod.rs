//! `report --html`: one page that tells a job to people who will never open a journal.
//!
//! It is whole in itself: style, script and pictures stand in it, and its policy lets a browser load and send nothing. What
//! it holds is bounded, however large the job, and it says what it leaves out and where that is.

mod account;
mod axis;
mod clock;
mod course;
mod draw;
mod from_files;
mod gather;
mod lengths;
mod page;
mod story;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::source::Source;
use super::unreadable;
use crate::failure::Failure;

/// Writes the page of a job to a file of its owner's alone.
///
/// # Errors
/// When the file is there already and not to be overwritten, it cannot be written, or the job cannot be read.
pub(super) fn write(source: &Source, file: &Path, force: bool) -> Result<(), Failure> {
    let shown = file.display();
    let there = || {
        Failure::usage(format!(
            "--html: `{shown}` is there; name another file, or give --force to overwrite it"
        ))
    };
    if !force && file.symlink_metadata().is_ok() {
        return Err(there());
    }
    let unwritable = |error: &io::Error| Failure::usage(format!("--html: `{shown}` cannot be written: {error}"));
    // Before a large journal is read.
    let directory = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut fresh = tempfile::Builder::new()
        .prefix(".batchwise-")
        .suffix(".part")
        .tempfile_in(directory)
        .map_err(|error| unwritable(&error))?;
    let account = match source {
        Source::Journal(reader, path) => gather::of_journal(reader, &absolute(path)).map_err(unreadable)?,
        Source::Files(files) => from_files::of_files(files)?,
    };
    let text = page::page(&account);
    fresh
        .write_all(text.as_bytes())
        .and_then(|()| fresh.as_file().sync_all())
        .map_err(|error| unwritable(&error))?;
    let placed = if force {
        fresh.persist(file)
    } else {
        fresh.persist_noclobber(file)
    };
    match placed {
        Ok(_) => Ok(()),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Err(there()),
        Err(refused) => Err(unwritable(&refused.error)),
    }
}

/// The page may be read from anywhere.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
