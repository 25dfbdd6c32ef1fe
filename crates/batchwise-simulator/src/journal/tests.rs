use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll};

use calltouch_import::ImportLogId;

use super::*;

fn run(disk: &SharedDisk, end: RunEnd) -> ModelJournal {
    let life = Life {
        takes: Duration::ZERO,
        earlier: Vec::new(),
        reopens: false,
        forgets_calls: false,
    };
    ModelJournal::new(disk, &life, end, FakeClock::manual(), SharedSight::default(), 7)
}

fn whole(disk: &SharedDisk) -> ModelJournal {
    run(disk, RunEnd::Unreadable(u64::MAX))
}

fn entries(lines: std::ops::RangeInclusive<u64>) -> Vec<JournalEntry> {
    lines
        .map(|line| JournalEntry::of_record(&ImportLogId::new(line), line))
        .collect()
}

fn batch(lines: std::ops::RangeInclusive<u64>) -> Vec<JournalEntries> {
    JournalEntries::of(entries(lines))
}

fn poll<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Entries of five that the next run finds.
fn left_by(end: RunEnd) -> usize {
    let disk = SharedDisk::default();
    assert!(
        poll(run(&disk, end).intend(batch(1..=5))).is_pending(),
        "its process has ended"
    );
    let next = whole(&disk);
    let recalled = entries(1..=5).into_iter().filter_map(|entry| next.recall(&entry).ok());
    recalled.filter(|recall| *recall != Recall::New).count()
}

#[test]
fn an_intent_that_is_durable_is_in_doubt_in_the_next_run() {
    let disk = SharedDisk::default();
    assert!(matches!(poll(whole(&disk).intend(batch(1..=1))), Poll::Ready(Ok(()))));
    let next = whole(&disk);
    let open = Recall::Open {
        maybe_sent: true,
        attempts: 0,
    };
    assert!(entries(1..=1).iter().all(|entry| next.recall(entry).ok() == Some(open)));
    assert_eq!(next.in_doubt(), BTreeSet::from([1]));
}

#[test]
fn of_a_write_that_a_crash_interrupts_nothing_a_part_or_all_is_durable() {
    assert_eq!(left_by(RunEnd::CrashAtWrite(1, Fate::Lost)), 0);
    assert_eq!(left_by(RunEnd::CrashAtWrite(1, Fate::Kept)), 5);
    assert!(left_by(RunEnd::CrashAtWrite(1, Fate::Torn)) < 5);
}

#[test]
fn a_full_disk_takes_nothing_any_more() {
    let disk = SharedDisk::default();
    let journal = run(&disk, RunEnd::DiskFull(2, Fate::Lost));
    assert!(matches!(poll(journal.intend(batch(1..=1))), Poll::Ready(Ok(()))));
    for line in 2..=3 {
        assert!(matches!(poll(journal.intend(batch(line..=line))), Poll::Ready(Err(_))));
    }
    assert_eq!((lock(&disk).0.len(), journal.calls_at_failure()), (1, Some(0)));
}

#[test]
fn a_record_that_is_sent_without_an_intent_is_a_breach() {
    let disk = SharedDisk::default();
    let journal = whole(&disk);
    assert!(poll(journal.intend(batch(1..=1))).is_ready());
    journal.sends(&ImportLogId::new(1));
    assert_eq!(journal.take_breaches(), []);
    journal.sends(&ImportLogId::new(2));
    let laws: Vec<&str> = journal.take_breaches().iter().map(|breach| breach.law).collect();
    assert_eq!(laws, [INTENT]);
}
