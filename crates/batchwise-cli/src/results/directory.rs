//! The directory of result files, and whose files stand there already.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::FreshFile;
use super::added::own_columns;
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
}

impl ResultDirectory {
    /// Makes sure, before anything is sent, that the files of this job can be written there and overwrite no others.
    ///
    /// # Errors
    /// [`Failure::usage`] when the directory cannot be written to, when files of another job are there and `force` is not
    /// given, or when one of the files is the input.
    pub(crate) fn prepare(path: &Path, job_id: &str, force: bool, input: Option<&Path>) -> Result<Self, Failure> {
        let shown = path.display();
        let unwritable = |error: io::Error| Failure::usage(format!("--results-dir `{shown}`: {error}"));
        std::fs::create_dir_all(path).map_err(unwritable)?;
        FreshFile::create(&path.join("succeeded"))
            .map_err(unwritable)?
            .discard();
        let directory = Self { path: path.to_owned() };
        let input = input.and_then(|input| input.canonicalize().ok());
        for file in directory.candidates() {
            if !file.exists() {
                continue;
            }
            if input.is_some() && file.canonicalize().ok() == input {
                return Err(Failure::usage(format!(
                    "--results-dir `{shown}`: `{}` is the input; name another directory",
                    file.display()
                )));
            }
            if !force && !is_of_job(&file, job_id).map_err(unwritable)? {
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

    fn candidates(&self) -> impl Iterator<Item = PathBuf> {
        ResultFile::ALL
            .into_iter()
            .flat_map(|file| ["csv", "ndjson"].map(|extension| self.file(file, extension)))
    }
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
