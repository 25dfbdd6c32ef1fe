//! A journal in memory that can fail, or end the process, at any of its writes.
#![allow(unreachable_pub)] // a module of the one test binary that uses it

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use batchwise_core::journal::{Journal, JournalEntries, JournalEntry, JournalError, JournalVerdict, Recall};
use batchwise_core::{Summary, Verdict};
use tokio::sync::Notify;

/// What happens at a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The process ends before the write is durable.
    CrashBefore,
    /// The process ends when it is durable, and before anyone is told.
    CrashAfter,
    /// The disk is full.
    Fails,
}

/// What is durable of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Intended,
    Settled { verdict: Verdict, reached: bool },
}

/// What survives the process.
#[derive(Debug, Default)]
pub struct Disk {
    pub records: BTreeMap<(u64, String), State>,
    /// Every verdict of an entry in the order in which they came.
    pub verdicts: Vec<(JournalEntry, JournalVerdict)>,
    /// How many entries each intent had.
    pub intents: Vec<usize>,
    /// Lines that repeat another one, and which.
    pub repeats: Vec<(u64, Option<u64>)>,
    pub writes: usize,
    pub closed: bool,
    pub calls: usize,
}

/// The journal of one run; several runs share a disk.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal {
    pub disk: Arc<Mutex<Disk>>,
    /// The write of this run, from 1, at which it happens.
    pub trouble: Option<(usize, Trouble)>,
    pub written: Arc<Mutex<usize>>,
    /// A slow disk: a write is looked for so often before it is done.
    pub polls: usize,
    /// The same for verdicts alone.
    pub polls_of_verdicts: usize,
    /// Verdicts are held back for more to come until the job says that nothing will.
    pub holds: bool,
    pub flushed: Arc<Notify>,
    /// What is known of this line cannot be read.
    pub unreadable: Option<u64>,
    /// The process has ended.
    pub crashed: Arc<AtomicBool>,
}

impl MemoryJournal {
    /// A run on this disk.
    pub fn on(disk: &Arc<Mutex<Disk>>, trouble: Option<(usize, Trouble)>) -> Self {
        Self {
            disk: Arc::clone(disk),
            trouble,
            ..Self::default()
        }
    }

    async fn write(&self, change: impl FnOnce(&mut Disk) + Send) -> Result<(), JournalError> {
        if self.crashed.load(Ordering::SeqCst) {
            return std::future::pending().await;
        }
        let trouble = {
            let mut written = self.written.lock().unwrap();
            *written += 1;
            self.trouble
                .filter(|(at, _)| at == &*written)
                .map(|(_, trouble)| trouble)
        };
        for _ in 0..self.polls {
            tokio::task::yield_now().await;
        }
        if trouble == Some(Trouble::Fails) {
            return Err(JournalError::new("the disk is full"));
        }
        if trouble != Some(Trouble::CrashBefore) {
            let mut disk = self.disk.lock().unwrap();
            disk.writes += 1;
            change(&mut disk);
        }
        if trouble.is_some() {
            self.crashed.store(true, Ordering::SeqCst);
            return std::future::pending().await;
        }
        Ok(())
    }
}

fn name(entry: JournalEntry) -> (u64, String) {
    (entry.line, entry.key)
}

#[async_trait]
impl Journal for MemoryJournal {
    fn recall(&self, entry: &JournalEntry) -> Result<Recall, JournalError> {
        if self.unreadable == Some(entry.line) {
            return Err(JournalError::new("the disk is broken"));
        }
        let disk = self.disk.lock().unwrap();
        Ok(match disk.records.get(&name(entry.clone())) {
            None => Recall::New,
            Some(State::Intended) => Recall::Open {
                maybe_sent: true,
                attempts: 0,
            },
            // What was not sent is sent by the next run.
            Some(State::Settled {
                verdict: Verdict::NotSent,
                ..
            }) => Recall::New,
            Some(State::Settled { verdict, .. }) => Recall::Settled(*verdict),
        })
    }

    async fn intend(&self, batches: Vec<JournalEntries>) -> Result<(), JournalError> {
        self.write(|disk| {
            disk.intents.push(batches.iter().map(JournalEntries::len).sum());
            for entry in batches.iter().flat_map(JournalEntries::iter) {
                disk.records.insert(name(entry), State::Intended);
            }
        })
        .await
    }

    async fn settle(&self, verdicts: Vec<JournalVerdict>) -> Result<(), JournalError> {
        for _ in 0..self.polls_of_verdicts {
            tokio::task::yield_now().await;
        }
        if self.holds {
            self.flushed.notified().await;
        }
        self.write(|disk| {
            for settled in &verdicts {
                let state = State::Settled {
                    verdict: settled.verdict,
                    reached: settled.reached,
                };
                for entry in settled.entries.iter() {
                    disk.verdicts.push((entry.clone(), settled.clone()));
                    disk.records.insert(name(entry), state);
                }
            }
        })
        .await
    }

    fn flush(&self) {
        // Whoever waits by now; what comes later is held back anew.
        self.flushed.notify_waiters();
    }

    fn called(&self, _: &batchwise_core::observe::CallFinished) {
        self.disk.lock().unwrap().calls += 1;
    }

    fn repeated(&self, line: u64, _: Option<&str>, first: Option<u64>) {
        self.disk.lock().unwrap().repeats.push((line, first));
    }

    async fn close(&self, summary: &Summary) -> Result<(), JournalError> {
        let finished = summary.stop.is_none();
        self.write(|disk| disk.closed = finished).await
    }
}
