//! Flags of the report.

use std::path::PathBuf;
use std::str::FromStr;

use batchwise::Verdict;
use clap::Args;

use crate::args::OutputArg;
use crate::nearest::nearest;

/// What is reported of which job, and how.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// A journal, a directory of result files, or `last` for the latest journal in the state directory
    #[arg(value_name = "JOB", default_value = "last")]
    pub(crate) job: PathBuf,
    /// A table for people, or every record of the whole job
    #[arg(short, long, value_name = "FORM", value_enum, default_value_t = OutputArg::Human)]
    pub(crate) output: OutputArg,
    /// Only records with these outcomes (and, for people, the records themselves)
    #[arg(long, value_name = "OUTCOME", value_delimiter = ',')]
    pub(crate) only: Vec<Only>,
    /// Write a page with pictures for a browser: what happened, what is still there, calls, waits, faults, failed records
    #[arg(long, value_name = "FILE", group = "written", conflicts_with_all = ["output", "only"])]
    pub(crate) html: Option<PathBuf>,
    /// Write the evidence of a job that has ended: who, where, what became of each record, sums and a checksum
    #[arg(long, value_name = "FILE", group = "written", conflicts_with_all = ["output", "only"])]
    pub(crate) evidence: Option<PathBuf>,
    /// Overwrite that file
    #[arg(long, requires = "written")]
    pub(crate) force: bool,
}

/// An outcome by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Only(pub(crate) Verdict);

impl FromStr for Only {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == text);
        known.map(Self).ok_or_else(|| {
            let words: Vec<&str> = Verdict::ALL.iter().map(|verdict| verdict.as_str()).collect();
            let meant = nearest(text, words.iter().copied());
            let meant = meant.map_or_else(String::new, |word| format!("did you mean `{word}`? "));
            format!("{meant}expected one of {}", words.join(", "))
        })
    }
}
