//! Disks that fail: full, too small, or unable to sync. A job in a process of its own runs on one, and is held against what
//! it did and what it left.
//!
//! The failures are real answers of the system: the shell's limit of file sizes makes writes fail anywhere, and `strace`
//! (where it is installed) makes chosen calls fail, the sync of a commit among them. An own VFS for SQLite would need unsafe
//! code, and would test less of the way down.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;
#[path = "common/model.rs"]
mod model;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use batchwise_core::Verdict;
use batchwise_journal::{Filter, JournalReader, Opened, Resume, open};
use common::*;
use model::{Deleting, run_job};

const RECORDS: u64 = 6000;

/// Run by the tests below in a process of its own: tells its calls and outcomes on standard output.
#[test]
#[ignore = "a part of the other tests"]
fn job_in_a_process() {
    let path = std::env::var_os("JOB_ON").unwrap();
    let journal = match open(Path::new(&path), &header(&[]), Resume::by_itself()) {
        Ok(Opened::New(journal) | Opened::Unfinished(journal, _)) => journal,
        Ok(Opened::Finished(_)) => panic!("finished"),
        Err(error) => {
            println!("refused: {error}");
            return;
        }
    };
    let method = Deleting::in_batches_of(20);
    let (outcomes, summary) = run_job(&method, journal, (1..=RECORDS).collect());
    println!("calls {}", method.calls.lock().unwrap().len());
    for id in method.deleted.lock().unwrap().iter() {
        println!("deleted {id}");
    }
    for outcome in outcomes {
        println!("outcome {} {}", outcome.line, outcome.verdict);
    }
    if let Some(stop) = summary.stop {
        println!("stop {}: {stop}", stop.kind().as_str());
    }
}

/// What a job in a process of its own said.
#[derive(Debug, Default)]
struct Told {
    calls: u64,
    deleted: Vec<u64>,
    outcomes: BTreeMap<u64, Verdict>,
    stop: Option<String>,
    refused: Option<String>,
}

impl Told {
    fn of(output: &Output) -> Self {
        let mut told = Self::default();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        for line in text.lines() {
            let Some((what, rest)) = line.split_once(' ') else {
                continue;
            };
            match what {
                "calls" => told.calls = rest.parse().unwrap(),
                "deleted" => told.deleted.push(rest.parse().unwrap()),
                "outcome" => {
                    let (line, word) = rest.split_once(' ').unwrap();
                    let verdict = Verdict::ALL
                        .into_iter()
                        .find(|verdict| verdict.as_str() == word)
                        .unwrap();
                    let twice = told.outcomes.insert(line.parse().unwrap(), verdict);
                    assert_eq!(twice, None, "line {line} told twice");
                }
                "stop" => told.stop = Some(rest.to_owned()),
                "refused:" => told.refused = Some(rest.to_owned()),
                _ => {}
            }
        }
        told
    }
}

/// The child, to be led by a shell or a tracer.
fn child(program: &str, arguments: &[&str], path: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "job_in_a_process", "--nocapture"])
        .env("JOB_ON", path);
    command
}

