//! What a data-protection officer asks for: one text file that can be checked with ordinary tools.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::SystemTime;

use batchwise::{Counts, Verdict};
use batchwise_journal::{Filter, InputKind, JobState, JournalReader, RecordRow, Verified};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::figures::Figures;
use super::words::sentence;
use super::{table, unreadable};
use crate::failure::Failure;
use crate::ledger::{detail, provider};
use crate::output::{defused, one_line, time};
use crate::results::FreshFile;
use crate::verify;

/// The line before the checksum; all that stands above it, its own line end included, is summed.
const CHECKSUM: &str = "SHA-256 of all lines above: ";

/// Writes the evidence of a job to a file of its owner's alone.
///
/// # Errors
/// When the job runs, the journal cannot be read, the file is there already and not to be overwritten, or it cannot be
/// written.
pub(super) fn write(reader: &JournalReader, file: &Path, force: bool) -> Result<(), Failure> {
    let shown = file.display();
    if file.exists() && !force {
        return Err(Failure::usage(format!(
            "--evidence: `{shown}` is there; name another file, or give --force to overwrite it"
        )));
    }
    let figures = Figures::of(reader).map_err(unreadable)?;
    if figures.state == JobState::Running {
        return Err(Failure::usage(
            "--evidence: the job runs; its evidence is complete when it has ended",
        ));
    }
    let unwritable = |error: io::Error| Failure::usage(format!("--evidence: `{shown}` cannot be written: {error}"));
    let fresh = FreshFile::create(file, &figures.header.id).map_err(unwritable)?;
    let mut sink = Summed::new(BufWriter::new(fresh.file().try_clone().map_err(unwritable)?));
    sink.write_all(head(&figures).as_bytes()).map_err(unwritable)?;
    let counted = records(reader, &figures, &mut sink)?;
    if counted != figures.tally.counts {
        return Err(Failure::usage(
            "--evidence: the job went on meanwhile; try again when it has ended",
        ));
    }
    sink.finish().map_err(unwritable)?;
    fresh.complete().map_err(unwritable)
}

/// Everything but the records.
fn head(figures: &Figures) -> String {
    let header = &figures.header;
    let mut text = "EVIDENCE OF A JOB\n\n".to_owned();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<22}{}", one_line(value));
    };
    line("job", &header.id);
    line("provider, method", &format!("{}, {}", header.provider, header.method));
    line("host", &header.host);
    line("account", &header.account);
    line("campaign", &header.campaigns.join(", "));
    for (name, value) in &header.options {
        line(&format!("option {name}"), value);
    }
    line("input", &header.input.to_string());
    line(
        "SHA-256 of the input",
        header.input.sha256.as_deref().unwrap_or(match header.input.kind {
            InputKind::Pipe => "not known: it came through a pipe",
            _ => "removed",
        }),
    );
    line("state", &table::state(figures));
    line(
        "written",
        &format!("{} by batchwise {}", time(SystemTime::now()), env!("CARGO_PKG_VERSION")),
    );
    text.push_str("\nRUNS\nrun,began,ended,user,machine,process,version,calls,why it stopped early\n");
    for run in &figures.runs {
        let ended = run.ended.map_or_else(|| "without a word".to_owned(), time);
        let stop = run.stop.as_ref().map_or("", |(kind, _)| kind.as_str());
        let origin = &run.origin;
        text.push_str(&csv_line(&[
            &run.number.to_string(),
            &time(run.started),
            &ended,
            &origin.user,
            &origin.machine,
            &origin.process.to_string(),
            &origin.version,
            &figures
                .calls_of_run
                .get(&run.number)
                .copied()
                .unwrap_or_default()
                .to_string(),
            stop,
        ]));
    }
    sums(figures, &mut text);
    text
}

