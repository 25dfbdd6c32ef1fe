//! Where the results of a job go when it has ended.

use super::{ResultArgs, ResultDirectory, SummaryFile};
use crate::failure::Failure;

/// The files that were asked for; that they can be written is known before anything is sent.
#[derive(Debug, Clone)]
pub(crate) struct Outlets {
    pub(crate) directory: Option<ResultDirectory>,
    pub(crate) summary: Option<SummaryFile>,
}

impl Outlets {
    /// Looks at what was asked for.
    ///
    /// # Errors
    /// When a file cannot be written, or another job's would be overwritten.
    pub(crate) fn prepare(args: &ResultArgs, job_id: &str) -> Result<Self, Failure> {
        let directory = |path: &std::path::PathBuf| ResultDirectory::prepare(path, job_id, args.force);
        let summary = |path: &std::path::PathBuf| SummaryFile::prepare(path, job_id, args.force);
        Ok(Self {
            directory: args.results_dir.as_ref().map(directory).transpose()?,
            summary: args.summary.as_ref().map(summary).transpose()?,
        })
    }

    /// Another job's files came to be where this one's were to be.
    pub(crate) fn are_taken(&self) -> bool {
        self.directory.as_ref().is_some_and(ResultDirectory::is_taken)
            || self.summary.as_ref().is_some_and(SummaryFile::is_taken)
    }
}
