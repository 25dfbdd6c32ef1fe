//! What a look at the provider after a job showed, as its journal keeps it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use batchwise_core::Verdict;
use batchwise_core::journal::Journal;
use batchwise_journal::{Filter, JournalReader, OpenError, Resume, Verified, note_verification, pseudonymise};
use common::*;

/// A job of three records that are deleted, ended.
fn ended() -> (tempfile::TempDir, std::path::PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("job");
    let journal = begin(&path);
    settle(&journal, 1..=3, Verdict::Deleted);
    finish(&journal);
    drop(journal);
    (place, path)
}

fn verified(path: &std::path::Path) -> Vec<Option<Verified>> {
    let reader = JournalReader::open(path).unwrap();
    let rows = reader.records(Filter::all());
    rows.map(|row| row.unwrap().verified).collect()
}

#[test]
fn each_record_keeps_what_was_seen_of_it() {
    let (_place, path) = ended();
    assert_eq!(verified(&path), [None, None, None]);
    note_verification(&path, |row| {
        if row.line == 2 {
            Verified::Present
        } else {
            Verified::Absent
        }
    })
    .unwrap();
    let expected = [Verified::Absent, Verified::Present, Verified::Absent].map(Some);
    assert_eq!(verified(&path), expected);
    let counts = JournalReader::open(&path).unwrap().verified().unwrap();
    assert_eq!(
        (counts.absent, counts.present, counts.unchecked, counts.total()),
        (2, 1, 0, 3)
    );
}

#[test]
fn another_look_replaces_what_the_first_one_showed() {
    let (_place, path) = ended();
    note_verification(&path, |_| Verified::Unchecked).unwrap();
    note_verification(&path, |_| Verified::Absent).unwrap();
    assert_eq!(verified(&path), [Some(Verified::Absent); 3]);
}

#[test]
fn a_job_under_way_is_not_verified() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("job");
    let journal = begin(&path);
    settle(&journal, 1..=3, Verdict::Deleted);
    let refused = note_verification(&path, |_| Verified::Absent).unwrap_err();
    assert!(matches!(refused, OpenError::Running { .. }), "{refused}");
}

#[test]
fn a_record_that_is_sent_again_loses_what_was_seen_of_it() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("job");
    let journal = begin(&path);
    settle(&journal, 1..=2, Verdict::Rejected);
    finish(&journal);
    drop(journal);
    note_verification(&path, |_| Verified::Present).unwrap();
    let journal = go_on_with(&path, Resume::by_itself().retry_failed(true));
    recall(&journal, 1);
    recall(&journal, 2);
    wait(journal.intend(entries([1]))).unwrap();
    settle(&journal, [1], Verdict::Deleted);
    finish(&journal);
    drop(journal);
    assert_eq!(verified(&path), [None, Some(Verified::Present)]);
}

#[test]
fn keys_that_were_removed_cannot_be_verified() {
    let (_place, path) = ended();
    pseudonymise(&path).unwrap();
    let refused = note_verification(&path, |_| Verified::Absent).unwrap_err();
    assert!(matches!(refused, OpenError::Pseudonymised { .. }), "{refused}");
}