fn sums(figures: &Figures, text: &mut String) {
    let tally = &figures.tally;
    text.push_str("\nSUMS\n");
    for (verdict, count) in tally.counts.iter() {
        let _ = writeln!(text, "{count:>12}  {verdict}: {}", sentence(verdict));
    }
    if tally.open > 0 {
        let _ = writeln!(
            text,
            "{:>12}  without an outcome: {}",
            tally.open,
            sentence(Verdict::Unknown)
        );
    }
    let records = figures.records();
    let _ = writeln!(text, "{records:>12}  records in all, each in the list below");
    let _ = writeln!(text, "{:>12}  of them in the wanted state", tally.reached);
    let _ = writeln!(
        text,
        "{:>12}  of them not, or not known to be",
        records - tally.reached.min(records)
    );
    let _ = writeln!(
        text,
        "{:>12}  entries of the input repeat one of these records",
        tally.duplicates
    );
    let noted = match figures.calls {
        1 => "call",
        _ => "calls",
    };
    let unnoted = match figures.lacks_calls() {
        true => "; what was under way when a run ended without a word is not noted",
        false => "",
    };
    let _ = writeln!(text, "{:>12}  {noted}{unnoted}", figures.calls);
    if figures.verified.total() > 0 {
        let seen = verify::counted(&figures.verified);
        let _ = writeln!(text, "\nA look at the provider after the job: {seen}");
    }
    if let Some(contradiction) = verify::contradiction(figures.contradicted) {
        let _ = writeln!(text, "{contradiction}");
    }
}

/// Every record, and how many have which outcome.
fn records(reader: &JournalReader, figures: &Figures, sink: &mut impl Write) -> Result<Counts, Failure> {
    let unwritable = |error: io::Error| Failure::usage(format!("--evidence cannot be written: {error}"));
    let mut answers: BTreeMap<u64, (Option<u16>, Option<String>)> = BTreeMap::new();
    reader
        .calls(|call| {
            // Calls with a readable answer are the rule, and need no room.
            if call.fault.is_some() {
                answers.insert(call.number, (call.status, call.fault));
            }
            true
        })
        .map_err(unreadable)?;
    let title = "\nRECORDS\nline,campaign,record,outcome,attempts,time,call,answer,detail,provider,verified\n";
    sink.write_all(title.as_bytes()).map_err(unwritable)?;
    let mut counted = Counts::default();
    let mut open = 0;
    for row in reader.records(Filter::all()) {
        let row = row.map_err(unreadable)?;
        match row.verdict {
            Some(verdict) => counted.add(verdict),
            None => open += 1,
        }
        sink.write_all(record(&row, &answers).as_bytes()).map_err(unwritable)?;
    }
    if open != figures.tally.open {
        return Ok(Counts::default());
    }
    Ok(counted)
}

fn record(row: &RecordRow, answers: &BTreeMap<u64, (Option<u16>, Option<String>)>) -> String {
    let status = row.reason.as_ref().and_then(|reason| reason.status);
    let known = row.call.and_then(|call| answers.get(&call));
    let answer = match (status.or(known.and_then(|(status, _)| *status)), known, row.call) {
        (Some(status), ..) => status.to_string(),
        (None, Some((_, fault)), _) => fault.clone().unwrap_or_default(),
        (None, None, Some(_)) => "answered".to_owned(),
        (None, None, None) => String::new(),
    };
    let facts = provider(row);
    let facts = if facts.is_empty() {
        String::new()
    } else {
        Value::Object(facts).to_string()
    };
    csv_line(&[
        &row.line.to_string(),
        row.scope.as_deref().unwrap_or_default(),
        &row.key,
        row.verdict.unwrap_or(Verdict::Unknown).as_str(),
        &row.attempts.to_string(),
        &time(row.at),
        &row.call.map(|call| call.to_string()).unwrap_or_default(),
        &answer,
        &detail(row).map(|detail| defused(&detail)).unwrap_or_default(),
        &facts,
        row.verified.map_or("", Verified::as_str),
    ])
}

/// Fields as CSV, each row in one line.
fn csv_line(fields: &[&str]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|field| {
            let field = one_line(field);
            if field.contains([',', '"']) {
                format!("\"{}\"", field.replace('"', "\"\""))
            } else {
                field
            }
        })
        .collect();
    fields.join(",") + "\n"
}

/// Sums what passes through.
struct Summed<W> {
    sink: W,
    hash: Sha256,
}

impl<W: Write> Summed<W> {
    fn new(sink: W) -> Self {
        Self {
            sink,
            hash: Sha256::new(),
        }
    }

    fn finish(mut self) -> io::Result<()> {
        let digest = self.hash.finalize();
        let mut hex = String::new();
        for byte in digest {
            let _ = write!(hex, "{byte:02x}");
        }
        writeln!(self.sink, "{CHECKSUM}{hex}")?;
        self.sink.flush()
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}
