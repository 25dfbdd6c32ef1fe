//! The input once more, each row with what became of it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use batchwise::journal::JournalEntry;
use batchwise::{Record, Verdict};
use serde_json::Value;
use serde_json::value::RawValue;

use super::added::{Added, own_columns};
use super::csv_form::CsvForm;
use super::ndjson_form::{self, Members};
use super::{FreshFile, Lookup, ResultDirectory, ResultFile, Settled};
use crate::input::{Columns, RawRow, Row, Shape, Source};

/// What a pass over the input goes by.
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    pub(crate) provider: &'static str,
    pub(crate) job_id: String,
    /// Records are unique within a campaign.
    pub(crate) with_campaign: bool,
    /// Absence is wanted.
    pub(crate) allow_missing: bool,
    /// The last line that the job took in of a pipe; what was read ahead of it may be cut anywhere.
    pub(crate) last_line: Option<u64>,
    /// Somebody looked at the provider after the job.
    pub(crate) verified: bool,
    /// The journal failed, and does not know all that the job read.
    pub(crate) journal_failed: bool,
}

/// What a pass wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// The files in the order of [`ResultFile::ALL`], with how many rows stand in each.
    pub(crate) files: Vec<(PathBuf, u64)>,
    /// Rows of the input, blank lines included.
    pub(crate) rows: u64,
    /// Records that have an outcome.
    pub(crate) outcomes: u64,
    /// Records that repeat an earlier one.
    pub(crate) duplicates: u64,
    /// Rows without content.
    pub(crate) blank: u64,
    /// Records that the job never read, or that its journal could not note.
    pub(crate) unread: u64,
}

impl Written {
    /// One of the files, and how many rows stand in it.
    pub(crate) fn file(&self, file: ResultFile) -> Option<(&Path, u64)> {
        let at = ResultFile::ALL.iter().position(|known| *known == file)?;
        self.files.get(at).map(|(path, rows)| (path.as_path(), *rows))
    }
}

/// Reads the input once more and writes each row to the file that it belongs in.
///
/// # Errors
/// In words, when the input or the ledger cannot be read or a file cannot be written; files of an earlier run then stay as
/// they are.
pub(crate) fn write_results<S: Shape>(
    pass: &Pass,
    (source, shape): (&Source, &S),
    lookup: &mut dyn Lookup,
    directory: &ResultDirectory,
) -> Result<Written, String> {
    let mut sorter = Sorter {
        pass,
        directory,
        form: None,
        sinks: Vec::new(),
        written: Written::default(),
    };
    let mut failed = None;
    let read = source.reread(shape, &mut |row| match sorter.take(row, lookup) {
        Ok(more) => more,
        Err(why) => {
            failed = Some(why);
            false
        }
    });
    match (failed, read) {
        (Some(why), _) => Err(why),
        (None, Err(error)) => Err(format!("the input cannot be read again: {error}")),
        (None, Ok(())) => sorter.complete(),
    }
}

/// How the rows of this input are written.
#[derive(Debug)]
enum Form {
    Csv {
        /// Columns of the input's own.
        own: usize,
        /// Columns of its header.
        all: usize,
        added: Added,
    },
    Ndjson(Option<(Vec<String>, Added)>),
}

#[derive(Debug)]
enum Sink {
    Csv(Box<CsvForm<BufWriter<File>>>),
    Ndjson(BufWriter<File>),
}

struct Sorter<'a> {
    pass: &'a Pass,
    directory: &'a ResultDirectory,
    form: Option<Form>,
    /// One for each of [`ResultFile::ALL`], once the form is known.
    sinks: Vec<(FreshFile, Sink, u64)>,
    written: Written,
}

