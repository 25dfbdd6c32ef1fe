//! A job of the demo that dies in the middle, and goes on from its journal.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use batchwise::{Summary, Verdict};
use batchwise_emulator::Method;
use batchwise_journal::{Filter, JournalReader};

use super::chapter::Chapter;
use crate::failure::Failure;
use crate::ledger::finished_job;

/// The records of the job.
const IDS: std::ops::Range<u64> = 60_000..62_000;

/// So many outcomes are told before the process is killed: some calls are done, and one is on its way.
const TOLD: usize = 850;

/// Settings without a word, in place of those that this user has for real jobs.
const SETTINGS: &str = "settings.toml";

/// Runs the command as a process of its own, kills it in the middle, and runs it again.
pub(super) async fn killed(base: &str) -> Result<Chapter, Failure> {
    let base = base.to_owned();
    tokio::task::spawn_blocking(move || die_and_go_on(&base))
        .await
        .map_err(|error| Failure::fault(error.to_string()))?
}

fn die_and_go_on(base: &str) -> Result<Chapter, Failure> {
    let fault = |error: std::io::Error| Failure::fault(format!("the job that is to be killed: {error}"));
    let place = tempfile::Builder::new()
        .prefix("batchwise-demo-")
        .tempdir()
        .map_err(fault)?;
    let keys: Vec<String> = IDS.map(|id| id.to_string()).collect();
    std::fs::write(place.path().join("ids.txt"), keys.join("\n")).map_err(fault)?;
    std::fs::write(place.path().join(SETTINGS), "").map_err(fault)?;

    let mut first = start(base, place.path()).map_err(fault)?;
    let told = outcomes(&mut first).take(TOLD).count();
    first.kill().map_err(fault)?;
    first.wait().map_err(fault)?;

    let mut second = start(base, place.path()).map_err(fault)?;
    let more = outcomes(&mut second).count();
    second.wait().map_err(fault)?;

    let (verdicts, summary) = journal(&place.path().join("job.db"))?;
    let chapter = Chapter::of_journal(
        "calltouch-import: delete 2,000 imports more, and lose the whole process in the middle (kill -9)",
        &[Method::CalltouchImport],
        &keys,
        verdicts,
        summary,
    );
    Ok(chapter.with_story(format!(
        "killed after {told} outcomes; run again with the same journal, {more} more"
    )))
}

/// The command, as anyone would type it.
fn start(base: &str, place: &Path) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .args([
            "calltouch-import",
            "delete",
            "-i",
            "ids.txt",
            "--journal",
            "job.db",
            "--yes",
            "-q",
            "-o",
            "ndjson",
        ])
        .args(["--base-url", base])
        .current_dir(place)
        .env("CALLTOUCH_TOKEN", "demo-token")
        .env("CALLTOUCH_SITE_ID", "4242")
        .env("BATCHWISE_CONFIG", place.join(SETTINGS))
        .env_remove("BATCHWISE_PROFILE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
}

fn outcomes(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let stdout = child.stdout.take().map(BufReader::new);
    stdout
        .into_iter()
        .flat_map(|stdout| stdout.lines().map_while(Result::ok))
}

/// What the journal says in the end.
fn journal(path: &Path) -> Result<(Vec<(String, Verdict)>, Summary), Failure> {
    let read = || {
        let reader = JournalReader::open(path)?;
        let mut verdicts = Vec::new();
        for row in reader.records(Filter::all()) {
            let row = row?;
            verdicts.push((row.key, row.verdict.unwrap_or(Verdict::Unknown)));
        }
        let summary = finished_job(&reader, reader.runs()?.last())?;
        Ok((verdicts, summary))
    };
    read().map_err(|error: batchwise_journal::ReadError| Failure::fault(error.to_string()))
}
