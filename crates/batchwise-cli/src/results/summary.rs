//! A job's counts for other programs.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use batchwise::{Reason, Summary};
use serde_json::{Map, Value, json};

use super::Written;
use super::fresh_file::{FreshFile, kept};
use crate::failure::{Exit, Failure};
use crate::output::time;
use crate::target::Target;
use crate::verify::Verification;

/// What the summary of a job says.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub(crate) job_id: &'a str,
    pub(crate) target: &'a Target,
    /// The sums of the whole job, and of this run.
    pub(crate) whole: &'a Summary,
    pub(crate) run: &'a Summary,
    pub(crate) started: SystemTime,
    pub(crate) took: Duration,
    pub(crate) exit: Exit,
    pub(crate) journal: Option<&'a Path>,
    pub(crate) results: Option<&'a Written>,
    pub(crate) verification: Option<&'a Verification>,
}

impl Told<'_> {
    /// As JSON.
    pub(crate) fn value(&self) -> Value {
        let (whole, target) = (self.whole, self.target);
        let path = |path: &Path| path.display().to_string();
        // Where records are contacts the provider's words may repeat some.
        let words = |stop: &Reason| (!target.contacts).then(|| stop.to_string());
        json!({
            "job_id": self.job_id,
            "provider": target.provider,
            "host": target.host,
            "account": target.account,
            "campaign": target.campaigns,
            "started": time(self.started),
            "took_seconds": self.took.as_secs_f64(),
            "exit_code": self.exit.code(),
            "stop": whole.stop.as_ref().map(|stop| json!({"kind": stop.kind().as_str(), "detail": words(stop)})),
            "records": whole.counts.total(),
            "outcomes": counts(whole),
            "reached": whole.reached,
            "duplicates": whole.duplicates,
            "calls": whole.calls,
            "failed_calls": whole.failed_calls,
            "logins": whole.logins,
            "input_left": whole.input_left,
            "found_nothing": whole.found_nothing,
            "this_run": {
                "outcomes": counts(self.run),
                "settled_before": self.run.recalled,
                "calls": self.run.calls,
                "failed_calls": self.run.failed_calls,
            },
            "verified": self.verification.map(Verification::value),
            // Whoever reads it may be elsewhere.
            "journal": self.journal.map(|journal| path(&std::path::absolute(journal).unwrap_or_else(|_| journal.to_owned()))),
            "rows": self.results.map(|written| json!({
                "read": written.rows,
                "outcomes": written.outcomes,
                "duplicates": written.duplicates,
                "blank": written.blank,
                "unread": written.unread,
                "files": written.files.iter().map(|(file, rows)| json!({"path": path(file), "rows": rows})).collect::<Vec<_>>(),
            })),
        })
    }
}

fn counts(summary: &Summary) -> Map<String, Value> {
    let counts = summary.counts.iter();
    counts
        .map(|(verdict, count)| (verdict.to_string(), Value::from(count)))
        .collect()
}

/// A file that is written when the job has ended.
#[derive(Debug, Clone)]
pub(crate) struct SummaryFile {
    path: PathBuf,
    job_id: String,
    /// Another job's is overwritten.
    force: bool,
}

impl SummaryFile {
    /// Makes sure, before anything is sent, that it can be written and overwrites no other job's.
    ///
    /// # Errors
    /// [`Failure::usage`] when it cannot be written, or is there, not of this job, and `force` is not given.
    pub(crate) fn prepare(path: &Path, job_id: &str, force: bool) -> Result<Self, Failure> {
        let shown = path.display();
        let part = FreshFile::create(path, job_id);
        // Whether it can be made is all that is asked.
        drop(part.map_err(|error| Failure::usage(format!("--summary `{shown}`: {error}")))?);
        let file = Self {
            path: path.to_owned(),
            job_id: job_id.to_owned(),
            force,
        };
        if path.exists() && !file.may_replace(path) {
            return Err(Failure::usage(format!(
                "--summary: `{shown}` is there and not of this job; name another file, or give --force to overwrite it"
            )));
        }
        Ok(file)
    }

    /// Writes it.
    ///
    /// # Errors
    /// In words, when it cannot be written, or another job's is there by now.
    pub(crate) fn write(&self, summary: &Value) -> Result<(), String> {
        let write = || {
            let fresh = FreshFile::create(&self.path, &self.job_id)?;
            writeln!(&mut fresh.file(), "{summary:#}")?;
            Ok(fresh)
        };
        let fresh =
            write().map_err(|error: std::io::Error| format!("`{}` cannot be written: {error}", self.path.display()))?;
        fresh
            .complete_beside(|path| Ok(self.may_replace(path)))
            .map_err(|(fresh, why)| kept(&self.path, &why, [fresh]))
    }

    /// Another job's is there, which this one does not overwrite.
    pub(crate) fn is_taken(&self) -> bool {
        self.path.exists() && !self.may_replace(&self.path)
    }

    fn may_replace(&self, path: &Path) -> bool {
        let is_ours = || {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let value: Value = serde_json::from_str(&text).unwrap_or_default();
            value.get("job_id").is_some_and(|id| *id == self.job_id)
        };
        self.force || is_ours()
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}
