//! Journals of every released schema version are opened by this one.
//!
//! A new version adds a file of its own: `MAKE_FIXTURE=1 cargo test -p batchwise-journal --test versions -- --ignored` writes
//! it where none is yet. A file that was released never changes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;
#[path = "common/model.rs"]
mod model;

use std::path::{Path, PathBuf};

use batchwise_core::journal::{Journal, Recall};
use batchwise_core::{Reason, ReasonKind, Summary, Verdict};
use batchwise_journal::{Filter, JobState, JournalReader, Opened, Resume, Verified, note_verification, open};
use common::*;
use model::{Deleting, run_job};

/// The newest version.
const VERSION: u32 = 3;

fn fixture(version: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/version-{version}.journal"))
}

#[test]
#[ignore = "writes a file"]
fn make_the_fixture_of_this_version() {
    let path = fixture(VERSION);
    assert!(std::env::var_os("MAKE_FIXTURE").is_some() && !path.exists());
    let place = tempfile::tempdir().unwrap();
    let made = place.path().join("job");
    run_job(&Deleting::in_batches_of(10), begin(&made), (51_001..=51_020).collect());
    let journal = go_on_with(&made, Resume::by_itself().retry_failed(true));
    journal.keep_input_row(0, "id");
    wait(journal.intend(entries([21, 22]))).unwrap();
    let mut left = verdict(23, Verdict::NotSent);
    left.cut_short = true;
    left.reason = Some(Reason::new(ReasonKind::Cancelled));
    wait(journal.settle(vec![left])).unwrap();
    let mut stopped = Summary::default();
    stopped.stop = Some(Reason::new(ReasonKind::Cancelled));
    wait(journal.close(&stopped)).unwrap();
    drop(journal);
    note_verification(&made, |row| match row.line {
        1 => Verified::Absent,
        2 => Verified::Present,
        _ => Verified::Unchecked,
    })
    .unwrap();
    std::fs::copy(made, path).unwrap();
}

#[test]
fn every_released_version_is_read_and_gone_on_with() {
    for version in 1..=VERSION {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("job");
        std::fs::copy(fixture(version), &path).unwrap();
        let reader = JournalReader::open(&path).unwrap();
        reader.verify().unwrap();
        let found: u32 = rusqlite::Connection::open(&path)
            .unwrap()
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(found, version);
        assert_eq!(reader.state().unwrap(), JobState::Unfinished);
        assert_eq!(reader.header().unwrap().account, "site 4711");
        let tally = reader.tally().unwrap();
        let counts = [Verdict::Deleted, Verdict::NotFound, Verdict::Rejected, Verdict::NotSent];
        assert_eq!(counts.map(|verdict| tally.counts.of(verdict)), [16, 2, 2, 1]);
        assert_eq!((tally.open, tally.cut_short), (2, 1));
        let reasons = reader.reasons(&Filter::only([Verdict::Rejected])).unwrap();
        assert_eq!(reasons[0].detail, "it is protected");
        let verified = reader.verified().unwrap();
        let counts = (verified.absent, verified.present, verified.unchecked);
        assert_eq!(counts, if version < 2 { (0, 0, 0) } else { (1, 1, 21) });
        let first = reader.record(1, None).unwrap().unwrap();
        assert_eq!(first.verified, (version >= 2).then_some(Verified::Absent));
        drop(reader);
        let Opened::Unfinished(journal, past) = open(&path, &header(&[]), Resume::by_itself()).unwrap() else {
            panic!("version {version} does not go on");
        };
        assert_eq!(past.runs.len(), 2);
        assert_eq!(recall(&journal, 1), Recall::Settled(Verdict::Deleted));
        assert_eq!(recall(&journal, 21), MAYBE_SENT);
        assert!(matches!(recall(&journal, 23), Recall::Open { maybe_sent: false, .. }));
        assert_eq!(recall(&journal, 24), Recall::New);
        settle(&journal, 21..=24, Verdict::Deleted);
        finish(&journal);
        drop(journal);
        note_verification(&path, |_| Verified::Absent).unwrap();
        assert_eq!(JournalReader::open(&path).unwrap().verified().unwrap().absent, 24);
        assert_eq!(JournalReader::open(&path).unwrap().state().unwrap(), JobState::Finished);
    }
}
