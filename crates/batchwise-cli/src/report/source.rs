//! What a job is reported from: its journal, or the result files that it left.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use batchwise_journal::JournalReader;

use super::files::ResultFiles;
use super::unreadable;
use crate::failure::Failure;
use crate::ledger::StateDirectory;

/// What a job is reported from.
#[derive(Debug)]
pub(super) enum Source {
    /// Its journal.
    Journal(JournalReader, PathBuf),
    /// Its result files; the journal was not found.
    Files(ResultFiles),
}

impl Source {
    /// The journal of this name; or, of a directory of result files, the journal of their job, wherever it is, or else the
    /// files.
    ///
    /// # Errors
    /// When there is no such job, or it cannot be read.
    pub(super) fn find(named: &Path) -> Result<Self, Failure> {
        let path = StateDirectory::find(named).map_err(|failure| match named.to_str() {
            Some("last") => failure,
            _ => failure
                .mend("name one of those that `batchwise journal list` shows, a directory of result files, or `last`"),
        })?;
        if !path.is_dir() {
            return Ok(Self::Journal(JournalReader::open(&path).map_err(unreadable)?, path));
        }
        match ResultFiles::in_directory(&path)? {
            Some(files) => Ok(match journal_of(&files, &path) {
                Some((reader, path)) => Self::Journal(reader, path),
                None => Self::Files(files),
            }),
            None => only_journal(&path),
        }
    }
}

/// The journal of the job of these files: beside them, where their summary says, or in the state directory.
fn journal_of(files: &ResultFiles, directory: &Path) -> Option<(JournalReader, PathBuf)> {
    let job = files.job_id.as_deref()?;
    let told = files.summary().and_then(|summary| summary.get("journal")?.as_str());
    let told = told
        .into_iter()
        .flat_map(|told| [PathBuf::from(told), directory.join(told)]);
    let ending = format!("-{job}.db");
    let kept = StateDirectory::of_process().map(|state| state.journals().unwrap_or_default());
    let kept = kept.unwrap_or_default().into_iter().filter(|path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().ends_with(&ending)
    });
    journals_in(directory)
        .into_iter()
        .chain(told)
        .chain(kept)
        .find_map(|path| {
            let reader = path.is_file().then(|| JournalReader::open(&path).ok())??;
            let is_of_job = reader.header().is_ok_and(|header| header.id == job);
            is_of_job.then_some((reader, path))
        })
}

fn journals_in(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut journals: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension() == Some(OsStr::new("db")))
        .collect();
    journals.sort();
    journals
}

/// The journal of a directory without result files.
fn only_journal(directory: &Path) -> Result<Source, Failure> {
    let shown = directory.display();
    let journals = journals_in(directory);
    match journals.as_slice() {
        [path] => {
            let reader = JournalReader::open(path).map_err(unreadable)?;
            Ok(Source::Journal(reader, path.clone()))
        }
        [] => Err(Failure::usage(format!(
            "`{shown}` has neither result files (succeeded, failed, unprocessed) nor a journal (*.db)"
        ))
        .mend("name the directory that was given to --results-dir, or a journal")),
        several => Err(Failure::usage(format!(
            "`{shown}` has {} journals: name one of them",
            several.len()
        ))),
    }
}
