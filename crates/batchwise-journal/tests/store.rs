//! Journals as a whole: listed, purged, pseudonymised.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use std::time::{Duration, SystemTime};

use batchwise_core::journal::{Journal, JournalVerdict};
use batchwise_core::{Facts, Reason, ReasonKind, Verdict};
use batchwise_journal::{Filter, JobState, JournalReader, OpenError, Purge, Resume, list, open, pseudonymise, remove};
use common::*;

#[test]
fn journals_are_listed_whatever_lies_beside_them() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    finish(&begin(&place("a finished")));
    drop(begin(&place("b cut off")));
    let running = begin(&place("c running"));
    std::fs::write(place("notes.txt"), "no journal").unwrap();
    rusqlite::Connection::open(place("other.db"))
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    let listed: Vec<_> = list(directory.path())
        .unwrap()
        .into_iter()
        .map(|journal| journal.unwrap())
        .map(|journal| {
            (
                journal.path.file_name().unwrap().to_owned().into_string().unwrap(),
                journal.state,
            )
        })
        .collect();
    let expected = [
        ("a finished", JobState::Finished),
        ("b cut off", JobState::Unfinished),
        ("c running", JobState::Running),
    ];
    assert_eq!(listed, expected.map(|(name, state)| (name.to_owned(), state)));
    // Looking at it did it no harm.
    intend(&running, 1..=3);
}

#[test]
fn a_journal_that_cannot_be_read_hides_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let (broken, good) = (directory.path().join("a"), directory.path().join("b"));
    finish(&begin(&broken));
    finish(&begin(&good));
    let mut bytes = std::fs::read(&broken).unwrap();
    bytes[100..4096].fill(0x5a);
    std::fs::write(&broken, bytes).unwrap();
    let listed = list(directory.path()).unwrap();
    assert!(listed[0].as_ref().unwrap_err().to_string().contains("damaged"));
    assert_eq!(listed[1].as_ref().unwrap().path, good);
}

#[test]
fn a_purge_takes_old_finished_jobs_and_others_only_when_asked() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    finish(&begin(&place("finished")));
    drop(begin(&place("unfinished")));
    let running = begin(&place("running"));
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    let taken = |purge: Purge| -> Vec<String> {
        let journals = list(directory.path())
            .unwrap()
            .into_iter()
            .map(|journal| journal.unwrap());
        let taken = journals.filter(|journal| purge.takes(journal));
        taken
            .map(|journal| journal.path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(taken(Purge::finished_before(tomorrow)), ["finished"]);
    assert_eq!(
        taken(Purge::finished_before(tomorrow).unfinished_too()),
        ["finished", "unfinished"]
    );
    assert!(taken(Purge::finished_before(moment())).is_empty());
    assert!(matches!(remove(&place("running")), Err(OpenError::Running { .. })));
    remove(&place("unfinished")).unwrap();
    drop(running);
    remove(&place("running")).unwrap();
    let left: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(left, ["finished"]);
}

#[test]
fn a_pseudonymised_journal_keeps_its_counts_and_nothing_that_names_a_person() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    journal.keep_input_row(1, "Ann Example,+79157771122");
    let mut entry = entry(1);
    entry.key = "+79157771122".to_owned();
    entry.content = Some(0x7915_7771_1227_9157_7711_2279_1577_7112);
    let mut settled = JournalVerdict::new(entry, Verdict::Rejected, moment());
    settled.reason = Some(Reason::with_text(ReasonKind::Provider, "no customer has +79157771122"));
    settled.facts = Facts::none().with("phone", "+79157771122".to_owned());
    wait(journal.settle(vec![settled])).unwrap();
    settle(&journal, 2..=500, Verdict::Deleted);
    finish(&journal);
    drop(journal);
    let before = JournalReader::open(&path).unwrap().tally().unwrap();
    pseudonymise(&path).unwrap();
    let reader = JournalReader::open(&path).unwrap();
    assert_eq!(reader.tally().unwrap(), before);
    assert!(reader.pseudonymised().unwrap().is_some());
    let row = reader
        .records(Filter::only([Verdict::Rejected]))
        .next()
        .unwrap()
        .unwrap();
    assert_eq!((row.key.as_str(), row.facts, row.input_row), ("record 1", None, None));
    assert_eq!(row.reason.unwrap().detail, "provider");
    drop(reader);
    let left = directory
        .path()
        .read_dir()
        .unwrap()
        .map(|file| std::fs::read(file.unwrap().path()).unwrap());
    for bytes in left {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("79157771122") && !text.contains("Example") && !text.contains("51002"));
    }
    let refused = open(&path, &header(&[]), Resume::by_itself().retry_failed(true));
    assert!(matches!(refused, Err(OpenError::Pseudonymised { .. })), "{refused:?}");
}
