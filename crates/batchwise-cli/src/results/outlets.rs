//! Where the results of a job go when it has ended.

use std::path::Path;

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
    pub(crate) fn prepare(args: &ResultArgs, job_id: &str, input: Option<&Path>) -> Result<Self, Failure> {
        let directory = |path: &std::path::PathBuf| ResultDirectory::prepare(path, job_id, args.force, input);
        let summary = |path: &std::path::PathBuf| SummaryFile::prepare(path, job_id, args.force);
        Ok(Self {
            directory: args.results_dir.as_ref().map(directory).transpose()?,
            summary: args.summary.as_ref().map(summary).transpose()?,
        })
    }
}