impl Sorter<'_> {
    /// Takes a row; false when nothing behind it counts.
    fn take<R: Record>(&mut self, row: Row<'_, R>, lookup: &mut dyn Lookup) -> Result<bool, String> {
        match row {
            Row::Columns(columns, _) => self.begin(columns).map_err(|error| self.unwritable(&error))?,
            Row::Blank => {
                self.written.rows += 1;
                self.written.blank += 1;
            }
            Row::Records(raw, _) | Row::Bad(raw, ..) if self.pass.last_line.is_some_and(|last| raw.line > last) => {
                return Ok(false);
            }
            Row::Records(raw, records) => {
                self.written.rows += 1;
                self.written.blank += u64::from(records.is_empty());
                for record in records {
                    let entry = JournalEntry::of_record(record, raw.line);
                    self.sort(&raw, &entry, lookup, false)?;
                }
            }
            Row::Bad(raw, text, _) => {
                self.written.rows += 1;
                let entry = JournalEntry {
                    line: raw.line,
                    scope: None,
                    key: text,
                    content: None,
                };
                self.sort(&raw, &entry, lookup, true)?;
            }
            // Told when the job read it; what came before has its outcomes.
            Row::Broken(_) => return Ok(false),
        }
        Ok(true)
    }

    fn begin(&mut self, columns: Columns) -> io::Result<()> {
        let pass = self.pass;
        let added = |own: &[String]| {
            Added::new(pass.provider, &pass.job_id, own, pass.with_campaign).verified(own, pass.verified)
        };
        let (form, header) = match columns {
            Columns::Named(mut names) => {
                let (own, all) = (own_columns(&names), names.len());
                names.truncate(own);
                let added = added(&names);
                (Form::Csv { own, all, added }, names)
            }
            Columns::Lines => {
                let names = vec!["record".to_owned()];
                let added = added(&names);
                (Form::Csv { own: 1, all: 1, added }, names)
            }
            Columns::Json => (Form::Ndjson(None), Vec::new()),
        };
        let extension = match form {
            Form::Csv { .. } => "csv",
            Form::Ndjson(_) => "ndjson",
        };
        for file in ResultFile::ALL {
            let path = self.directory.file(file, extension);
            let fresh = self.directory.create(&path)?;
            let buffer = BufWriter::with_capacity(1 << 16, fresh.file().try_clone()?);
            let sink = match &form {
                Form::Csv { added, .. } => Sink::Csv(Box::new(CsvForm::new(buffer, &header, added.names())?)),
                Form::Ndjson(_) => Sink::Ndjson(buffer),
            };
            self.written.files.push((path, 0));
            self.sinks.push((fresh, sink, 0));
        }
        self.form = Some(form);
        Ok(())
    }

    fn sort(
        &mut self,
        raw: &RawRow<'_>,
        entry: &JournalEntry,
        lookup: &mut dyn Lookup,
        bad: bool,
    ) -> Result<(), String> {
        let found = lookup.of(entry)?;
        let is_unread = found.is_none();
        let settled = found.unwrap_or_else(|| match self.pass.journal_failed {
            true => Settled::unnoted(raw.line),
            false => Settled::unread(raw.line),
        });
        // Leads are never taken for repeats.
        let repeats = entry.content.is_none() && settled.line != raw.line;
        let counted = match (is_unread, repeats) {
            (true, _) => &mut self.written.unread,
            (false, true) => &mut self.written.duplicates,
            (false, false) => &mut self.written.outcomes,
        };
        *counted += 1;
        let file = file_of(&settled, self.pass.allow_missing);
        self.write(file, raw, (entry, bad), &settled, repeats)
            .map_err(|error| self.unwritable(&error))
    }

    fn write(
        &mut self,
        file: ResultFile,
        raw: &RawRow<'_>,
        (entry, bad): (&JournalEntry, bool),
        settled: &Settled,
        repeats: bool,
    ) -> io::Result<()> {
        let at = ResultFile::ALL
            .iter()
            .position(|known| *known == file)
            .unwrap_or_default();
        let Some((_, sink, count)) = self.sinks.get_mut(at) else {
            return Err(io::Error::other("a row came before its columns"));
        };
        *count += 1;
        // A line may name its campaign as well, which has a column of its own here.
        let key = (self.pass.with_campaign && !bad).then_some(entry.key.as_str());
        let scope = entry.scope.as_deref();
        let own_fields = raw.fields();
        match (&mut self.form, sink) {
            (Some(Form::Csv { own, all, added }), Sink::Csv(csv)) => {
                let mut fields: Vec<&str> = own_fields.iter().take(*own).map(String::as_str).collect();
                fields.resize(*own, "");
                if let (Some(key), [field], true) = (key, fields.as_mut_slice(), *all == 1 && own_fields.len() == 1)
                    && field.contains(':')
                {
                    *field = key;
                }
                let beyond = own_fields.get(*all..).unwrap_or_default();
                csv.write(&fields, &added.values(raw.line, scope, settled, repeats), beyond)
            }
            (Some(Form::Ndjson(last)), Sink::Ndjson(sink)) => {
                let own = members(own_fields.first().map_or("", |line| line.trim()), key);
                let names: Vec<String> = own.iter().map(|(name, _)| name.clone()).collect();
                if last.as_ref().is_none_or(|(known, _)| *known != names) {
                    let pass = self.pass;
                    let added = Added::new(pass.provider, &pass.job_id, &names, pass.with_campaign)
                        .verified(&names, pass.verified);
                    *last = Some((names, added));
                }
                let Some((_, added)) = last else { return Ok(()) };
                let values = added.values(raw.line, scope, settled, repeats);
                ndjson_form::write(sink, &own, (added.names(), &values))
            }
            _ => Err(io::Error::other("a row of another form than its columns")),
        }
    }

    fn unwritable(&self, error: &io::Error) -> String {
        format!("the result files cannot be written: {error}")
    }

    fn complete(mut self) -> Result<Written, String> {
        if self.form.is_none() {
            // Nothing was in it.
            self.begin(Columns::Lines).map_err(|error| self.unwritable(&error))?;
        }
        let mut written = std::mem::take(&mut self.written);
        let sinks = std::mem::take(&mut self.sinks);
        let whole = |fresh: &FreshFile, sink: Sink| -> io::Result<()> {
            match sink {
                Sink::Csv(mut csv) => csv.flush()?,
                Sink::Ndjson(mut buffer) => buffer.flush()?,
            }
            fresh.file().sync_all()
        };
        // All of them are written before the first has its name: those of one run stand together.
        let mut fresh_files = Vec::new();
        for ((_, count), (fresh, sink, rows)) in written.files.iter_mut().zip(sinks) {
            *count = rows;
            whole(&fresh, sink).map_err(|error| self.unwritable(&error))?;
            fresh_files.push(fresh);
        }
        self.directory.place(fresh_files)?;
        Ok(written)
    }
}

/// The members of a JSON line: those of its object without what an earlier run added, or `record`.
fn members(line: &str, key: Option<&str>) -> Vec<(String, Box<RawValue>)> {
    if let Some(Members(mut members)) = Members::of(line) {
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        members.truncate(own_columns(&names));
        return members;
    }
    let text = match key.filter(|_| line.contains(':')) {
        Some(key) => Value::from(key).to_string(),
        None => line.to_owned(),
    };
    let value = RawValue::from_string(text)
        .or_else(|_| RawValue::from_string(Value::from(line).to_string()))
        .ok();
    value.map(|value| ("record".to_owned(), value)).into_iter().collect()
}

/// The file for what became of a record.
fn file_of(settled: &Settled, allow_missing: bool) -> ResultFile {
    match settled.verdict {
        Verdict::NotSent => ResultFile::Unprocessed,
        Verdict::NotFound if allow_missing => ResultFile::Succeeded,
        _ if settled.reached => ResultFile::Succeeded,
        _ => ResultFile::Failed,
    }
}