/// What was told is true, what is on disk is true, and the job goes on from there to its end.
fn hold_to_the_law(path: &Path, told: &Told) {
    if told.refused.is_some() {
        assert!(told.outcomes.is_empty() && told.calls == 0);
        return;
    }
    assert_eq!(told.outcomes.len() as u64, RECORDS, "{told:?}");
    for (line, verdict) in &told.outcomes {
        let deleted = told.deleted.contains(line);
        assert_eq!(*verdict == Verdict::Deleted, deleted, "line {line} is {verdict}");
    }
    if let Some(stop) = &told.stop {
        assert!(stop.starts_with("journal: journal failed"), "{stop}");
        let left = told.outcomes.values().filter(|verdict| **verdict == Verdict::NotSent);
        assert_eq!(left.count() as u64, RECORDS - told.calls * 20);
    }
    // What the disk says of it: the same, or that it was sent and nobody knows, or nothing.
    {
        let reader = JournalReader::open(path).unwrap();
        reader.verify().unwrap();
        for row in reader.records(Filter::all()).map(|row| row.unwrap()) {
            if let Some(verdict) = row.verdict {
                assert_eq!(Some(&verdict), told.outcomes.get(&row.line), "line {}", row.line);
            }
        }
    }
    if told.stop.is_none() {
        return;
    }
    let method = Deleting::in_batches_of(20);
    method.deleted.lock().unwrap().extend(told.deleted.iter().copied());
    match open(path, &header(&[]), Resume::by_itself()).unwrap() {
        Opened::Unfinished(journal, _) => {
            let (_, summary) = run_job(&method, journal, (1..=RECORDS).collect());
            assert!(summary.stop.is_none());
        }
        // What could not be synced was the end of the job: it is there as long as the power stays.
        Opened::Finished(_) => assert_eq!(told.calls, RECORDS / 20),
        Opened::New(_) => panic!("nothing of the job is there"),
    }
    let reader = JournalReader::open(path).unwrap();
    for row in reader.records(Filter::all()).map(|row| row.unwrap()) {
        let expected: &[Verdict] = match row.line % 10 {
            8 => &[Verdict::Rejected],
            9 => &[Verdict::NotFound, Verdict::PresumedDeleted],
            _ => &[Verdict::Deleted, Verdict::PresumedDeleted],
        };
        assert!(
            expected.contains(&row.verdict.unwrap()),
            "line {} is {:?}",
            row.line,
            row.verdict
        );
    }
    assert_eq!(reader.tally().unwrap().counts.total(), RECORDS);
    let there = (1..=RECORDS).filter(|id| id % 10 < 8).count();
    assert_eq!(method.deleted.lock().unwrap().len(), there);
}

#[test]
fn a_job_whose_files_may_not_grow_stops_with_nothing_untrue() {
    let mut stopped = 0;
    // In blocks of 512 bytes: from no room at all to room for some batches.
    for blocks in [0, 1, 20, 60, 140, 220, 300, 380, 500] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("job");
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        // Through a pipe, since standard output must not be a file that may not grow.
        let told = Told::of(&child("sh", &["-c", &limited, "sh"], &path).output().unwrap());
        stopped += u32::from(told.stop.is_some() && told.calls < RECORDS / 20);
        hold_to_the_law(&path, &told);
    }
    assert!(stopped >= 4, "{stopped}");
}

/// Runs the child while the n-th of these calls of the system, and all later ones, fail. Nothing where nothing can be traced.
fn traced(calls: &str, error: &str, from: u32, path: &Path) -> Option<Told> {
    let traces = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    if !traces.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: strace is not there, or may not trace");
        return None;
    }
    let inject = format!("inject={calls}:error={error}:when={from}+");
    let log = path.with_extension("trace");
    let arguments = [
        "-f",
        "-qq",
        "-o",
        log.to_str().unwrap(),
        "-e",
        &format!("trace={calls}"),
        "-e",
        &inject,
    ];
    Some(Told::of(&child("strace", &arguments, path).output().unwrap()))
}

#[test]
fn a_job_whose_disk_cannot_sync_stops_with_nothing_untrue() {
    let mut stopped = 0;
    // Counted for each thread: the first few are those of the opening.
    for from in [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("job");
        let Some(told) = traced("fsync,fdatasync", "EIO", from, &path) else {
            return;
        };
        stopped += u32::from(told.stop.is_some() && told.calls < RECORDS / 20);
        hold_to_the_law(&path, &told);
    }
    assert!(stopped >= 4, "{stopped}");
}

#[test]
fn a_job_whose_disk_is_full_stops_with_nothing_untrue() {
    let mut stopped = 0;
    // Counted for each thread too: some thirty are those of the opening.
    for from in [1, 6, 12, 20, 30, 36, 40, 44, 50, 60, 75, 90, 150, 250] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("job");
        let Some(told) = traced("pwrite64", "ENOSPC", from, &path) else {
            return;
        };
        if let Some(text) = told.stop.as_ref().or(told.refused.as_ref()) {
            assert!(text.contains("disk"), "{text}");
        }
        stopped += u32::from(told.stop.is_some() && told.calls < RECORDS / 20);
        hold_to_the_law(&path, &told);
    }
    assert!(stopped >= 4, "{stopped}");
}
