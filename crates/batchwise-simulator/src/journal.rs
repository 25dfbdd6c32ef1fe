//! A journal in memory. What is durable survives its process; of a write that nobody was told of all, a part or nothing does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use async_trait::async_trait;
use batchwise_core::clock::Clock;
use batchwise_core::journal::{Journal, JournalEntries, JournalEntry, JournalError, JournalVerdict, Recall};
use batchwise_core::test_util::FakeClock;
use batchwise_core::{Record, Summary, Verdict};
use batchwise_emulator::conformance::{Breach, Dice, SharedSight};

use crate::play::calls;
use crate::scenario::{Fate, Life, RunEnd};

/// What is durable of a job; its runs share it.
pub(crate) type SharedDisk = Arc<Mutex<Disk>>;

/// Nothing leaves that the journal does not know to be sent.
const INTENT: &str = "nothing leaves before its intent is durable";

/// The journal is told of each entry once in a run, and of the right one.
const ONCE: &str = "the journal is told of each entry once";

/// By the line of each entry.
#[derive(Debug, Default)]
pub(crate) struct Disk(pub(crate) BTreeMap<u64, Known>);

impl Disk {
    /// What is known of the entry's line; of one that is new, nothing but the entry.
    fn known(&mut self, entry: &JournalEntry) -> &mut Known {
        self.0.entry(entry.line).or_insert_with(|| Known {
            entry: entry.clone(),
            intended: false,
            verdict: None,
        })
    }
}

/// What is durable of an entry.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    entry: JournalEntry,
    /// A call was to carry it, and nothing was written of it since.
    pub(crate) intended: bool,
    /// What became of it last.
    pub(crate) verdict: Option<JournalVerdict>,
}

impl Known {
    /// Its outcome, unless it was about to be sent again.
    pub(crate) fn settled(&self) -> Option<&JournalVerdict> {
        self.verdict.as_ref().filter(|_| !self.intended)
    }
}

/// What is written at once, entry by entry: of all that a part may be durable.
#[derive(Debug, Clone)]
enum Write {
    Intend(Vec<JournalEntry>),
    Settle(Vec<(JournalEntry, JournalVerdict)>),
    Close,
}

/// The journal of one run; clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct ModelJournal(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    disk: SharedDisk,
    clock: FakeClock,
    dice: Dice,
    sight: SharedSight,
    takes: Duration,
    reopens: bool,
    end: RunEnd,
    writes: u64,
    recalls: u64,
    /// Begun, and not durable yet.
    pending: BTreeMap<u64, Write>,
    /// Lines that have an outcome and are open again in this run.
    open: BTreeSet<u64>,
    /// Lines that an earlier run may have sent.
    in_doubt: BTreeSet<u64>,
    crashed: bool,
    /// The line of an entry that could not be read.
    unread: Option<u64>,
    /// Calls begun when the first write failed.
    calls_at_failure: Option<usize>,
    breaches: Vec<Breach>,
    sights: BTreeSet<&'static str>,
    waker: Option<Waker>,
}

