//! A job's counts for other programs.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::FreshFile;
use crate::failure::Failure;

/// A file that is written when the job has ended.
#[derive(Debug, Clone)]
pub(crate) struct SummaryFile {
    path: PathBuf,
}

impl SummaryFile {
    /// Makes sure, before anything is sent, that it can be written and overwrites no other job's.
    ///
    /// # Errors
    /// [`Failure::usage`] when it cannot be written, or is there, not of this job, and `force` is not given.
    pub(crate) fn prepare(path: &Path, job_id: &str, force: bool) -> Result<Self, Failure> {
        let shown = path.display();
        FreshFile::create(path)
            .map_err(|error| Failure::usage(format!("--summary `{shown}`: {error}")))?
            .discard();
        let is_ours = || {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let value: Value = serde_json::from_str(&text).unwrap_or_default();
            value["job_id"] == job_id
        };
        if path.exists() && !force && !is_ours() {
            return Err(Failure::usage(format!(
                "--summary: `{shown}` is there and not of this job; name another file, or give --force to overwrite it"
            )));
        }
        Ok(Self { path: path.to_owned() })
    }

    /// Writes it.
    ///
    /// # Errors
    /// In words, when it cannot be written.
    pub(crate) fn write(&self, summary: &Value) -> Result<(), String> {
        let write = || {
            let fresh = FreshFile::create(&self.path)?;
            writeln!(&mut fresh.file(), "{summary:#}")?;
            fresh.complete()
        };
        write().map_err(|error: std::io::Error| format!("`{}` cannot be written: {error}", self.path.display()))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}
