//! Failed updates that a later one has overtaken: what is older is not sent again over what is newer.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use batchwise_core::Verdict::{self, Busy, NotSent, Rejected, Unchanged, Unknown, Unmatched, Updated};
use batchwise_core::journal::{Journal, JournalEntry, JournalVerdict, Recall};
use batchwise_journal::{JournalReader, Resume, SqliteJournal};
use common::*;
use tempfile::TempDir;

/// Each line an update of its own.
fn update(line: u64, key: &str) -> JournalEntry {
    JournalEntry {
        line,
        scope: None,
        key: key.to_owned(),
        content: Some(u128::from(line)),
    }
}

fn ended(line: u64, key: &str, verdict: Verdict) -> JournalVerdict {
    let mut settled = JournalVerdict::new(update(line, key), verdict, moment());
    settled.maybe_sent = verdict == Unknown;
    settled
}

/// A finished job in which these updates, from line 1 on, came to these ends.
fn job_of(updates: &[(&str, Verdict)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let journal = begin(&directory.path().join("job"));
    let lines = (1..).zip(updates);
    let settled = lines.map(|(line, (key, verdict))| ended(line, key, *verdict));
    wait(journal.settle(settled.collect())).unwrap();
    finish(&journal);
    directory
}

fn retry(directory: &TempDir) -> SqliteJournal {
    go_on_with(&directory.path().join("job"), Resume::by_itself().retry_failed(true))
}

fn is_open(journal: &SqliteJournal, line: u64, key: &str) -> bool {
    matches!(journal.recall(&update(line, key)).unwrap(), Recall::Open { .. })
}

/// Whether a retry opens the first of two updates of one lead.
fn opens_the_first(first: Verdict, second: Verdict) -> bool {
    let directory = job_of(&[("900100", first), ("900100", second)]);
    is_open(&retry(&directory), 1, "900100")
}

#[test]
fn a_failed_update_is_not_opened_again_when_a_later_one_of_its_key_was_written() {
    for failed in [Rejected, Busy, Unknown, NotSent] {
        assert!(!opens_the_first(failed, Updated), "{failed}");
    }
}

#[test]
fn a_later_update_that_may_have_been_written_counts_as_written_and_is_opened_itself() {
    let directory = job_of(&[("900100", Rejected), ("900100", Unknown)]);
    let journal = retry(&directory);
    assert_eq!(journal.recall(&update(1, "900100")).unwrap(), Recall::Settled(Rejected));
    assert!(is_open(&journal, 2, "900100"));
}

#[test]
fn a_later_update_that_was_not_written_stands_in_nobodys_way() {
    for failed in [Rejected, Busy, Unknown, NotSent] {
        for later in [Rejected, Busy, NotSent, Unchanged, Unmatched] {
            assert!(opens_the_first(failed, later), "{failed} before {later}");
        }
    }
}

#[test]
fn an_update_of_which_only_a_part_was_written_counts_as_written() {
    let directory = tempfile::tempdir().unwrap();
    let journal = begin(&directory.path().join("job"));
    let mut part = ended(2, "900100", Rejected);
    part.maybe_sent = true;
    wait(journal.settle(vec![ended(1, "900100", Rejected), part])).unwrap();
    finish(&journal);
    drop(journal);
    let journal = retry(&directory);
    assert!(!is_open(&journal, 1, "900100"));
    assert!(is_open(&journal, 2, "900100"));
}

#[test]
fn an_earlier_update_or_one_of_another_key_or_campaign_overtakes_nothing() {
    let directory = job_of(&[("900100", Updated), ("900100", Rejected), ("900101", Updated)]);
    assert!(is_open(&retry(&directory), 2, "900100"));
    let directory = tempfile::tempdir().unwrap();
    let journal = begin(&directory.path().join("job"));
    let mut elsewhere = ended(2, "900100", Updated);
    elsewhere.entries = JournalEntry {
        scope: Some("00042".to_owned()),
        ..update(2, "900100")
    }
    .into();
    wait(journal.settle(vec![ended(1, "900100", Rejected), elsewhere])).unwrap();
    finish(&journal);
    drop(journal);
    assert!(is_open(&retry(&directory), 1, "900100"));
}

#[test]
fn a_contact_is_the_same_in_every_spelling() {
    for (spelled, other) in [
        ("+7 (915) 777-11-22", "79157771122"),
        ("8 915 777 11 22", "+79157771122"),
        ("9157771122", "7.915.777.11.22"),
        ("Ann@Example.com", "ann@example.com"),
    ] {
        let directory = job_of(&[(spelled, Rejected), (other, Updated)]);
        assert!(!is_open(&retry(&directory), 1, spelled), "{spelled}");
    }
}

#[test]
fn an_update_that_was_given_up_unsent_is_not_opened_by_a_plain_resume_either() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    let settled = vec![
        ended(1, "900100", NotSent),
        ended(2, "900100", Updated),
        ended(3, "900101", NotSent),
    ];
    wait(journal.settle(settled)).unwrap();
    // Its process dies.
    drop(journal);
    let journal = go_on(&path);
    assert!(!is_open(&journal, 1, "900100"));
    assert!(is_open(&journal, 3, "900101"));
}

#[test]
fn what_a_stop_cut_short_goes_on_since_later_updates_waited_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    let mut left = ended(1, "900100", NotSent);
    left.cut_short = true;
    // The id of another kind, which the same key names.
    wait(journal.settle(vec![left, ended(2, "900100", Updated)])).unwrap();
    drop(journal);
    assert!(is_open(&go_on(&path), 1, "900100"));
}

#[test]
fn deletions_overtake_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    let mut repeated = verdict(2, Verdict::Deleted);
    repeated.entries = JournalEntry { line: 2, ..entry(1) }.into();
    wait(journal.settle(vec![verdict(1, Rejected), repeated])).unwrap();
    finish(&journal);
    drop(journal);
    let journal = retry(&directory);
    assert!(matches!(recall(&journal, 1), Recall::Open { .. }));
}

#[test]
fn what_was_overtaken_is_counted_by_outcome() {
    let directory = job_of(&[
        ("900100", Rejected),
        ("900100", Unknown),
        ("900101", Rejected),
        ("900100", Updated),
        ("900102", Updated),
    ]);
    let reader = JournalReader::open(&directory.path().join("job")).unwrap();
    let counts = reader.overtaken().unwrap();
    assert_eq!(counts.iter().collect::<Vec<_>>(), [(Rejected, 1), (Unknown, 1)]);
}

#[test]
fn a_retry_of_many_leads_finds_each_that_was_overtaken() {
    let keys: Vec<String> = (0..12_000).map(|line| (line % 5000).to_string()).collect();
    let end = |line: usize| if line < 5000 { Rejected } else { Updated };
    let updates: Vec<(&str, Verdict)> = keys
        .iter()
        .enumerate()
        .map(|(at, key)| (key.as_str(), end(at)))
        .collect();
    let mut updates = updates;
    // Those of which no later one was written.
    updates.retain(|(key, verdict)| *verdict == Rejected || !key.ends_with('7'));
    let directory = job_of(&updates);
    let journal = retry(&directory);
    for (line, (key, verdict)) in (1..).zip(&updates) {
        let open = *verdict == Rejected && key.ends_with('7');
        assert_eq!(is_open(&journal, line, key), open, "line {line}");
    }
}