impl ModelJournal {
    /// The journal of a run that ends like this.
    pub(crate) fn new(
        disk: &SharedDisk,
        life: &Life,
        end: RunEnd,
        clock: FakeClock,
        sight: SharedSight,
        chance: u64,
    ) -> Self {
        Self(Arc::new(Mutex::new(State {
            disk: SharedDisk::clone(disk),
            clock,
            dice: Dice::new(chance),
            sight,
            takes: life.takes,
            reopens: life.reopens,
            end,
            writes: 0,
            recalls: 0,
            pending: BTreeMap::new(),
            open: BTreeSet::new(),
            in_doubt: BTreeSet::new(),
            crashed: false,
            unread: None,
            calls_at_failure: None,
            breaches: Vec::new(),
            sights: BTreeSet::new(),
            waker: None,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The process of its run ends here.
    pub(crate) fn crash(&self) {
        let mut state = self.state();
        for (_, write) in std::mem::take(&mut state.pending) {
            let fate = match state.dice.below(4) {
                0 => Fate::Kept,
                1 => Fate::Torn,
                _ => Fate::Lost,
            };
            state.apply(write, fate);
        }
        state.crashed = true;
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// True when the process has ended; otherwise the waker is woken when it does.
    pub(crate) fn has_crashed(&self, waker: &Waker) -> bool {
        let mut state = self.state();
        state.waker = Some(waker.clone());
        state.crashed
    }

    /// True when this is what the journal has of the line, or when it could not take it.
    pub(crate) fn has(&self, line: u64, verdict: Verdict) -> bool {
        let state = self.state();
        let disk = lock(&state.disk);
        let known = disk.0.get(&line).and_then(Known::settled);
        let left_alone = verdict == Verdict::NotSent && known.is_some();
        state.calls_at_failure.is_some() || left_alone || known.is_some_and(|known| known.verdict == verdict)
    }

    /// Notes when a record is in a call without the journal's knowledge.
    pub(crate) fn sends<R: Record>(&self, record: &R) {
        let mut state = self.state();
        let wanted = JournalEntry::of_record(record, 0);
        let same = |entry: &JournalEntry| {
            entry.key == wanted.key && entry.scope == wanted.scope && entry.content == wanted.content
        };
        let may_go = |(line, known): (&u64, &Known)| {
            let in_doubt = known.verdict.as_ref().is_some_and(|verdict| verdict.maybe_sent);
            same(&known.entry) && (known.intended || (in_doubt && state.open.contains(line)))
        };
        let goes = lock(&state.disk).0.iter().any(may_go);
        if !goes {
            let what = format!("{} was sent", batchwise_emulator::conformance::name_of(record));
            state.breaches.push(Breach::new(INTENT, what));
        }
    }

    /// The line that could not be recalled.
    pub(crate) fn unread(&self) -> Option<u64> {
        self.state().unread
    }

    /// The lines that an earlier run may have sent.
    pub(crate) fn in_doubt(&self) -> BTreeSet<u64> {
        std::mem::take(&mut self.state().in_doubt)
    }

    /// Calls begun when the journal failed.
    pub(crate) fn calls_at_failure(&self) -> Option<usize> {
        self.state().calls_at_failure
    }

    pub(crate) fn take_breaches(&self) -> Vec<Breach> {
        std::mem::take(&mut self.state().breaches)
    }

    /// What happened that is worth counting.
    pub(crate) fn sights(&self) -> Vec<&'static str> {
        self.state().sights.iter().copied().collect()
    }

    async fn sleep(&self, time: Duration) {
        if !time.is_zero() {
            let clock = self.state().clock.clone();
            clock.sleep_until(clock.now() + time).await;
        }
        if self.state().crashed {
            // Nobody is there any more.
            std::future::pending::<()>().await;
        }
    }

    async fn write(&self, write: Write) -> Result<(), JournalError> {
        let (number, before, after, end) = self.state().begin(write);
        self.sleep(before).await;
        match end {
            RunEnd::CrashAtWrite(at, fate) if at == number => {
                self.state().crash_at(number, fate);
                self.crash();
                std::future::pending().await
            }
            RunEnd::DiskFull(from, fate) if from <= number => {
                self.sleep(after).await;
                self.state()
                    .fail(number, if from == number { fate } else { Fate::Lost });
                Err(JournalError::new("the disk is full"))
            }
            _ => {
                self.state().make_durable(number);
                self.sleep(after).await;
                Ok(())
            }
        }
    }
}

impl State {
    /// The write's number, how long it takes until it is durable and after that, and how the run ends.
    fn begin(&mut self, write: Write) -> (u64, Duration, Duration, RunEnd) {
        self.writes += 1;
        self.pending.insert(self.writes, write);
        let micros = u64::try_from(self.takes.as_micros()).unwrap_or(u64::MAX);
        let all = self.dice.below(micros.saturating_add(1));
        let before = self.dice.below(all + 1);
        (
            self.writes,
            Duration::from_micros(before),
            Duration::from_micros(all - before),
            self.end,
        )
    }

    fn make_durable(&mut self, number: u64) {
        if let Some(write) = self.pending.remove(&number) {
            self.apply(write, Fate::Kept);
        }
    }

    fn crash_at(&mut self, number: u64, fate: Fate) {
        let Some(write) = self.pending.remove(&number) else {
            return;
        };
        self.sights.insert(match (&write, fate) {
            (Write::Intend(_), Fate::Lost) => "crash before an intent",
            (Write::Intend(_), Fate::Torn) => "crash within an intent",
            (Write::Intend(_), Fate::Kept) => "crash after an intent",
            (Write::Settle(_), Fate::Lost) => "crash before verdicts",
            (Write::Settle(_), Fate::Torn) => "crash within verdicts",
            (Write::Settle(_), Fate::Kept) => "crash after verdicts",
            (Write::Close, _) => "crash at the end",
        });
        self.apply(write, fate);
    }

    fn fail(&mut self, number: u64, fate: Fate) {
        let calls = calls(&self.sight);
        self.calls_at_failure.get_or_insert(calls);
        if let Some(write) = self.pending.remove(&number) {
            self.sights.insert(match &write {
                Write::Intend(_) => "disk full at an intent",
                Write::Settle(_) => "disk full at verdicts",
                Write::Close => "disk full at the end",
            });
            self.apply(write, fate);
        }
    }

    fn apply(&mut self, write: Write, fate: Fate) {
        if self.crashed {
            return;
        }
        let all = match &write {
            Write::Intend(entries) => entries.len(),
            Write::Settle(verdicts) => verdicts.len(),
            Write::Close => 0,
        };
        let most = match fate {
            Fate::Lost => return,
            Fate::Torn => usize::try_from(self.dice.below(u64::try_from(all).unwrap_or(0))).unwrap_or(0),
            Fate::Kept => all,
        };
        match write {
            Write::Intend(entries) => entries.iter().take(most).for_each(|entry| self.intend(entry)),
            Write::Settle(verdicts) => {
                for (entry, verdict) in verdicts.into_iter().take(most) {
                    self.settle(&entry, verdict);
                }
            }
            Write::Close => {}
        }
    }

    fn intend(&mut self, entry: &JournalEntry) {
        let mut disk = lock(&self.disk);
        let known = disk.known(entry);
        let (same, again) = (
            known.entry == *entry,
            known.verdict.is_some() && !self.open.contains(&entry.line),
        );
        known.intended = true;
        drop(disk);
        self.hold(same && !again, "is to be sent", entry);
    }

    fn settle(&mut self, entry: &JournalEntry, verdict: JournalVerdict) {
        let mut disk = lock(&self.disk);
        let known = disk.known(entry);
        let open = self.open.remove(&entry.line);
        let (same, again) = (known.entry == *entry, known.verdict.is_some() && !open);
        known.intended = false;
        if verdict.verdict != Verdict::NotSent || known.verdict.is_none() {
            known.verdict = Some(verdict);
        }
        drop(disk);
        self.hold(same && !again, "is settled", entry);
    }

    fn hold(&mut self, is_so: bool, what: &str, entry: &JournalEntry) {
        if !is_so {
            let what = format!(
                "line {} ({}) {what}, and had an outcome or another record",
                entry.line, entry.key
            );
            self.breaches.push(Breach::new(ONCE, what));
        }
    }

    fn recall(&mut self, entry: &JournalEntry) -> Result<Recall, JournalError> {
        self.recalls += 1;
        if self.end == RunEnd::Unreadable(self.recalls) {
            self.unread = Some(entry.line);
            self.sights.insert("an entry could not be read");
            return Err(JournalError::new("the journal is damaged"));
        }
        let disk = lock(&self.disk);
        let Some(known) = disk.0.get(&entry.line) else {
            return Ok(Recall::New);
        };
        let known = known.clone();
        drop(disk);
        let attempts = known.verdict.as_ref().map_or(0, |verdict| verdict.attempts);
        if known.intended {
            if known.verdict.is_some() {
                self.open.insert(entry.line);
            }
            self.in_doubt.insert(entry.line);
            self.sights.insert("an intent without a verdict");
            return Ok(Recall::Open {
                maybe_sent: true,
                attempts,
            });
        }
        let Some(settled) = known.verdict else {
            return Ok(Recall::New);
        };
        let again = match settled.verdict {
            // A run that stops gives everything its outcome, whether its records were settled or not.
            _ if settled.cut_short => true,
            Verdict::NotSent => true,
            Verdict::Busy | Verdict::Rejected | Verdict::Unknown => self.reopens,
            _ => false,
        };
        if !again {
            self.sights.insert("a verdict of an earlier run");
            return Ok(Recall::Settled(settled.verdict));
        }
        self.open.insert(entry.line);
        if settled.maybe_sent {
            self.in_doubt.insert(entry.line);
        }
        self.sights.insert("a record open again");
        Ok(Recall::Open {
            maybe_sent: settled.maybe_sent,
            attempts,
        })
    }
}

fn lock(disk: &SharedDisk) -> MutexGuard<'_, Disk> {
    disk.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Journal for ModelJournal {
    fn recall(&self, entry: &JournalEntry) -> Result<Recall, JournalError> {
        self.state().recall(entry)
    }

    async fn intend(&self, batches: Vec<JournalEntries>) -> Result<(), JournalError> {
        let entries = batches.iter().flat_map(JournalEntries::iter);
        self.write(Write::Intend(entries.collect())).await
    }

    async fn settle(&self, verdicts: Vec<JournalVerdict>) -> Result<(), JournalError> {
        let each = verdicts.iter().flat_map(|verdict| {
            let alone = |entry: JournalEntry| {
                let mut verdict = verdict.clone();
                verdict.entries = entry.clone().into();
                (entry, verdict)
            };
            verdict.entries.iter().map(alone)
        });
        self.write(Write::Settle(each.collect())).await
    }

    async fn close(&self, _: &Summary) -> Result<(), JournalError> {
        self.write(Write::Close).await
    }
}

#[cfg(test)]
mod tests;
