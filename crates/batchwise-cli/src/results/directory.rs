//! The directory of result files, and whose files stand there already.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::added::own_columns;
use super::fresh_file::{FreshFile, Unplaced, kept};
use crate::failure::Failure;

/// Longest first line that is read of a file to see whose it is.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;

/// The files, by what became of their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResultFile {
    /// Rows whose records are in the wanted state.
    Succeeded,
    /// Rows that were sent and are not, or that are no records.
    Failed,
    /// Rows that were not sent.
    Unprocessed,
}

impl ResultFile {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Succeeded, Self::Failed, Self::Unprocessed];

    /// Where it stands in a directory.
    pub(crate) fn path_in(self, directory: &Path, extension: &str) -> PathBuf {
        directory.join(format!("{}.{extension}", self.stem()))
    }

    const fn stem(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Unprocessed => "unprocessed",
        }
    }
}

/// A directory that may be written to.
#[derive(Debug, Clone)]
pub(crate) struct ResultDirectory {
    path: PathBuf,
    job_id: String,
    /// Files of other jobs are overwritten.
    force: bool,
}

impl ResultDirectory {
    /// Makes sure, before anything is sent, that the files of this job can be written there and overwrite no others.
    ///
    /// # Errors
    /// [`Failure::usage`] when the directory cannot be written to, or when files of another job are there and `force` is
    /// not given.
    pub(crate) fn prepare(path: &Path, job_id: &str, force: bool) -> Result<Self, Failure> {
        let shown = path.display();
        let unwritable = |error: io::Error| Failure::usage(format!("--results-dir `{shown}`: {error}"));
        std::fs::create_dir_all(path).map_err(unwritable)?;
        // Whether one can be made is all that is asked.
        drop(FreshFile::create(&path.join("succeeded"), job_id).map_err(unwritable)?);
        let directory = Self {
            path: path.to_owned(),
            job_id: job_id.to_owned(),
            force,
        };
        for file in result_files(path) {
            if file.exists() && !directory.may_replace(&file).map_err(unwritable)? {
                return Err(Failure::usage(format!(
                    "--results-dir `{shown}`: `{}` is not of this job; name another directory, or give --force to overwrite it",
                    file.display()
                )));
            }
        }
        Ok(directory)
    }

    /// Where a file stands.
    pub(crate) fn file(&self, file: ResultFile, extension: &str) -> PathBuf {
        file.path_in(&self.path, extension)
    }

    /// A new file of this job, which gets its name when all of them are complete.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(super) fn create(&self, path: &Path) -> io::Result<FreshFile> {
        FreshFile::create(path, &self.job_id)
    }

    /// Gives complete files their names, unless another job's stand there by now: then none is overwritten.
    ///
    /// # Errors
    /// In words, when names are taken or cannot be given; what is complete is kept, and it is said where.
    pub(super) fn place(&self, files: Vec<FreshFile>) -> Result<(), String> {
        let taken = |file: &&FreshFile| {
            let path = file.path();
            path.symlink_metadata().is_ok() && !self.may_replace(path).unwrap_or(false)
        };
        if let Some(path) = files.iter().find(taken).map(|file| file.path().to_owned()) {
            return Err(kept(&path, &Unplaced::Taken, files));
        }
        let mut files = files.into_iter();
        while let Some(file) = files.next() {
            let path = file.path().to_owned();
            if let Err((file, why)) = file.complete_beside(|path| self.may_replace(path)) {
                return Err(kept(&path, &why, std::iter::once(file).chain(files)));
            }
        }
        Ok(())
    }

    /// Files of another job are there, which this one does not overwrite.
    pub(crate) fn is_taken(&self) -> bool {
        result_files(&self.path).any(|file| file.exists() && !self.may_replace(&file).unwrap_or(false))
    }

    fn may_replace(&self, file: &Path) -> io::Result<bool> {
        Ok(self.force || is_of_job(file, &self.job_id)?)
    }
}

/// All files that results in this directory may be written to.
pub(crate) fn result_files(directory: &Path) -> impl Iterator<Item = PathBuf> {
    ResultFile::ALL
        .into_iter()
        .flat_map(|file| ["csv", "ndjson"].map(|extension| file.path_in(directory, extension)))
}

/// True when a file holds rows of this job, or none at all.
fn is_of_job(path: &Path, job_id: &str) -> io::Result<bool> {
    let file = BufReader::new(File::open(path)?.take(LONGEST_LINE));
    if path.extension().is_some_and(|extension| extension == "csv") {
        csv_is_of_job(file, job_id)
    } else {
        ndjson_is_of_job(file, job_id)
    }
}

fn csv_is_of_job(mut file: impl BufRead, job_id: &str) -> io::Result<bool> {
    if file.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
        file.consume(3);
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let header: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    if own_columns(&header) == header.len() {
        return Ok(header.is_empty());
    }
    let job = header.len() - 1;
    match reader.records().next() {
        None => Ok(true),
        Some(row) => Ok(row?.get(job) == Some(job_id)),
    }
}

fn ndjson_is_of_job(mut file: impl BufRead, job_id: &str) -> io::Result<bool> {
    let mut line = String::new();
    file.read_line(&mut line)?;
    if line.trim().is_empty() {
        return Ok(true);
    }
    let value: Value = serde_json::from_str(&line).unwrap_or_default();
    let is_ours = |name: &&str| value.get(*name).is_some_and(|id| id == job_id);
    Ok(["job_id", "batchwise_job_id"].iter().any(is_ours))
}
