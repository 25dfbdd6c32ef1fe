//! Flags of the report.

use std::path::PathBuf;
use std::str::FromStr;

use batchwise::Verdict;
use clap::Args;

use crate::args::OutputArg;

/// What is reported of which job, and how.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// A journal, or `last` for the latest one in the state directory
    #[arg(value_name = "JOURNAL", default_value = "last")]
    pub(crate) journal: PathBuf,
    /// A table for people, or every record of the whole job
    #[arg(short, long, value_name = "FORM", value_enum, default_value_t = OutputArg::Human)]
    pub(crate) output: OutputArg,
    /// Only records with these outcomes (and, for people, the records themselves)
    #[arg(long, value_name = "OUTCOME", value_delimiter = ',')]
    pub(crate) only: Vec<Only>,
    /// Write the evidence of a job that has ended: who, where, what became of each record, sums and a checksum
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "only"])]
    pub(crate) evidence: Option<PathBuf>,
    /// Overwrite the file of the evidence
    #[arg(long, requires = "evidence")]
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
            format!("expected one of {}", words.join(", "))
        })
    }
}
