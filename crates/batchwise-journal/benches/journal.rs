//! What a journal costs, in figures: `cargo bench -p batchwise-journal -- [quota|loopback|syncs|resume [RECORDS]]`;
//! `-- one` and `-- none` are a job with and without a journal, to be counted by others.
//!
//! Calls go to the emulator on loopback, in a thread of its own. Runs with and without a journal take turns, and the medians
//! are compared, since disks and machines have moods. Files lie in the directory for temporary files, or in `JOURNAL_DIR`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use batchwise_core::journal::{Journal, JournalEntries, JournalEntry, JournalVerdict, Recall};
use batchwise_core::quota::QuotaHandle;
use batchwise_core::{BatchMethod, CallError, Descriptor, Identity, Record, Reply, RunOptions, Summary, Verdict, run};
use batchwise_emulator::{Emulator, EmulatorConfig};
use batchwise_journal::{InputPrint, JobHeader, Opened, Origin, Resume, SqliteJournal, open};
use calltouch_import::{CalltouchCredentials, CalltouchImport, CalltouchQuota, ImportLogId};
use futures_util::{StreamExt, stream};
use tempfile::TempDir;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match arguments.first().map(String::as_str) {
        Some("quota") => quota(),
        Some("loopback") => loopback(),
        Some("syncs") => syncs(),
        Some("none") => drop(job(None, 1000, &CalltouchQuota::unlimited())),
        Some("one") => drop(job(Some(directory().path()), 1000, &CalltouchQuota::unlimited())),
        Some("resume") => resume(arguments.get(1).map_or(10_000_000, |records| records.parse().unwrap())),
        Some(other) => panic!("{other}: quota, loopback, syncs or resume"),
        None => {
            loopback();
            syncs();
            quota();
            resume(10_000_000);
        }
    }
}

fn directory() -> TempDir {
    match std::env::var_os("JOURNAL_DIR") {
        Some(place) => TempDir::new_in(place).unwrap(),
        None => TempDir::new().unwrap(),
    }
}

fn header() -> JobHeader {
    JobHeader {
        id: batchwise_journal::new_job_id(),
        started: SystemTime::now(),
        provider: "calltouch-import".to_owned(),
        method: "delete".to_owned(),
        host: "127.0.0.1".to_owned(),
        account: "site 1".to_owned(),
        campaigns: Vec::new(),
        options: std::collections::BTreeMap::new(),
        input: InputPrint::pipe(None),
        origin: Origin::here("bench"),
        resume: Vec::new(),
        directory: String::new(),
    }
}

