//! The result files of a job, read row by row.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use batchwise::Verdict;
use batchwise_journal::Verified;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::results::{ResultFile, column_of, own_columns};

/// A summary is no longer than this.
const LONGEST_SUMMARY: u64 = 1 << 20;

/// A line of a result file that is longer than this is not taken for one.
const LONGEST_LINE: u64 = 64 << 20;

/// The result files of one job.
#[derive(Debug)]
pub(super) struct ResultFiles {
    pub(super) directory: PathBuf,
    files: Vec<(ResultFile, PathBuf)>,
    /// None when no file has a row.
    pub(super) job_id: Option<String>,
    summary: Option<Map<String, Value>>,
}

/// A row of a result file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResultRow {
    /// The columns of the input, as they stand there.
    pub(super) own: String,
    pub(super) line: u64,
    pub(super) verdict: Option<Verdict>,
    pub(super) attempts: u32,
    pub(super) detail: String,
    pub(super) at: Option<Timestamp>,
    /// It repeats another row.
    pub(super) repeats: bool,
    /// It stands among those in the wanted state.
    pub(super) reached: bool,
    /// What a look at the provider after the job showed.
    pub(super) verified: Option<Verified>,
    request_id: String,
    job_id: String,
}

impl ResultRow {
    /// The reason without the provider's id of the request, which is another one for every call.
    pub(super) fn reason(&self) -> String {
        match self.request_id.as_str() {
            "" => self.detail.clone(),
            id => self.detail.replace(&format!(" (request {id})"), ""),
        }
    }
}

impl ResultFiles {
    /// The files of this directory; `None` when there are none.
    ///
    /// # Errors
    /// When they cannot be read, or are of several jobs.
    pub(super) fn in_directory(directory: &Path) -> Result<Option<Self>, Failure> {
        let mut found = Self {
            directory: directory.to_owned(),
            files: Vec::new(),
            job_id: None,
            summary: None,
        };
        for file in ResultFile::ALL {
            let both = ["csv", "ndjson"].map(|extension| file.path_in(directory, extension));
            found
                .files
                .extend(both.into_iter().filter(|path| path.is_file()).map(|path| (file, path)));
        }
        if found.files.is_empty() {
            return Ok(None);
        }
        let mut job_id: Option<String> = None;
        for (file, path) in &found.files {
            let mut first = None;
            read(*file, path, &mut |row| {
                first = Some(row.job_id);
                false
            })?;
            match (&job_id, first) {
                (Some(known), Some(other)) if *known != other => {
                    return Err(Failure::usage(format!(
                        "`{}` holds result files of two jobs, {known} and {other}: name the journal of the one that you mean",
                        directory.display()
                    )));
                }
                (None, Some(first)) => job_id = Some(first),
                _ => {}
            }
        }
        found.job_id = job_id;
        found.summary = found.job_id.as_deref().and_then(|job| summary_of(directory, job));
        Ok(Some(found))
    }

    /// The job's summary, if it lies beside the files.
    pub(super) fn summary(&self) -> Option<&Map<String, Value>> {
        self.summary.as_ref()
    }

    /// Tells `each` every row, until it says no.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn rows(&self, mut each: impl FnMut(ResultRow) -> bool) -> Result<(), Failure> {
        for (file, path) in &self.files {
            if !read(*file, path, &mut each)? {
                break;
            }
        }
        Ok(())
    }
}

/// The summary of this job in a directory.
fn summary_of(directory: &Path, job: &str) -> Option<Map<String, Value>> {
    let entries = std::fs::read_dir(directory).ok()?.flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .find_map(|path| {
            let mut text = String::new();
            File::open(path)
                .ok()?
                .take(LONGEST_SUMMARY)
                .read_to_string(&mut text)
                .ok()?;
            let summary: Map<String, Value> = serde_json::from_str(&text).ok()?;
            (summary.get("job_id")? == job).then_some(summary)
        })
}

/// Reads a file; false when `each` has seen enough.
fn read(file: ResultFile, path: &Path, each: &mut dyn FnMut(ResultRow) -> bool) -> Result<bool, Failure> {
    let unreadable = |error: io::Error| Failure::usage(format!("`{}` cannot be read: {error}", path.display()));
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    if path.extension().is_some_and(|extension| extension == "csv") {
        if reader
            .fill_buf()
            .map_err(unreadable)?
            .starts_with("\u{feff}".as_bytes())
        {
            reader.consume(3);
        }
        read_csv(file, path, reader, each)
    } else {
        read_ndjson(file, path, reader, each)
    }
}

fn foreign(path: &Path) -> Failure {
    Failure::usage(format!(
        "`{}` is no result file of batchwise: its last columns are not those that a job adds",
        path.display()
    ))
}

fn read_csv(
    file: ResultFile,
    path: &Path,
    reader: impl Read,
    each: &mut dyn FnMut(ResultRow) -> bool,
) -> Result<bool, Failure> {
    let unreadable = |error: csv::Error| Failure::usage(format!("`{}` cannot be read: {error}", path.display()));
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
    let header: Vec<String> = reader
        .headers()
        .map_err(unreadable)?
        .iter()
        .map(str::to_owned)
        .collect();
    let own = own_columns(&header);
    if own == header.len() {
        return Err(foreign(path));
    }
    for row in reader.records() {
        let row = row.map_err(unreadable)?;
        let text = |name: &str| {
            let at = column_of(&header, own, name);
            at.and_then(|at| row.get(at)).unwrap_or_default().to_owned()
        };
        let fields: Vec<&str> = row.iter().take(own).collect();
        if !each(row_of(file, fields.join(" · "), text)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read_ndjson(
    file: ResultFile,
    path: &Path,
    mut reader: impl BufRead,
    each: &mut dyn FnMut(ResultRow) -> bool,
) -> Result<bool, Failure> {
    let unreadable = |error: io::Error| Failure::usage(format!("`{}` cannot be read: {error}", path.display()));
    let mut line = String::new();
    loop {
        line.clear();
        if reader
            .by_ref()
            .take(LONGEST_LINE)
            .read_line(&mut line)
            .map_err(unreadable)?
            == 0
        {
            return Ok(true);
        }
        let object: Map<String, Value> = serde_json::from_str(&line).map_err(|_| foreign(path))?;
        let prefixed = |name: &str| object.get(&format!("batchwise_{name}")).or_else(|| object.get(name));
        if prefixed("job_id").is_none() {
            return Err(foreign(path));
        }
        let text = |name: &str| match prefixed(name) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        let own = crate::results::without_added(Value::Object(object.clone()));
        if !each(row_of(file, own.to_string(), text)) {
            return Ok(false);
        }
    }
}

fn row_of(file: ResultFile, own: String, text: impl Fn(&str) -> String) -> ResultRow {
    let outcome = text("outcome");
    ResultRow {
        own,
        line: text("line").parse().unwrap_or_default(),
        verdict: Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == outcome),
        attempts: text("attempts").parse().unwrap_or_default(),
        detail: text("detail"),
        at: text("at").parse().ok(),
        repeats: !text("duplicate_of_line").is_empty(),
        reached: file == ResultFile::Succeeded,
        verified: {
            let word = text("verified");
            Verified::ALL.into_iter().find(|verified| verified.as_str() == word)
        },
        request_id: text("error_request_id"),
        job_id: text("job_id"),
    }
}
