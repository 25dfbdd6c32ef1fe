//! What tests of the journal share.
#![allow(dead_code, unreachable_pub)] // each test binary uses its own part

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use batchwise_core::journal::{Journal, JournalEntries, JournalEntry, JournalVerdict, Recall};
use batchwise_core::{Summary, Verdict};
use batchwise_journal::{InputPrint, JobHeader, Opened, Origin, Resume, SqliteJournal, open};

/// A job that deletes these keys.
pub fn header(keys: &[&str]) -> JobHeader {
    JobHeader {
        id: "0123456789ab".to_owned(),
        started: moment(),
        provider: "calltouch-import".to_owned(),
        method: "delete".to_owned(),
        host: "api.example.com".to_owned(),
        account: "site 4711".to_owned(),
        campaigns: Vec::new(),
        options: BTreeMap::new(),
        input: InputPrint::of_arguments(keys.iter().copied()),
        origin: Origin {
            version: "0.1.0".to_owned(),
            user: "ann".to_owned(),
            machine: "office".to_owned(),
            process: 4711,
        },
        resume: vec!["calltouch-import".to_owned(), "delete".to_owned()],
        directory: "/home/ann".to_owned(),
    }
}

pub fn moment() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_764_150_400_123)
}

/// The journal of a job that begins.
pub fn begin(path: &Path) -> SqliteJournal {
    match open(path, &header(&[]), Resume::by_itself()).unwrap() {
        Opened::New(journal) => journal,
        other => panic!("not new: {other:?}"),
    }
}

/// The journal of a job that goes on.
pub fn go_on(path: &Path) -> SqliteJournal {
    go_on_with(path, Resume::by_itself())
}

pub fn go_on_with(path: &Path, resume: Resume) -> SqliteJournal {
    match open(path, &header(&[]), resume).unwrap() {
        Opened::Unfinished(journal, _) => journal,
        other => panic!("not unfinished: {other:?}"),
    }
}

pub fn entry(line: u64) -> JournalEntry {
    JournalEntry {
        line,
        scope: None,
        key: (51_000 + line).to_string(),
        content: None,
    }
}

/// A batch of these.
pub fn entries(lines: impl IntoIterator<Item = u64>) -> Vec<JournalEntries> {
    JournalEntries::of(lines.into_iter().map(entry))
}

pub fn verdict(line: u64, verdict: Verdict) -> JournalVerdict {
    verdict_of(entry(line), verdict)
}

fn verdict_of(entries: impl Into<JournalEntries>, verdict: Verdict) -> JournalVerdict {
    let mut settled = JournalVerdict::new(entries, verdict, moment());
    settled.attempts = 1;
    settled.reached = matches!(verdict, Verdict::Deleted | Verdict::NotFound | Verdict::PresumedDeleted);
    settled
}

pub fn verdicts(lines: impl IntoIterator<Item = u64>, word: Verdict) -> Vec<JournalVerdict> {
    let together = entries(lines).into_iter();
    together.map(|entries| verdict_of(entries, word)).collect()
}

pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

pub fn intend(journal: &SqliteJournal, lines: impl IntoIterator<Item = u64>) {
    wait(journal.intend(entries(lines))).unwrap();
}

pub fn settle(journal: &SqliteJournal, lines: impl IntoIterator<Item = u64>, word: Verdict) {
    wait(journal.settle(verdicts(lines, word))).unwrap();
}

pub fn finish(journal: &SqliteJournal) {
    wait(journal.close(&Summary::default())).unwrap();
}

pub fn recall(journal: &SqliteJournal, line: u64) -> Recall {
    journal.recall(&entry(line)).unwrap()
}

pub const MAYBE_SENT: Recall = Recall::Open {
    maybe_sent: true,
    attempts: 0,
};