fn journal(path: &Path) -> SqliteJournal {
    match open(path, &header(), Resume::by_itself()).unwrap() {
        Opened::New(journal) | Opened::Unfinished(journal, _) => journal,
        Opened::Finished(_) => panic!("finished"),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// One job of so many batches of 100 on loopback; its time without starting the emulator.
fn job(journal_in: Option<&Path>, batches: u64, quota: &CalltouchQuota) -> Duration {
    let (address, told) = std::sync::mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::spawn(move || {
        runtime().block_on(async {
            let emulator = Emulator::start(EmulatorConfig::default().quota_off()).await.unwrap();
            address.send(emulator.base_url()).unwrap();
            let _ = stopped.await;
            emulator.shutdown().await;
        });
    });
    let method = CalltouchImport::builder(CalltouchCredentials::new("token", "1").unwrap())
        .base_url(told.recv().unwrap())
        .quota(quota.clone())
        .build()
        .unwrap();
    let mut options = RunOptions::new();
    if let Some(directory) = journal_in {
        options = options.journal(Arc::new(journal(&directory.join(format!("{}", std::process::id())))));
    }
    let records = batches * 100;
    let ids = stream::iter((1..=records).map(ImportLogId::new));
    let took = runtime().block_on(async {
        let started = Instant::now();
        let mut outcomes = run(method, ids, options);
        let mut deleted = 0;
        while let Some(outcome) = outcomes.next().await {
            deleted += u64::from(outcome.verdict == Verdict::Deleted);
        }
        assert_eq!(deleted, records, "{:?}", outcomes.summary());
        started.elapsed()
    });
    let _ = stop.send(());
    server.join().unwrap();
    took
}

/// Medians of runs that take turns, without a journal and with one.
fn compare(what: &str, turns: usize, batches: u64, quota: impl Fn() -> CalltouchQuota) {
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for turn in 0..turns {
        let first_with = turn % 2 == 1;
        for journaled in [first_with, !first_with] {
            let place = directory();
            if journaled {
                with.push(job(Some(place.path()), batches, &quota()));
            } else {
                without.push(job(None, batches, &quota()));
            }
        }
    }
    without.sort();
    with.sort();
    let (plain, durable) = (without[turns / 2], with[turns / 2]);
    let cost = 100.0 * (durable.as_secs_f64() / plain.as_secs_f64() - 1.0);
    let best = 100.0 * (with[0].as_secs_f64() / without[0].as_secs_f64() - 1.0);
    println!(
        "{what}: {batches} batches of 100, {turns} turns: without {plain:.3?}, with a journal {durable:.3?} (median \
         {cost:+.1} %; best against best {best:+.1} %)"
    );
}

fn quota() {
    let five = || CalltouchQuota::per_second(NonZeroU32::new(5).unwrap());
    compare("5/s", 3, 60, five);
}

fn loopback() {
    compare("unthrottled", 9, 1000, CalltouchQuota::unlimited);
}

fn syncs() {
    let report = directory();
    let report = report.path().join("syncs");
    let traced = Command::new("strace")
        .args(["-f", "-c", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(&report)
        .arg(std::env::current_exe().unwrap())
        .arg("one")
        .status();
    match traced {
        Ok(status) if status.success() => {
            let text = std::fs::read_to_string(&report).unwrap();
            let counted = text.lines().filter(|line| line.ends_with("sync"));
            let total: u64 = counted
                .map(|line| line.split_whitespace().nth(3).unwrap().parse::<u64>().unwrap())
                .sum();
            println!("syncs of 1000 unthrottled batches, opening and closing included: {total}");
        }
        _ => println!("syncs: strace is not there"),
    }
}

#[derive(Debug, Clone)]
struct Id(u64);

impl Record for Id {
    fn key(&self) -> String {
        self.0.to_string()
    }
    fn identity(&self) -> Identity {
        Identity::number(self.0)
    }
}

/// A method that has nothing left to do.
#[derive(Debug)]
struct Idle(Descriptor);

impl BatchMethod for Idle {
    type Record = Id;
    fn descriptor(&self) -> &Descriptor {
        &self.0
    }
    fn quotas(&self) -> &[QuotaHandle] {
        &[]
    }
    async fn call(&self, _: &[Id]) -> Result<Reply, CallError> {
        panic!("every record is settled")
    }
}

fn entry(line: u64) -> JournalEntry {
    JournalEntry {
        line,
        scope: None,
        key: (10_000_000 + line).to_string(),
        content: None,
    }
}

fn resume(records: u64) {
    let place = directory();
    let path = place.path().join("job");
    let writing = journal(&path);
    let started = Instant::now();
    runtime().block_on(async {
        let mut line = 1;
        while line <= records {
            let last = (line + 7999).min(records);
            let firsts = (line..=last).step_by(100);
            let batches = firsts.map(|first| JournalEntries::of((first..=last.min(first + 99)).map(entry)).remove(0));
            let batches: Vec<_> = batches.collect();
            writing.intend(batches.clone()).await.unwrap();
            let now = SystemTime::now();
            let verdicts = batches.into_iter().map(|batch| {
                let call = batch.lines()[0].div_ceil(100);
                let mut verdict = JournalVerdict::new(batch, Verdict::Deleted, now);
                (verdict.reached, verdict.attempts, verdict.call) = (true, 1, Some(call));
                verdict
            });
            writing.settle(verdicts.collect()).await.unwrap();
            line = last + 1;
        }
        let mut stopped = Summary::default();
        stopped.stop = Some(batchwise_core::Reason::new(batchwise_core::ReasonKind::Cancelled));
        writing.close(&stopped).await.unwrap();
    });
    drop(writing);
    let per_second = |took: Duration| records as f64 / took.as_secs_f64();
    let bytes = path.metadata().unwrap().len() as f64 / records as f64;
    println!(
        "resume: {records} records noted and settled at {:.0}/s, {bytes:.1} bytes each",
        per_second(started.elapsed())
    );
    let started = Instant::now();
    let reading = journal(&path);
    println!(
        "resume: opened and looked through for damage in {:.2?}",
        started.elapsed()
    );
    forget_peak();
    let before = memory("VmRSS");
    let started = Instant::now();
    for line in 1..=records {
        assert_eq!(reading.recall(&entry(line)).unwrap(), Recall::Settled(Verdict::Deleted));
    }
    let took = started.elapsed();
    println!(
        "resume: {records} recalled in {took:.2?}, {:.0}/s; memory {before} kB before, {} kB at most",
        per_second(took),
        memory("VmHWM")
    );
    drop(reading);
    let reading = journal(&path);
    let descriptor = Descriptor::deleting("calltouch-import", "delete", NonZeroUsize::new(100).unwrap());
    let ids = stream::iter((1..=records).map(|line| Id(10_000_000 + line)));
    let started = Instant::now();
    let summary = runtime().block_on(async {
        let mut outcomes = run(Idle(descriptor), ids, RunOptions::new().journal(Arc::new(reading)));
        assert!(outcomes.next().await.is_none());
        outcomes.summary()
    });
    assert_eq!(summary.recalled, records);
    let took = started.elapsed();
    println!(
        "resume: a job skipped {records} in {took:.2?}, {:.0}/s; {} kB at most",
        per_second(took),
        memory("VmHWM")
    );
}

/// Begins to measure the peak anew, where the system can.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let number = line.and_then(|line| line.trim_start_matches(':').split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
