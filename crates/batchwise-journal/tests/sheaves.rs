//! Records that come to the same end together are kept together, and nobody who reads a journal can tell.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use std::path::Path;

use batchwise_core::journal::{Journal, JournalEntries, JournalEntry, JournalVerdict, Recall};
use batchwise_core::{Fact, Facts, Reason, ReasonKind, Verdict};
use batchwise_journal::{Filter, JournalReader, RecordRow, Verified, note_verification, pseudonymise};
use common::*;

/// How many rows each of the two tables has: `record`, `sheaf`.
fn rows(path: &Path) -> (u32, u32) {
    let tool = rusqlite::Connection::open(path).unwrap();
    let count = |sql: &str| tool.query_row(sql, [], |row| row.get(0)).unwrap();
    (
        count("SELECT count(*) FROM record"),
        count("SELECT count(*) FROM sheaf"),
    )
}

fn records(path: &Path) -> Vec<RecordRow> {
    let reader = JournalReader::open(path).unwrap();
    reader.records(Filter::all()).map(|row| row.unwrap()).collect()
}

fn outcomes(path: &Path) -> Vec<(u64, Option<Verdict>)> {
    records(path).into_iter().map(|row| (row.line, row.verdict)).collect()
}

#[test]
fn a_batch_that_comes_to_one_end_is_one_row() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    intend(&journal, 1..=100);
    assert_eq!(rows(&path), (0, 1));
    assert!(outcomes(&path).into_iter().eq((1..=100).map(|line| (line, None))));
    settle(&journal, 1..=100, Verdict::Deleted);
    assert_eq!(rows(&path), (0, 1));
    assert!(
        outcomes(&path)
            .into_iter()
            .eq((1..=100).map(|line| (line, Some(Verdict::Deleted))))
    );
    let row = JournalReader::open(&path).unwrap().record(7, None).unwrap().unwrap();
    assert_eq!((row.key.as_str(), row.attempts, row.reached), ("51007", 1, true));
    assert_eq!((row.maybe_sent, row.cut_short, row.at), (false, false, moment()));
}

#[test]
fn a_batch_of_several_ends_is_a_row_for_each_end_that_many_share_and_one_for_each_other_record() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    intend(&journal, 1..=100);
    let mut settled: Vec<_> = (1..=100).map(|line| verdict(line, Verdict::Deleted)).collect();
    for line in [20, 21, 22, 23, 24] {
        settled[line - 1].verdict = Verdict::NotFound;
        settled[line - 1].reason = Some(Reason::with_text(ReasonKind::Provider, "no such log"));
    }
    settled[49].verdict = Verdict::Rejected;
    settled[49].reason = Some(Reason::with_text(ReasonKind::Provider, "it is protected"));
    settled[59].facts = Facts::none().with("record_id", Fact::Number(7));
    wait(journal.settle(settled)).unwrap();
    assert_eq!(rows(&path), (2, 2));
    let expected = |line| match line {
        20..=24 => Verdict::NotFound,
        50 => Verdict::Rejected,
        _ => Verdict::Deleted,
    };
    assert!(
        outcomes(&path)
            .into_iter()
            .eq((1..=100).map(|line| (line, Some(expected(line)))))
    );
    let row = records(&path).swap_remove(21);
    assert_eq!((row.line, row.reason.unwrap().detail.as_str()), (22, "no such log"));
    let reader = JournalReader::open(&path).unwrap();
    let reasons = reader.reasons(&Filter::all()).unwrap();
    let told: Vec<_> = reasons
        .iter()
        .map(|group| (group.detail.as_str(), group.records))
        .collect();
    assert_eq!(told, [("no such log", 5), ("it is protected", 1)]);
}

#[test]
fn records_that_each_come_to_an_end_of_their_own_are_rows() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    intend(&journal, 1..=100);
    let settled = (1..=90).map(|line| {
        let mut verdict = verdict(line, Verdict::NotFound);
        let why = format!("no log {}", entry(line).key);
        verdict.reason = Some(Reason::with_text(ReasonKind::Provider, why));
        verdict
    });
    wait(journal.settle(settled.collect())).unwrap();
    // The last ten are still on their way.
    assert_eq!(rows(&path), (90, 1));
    for row in records(&path) {
        let expected = (row.line <= 90).then(|| format!("no log {}", row.key));
        assert_eq!(row.reason.map(|reason| reason.detail), expected);
    }
}

#[test]
fn records_that_are_still_on_their_way_stay_together() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    intend(&journal, 1..=100);
    settle(&journal, 1..=60, Verdict::Deleted);
    assert_eq!(rows(&path), (0, 2));
    settle(&journal, 61..=100, Verdict::PresumedDeleted);
    assert_eq!(rows(&path), (0, 2));
    let expected = |line| {
        if line <= 60 {
            Verdict::Deleted
        } else {
            Verdict::PresumedDeleted
        }
    };
    assert!(
        outcomes(&path)
            .into_iter()
            .eq((1..=100).map(|line| (line, Some(expected(line)))))
    );
}

#[test]
fn what_a_later_run_may_open_again_is_a_row() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    for (from, word) in (0..).zip([Verdict::Rejected, Verdict::Busy, Verdict::Unknown, Verdict::NotSent]) {
        intend(&journal, from * 10 + 1..=from * 10 + 10);
        settle(&journal, from * 10 + 1..=from * 10 + 10, word);
    }
    assert_eq!(rows(&path), (40, 0));
}

#[test]
fn after_a_crash_each_record_of_a_batch_may_have_been_sent() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    intend(&journal, 1..=10);
    intend(&journal, 11..=20);
    settle(&journal, 1..=10, Verdict::Deleted);
    drop(journal);
    let journal = go_on(&path);
    assert_eq!(rows(&path), (10, 1));
    for line in 1..=10 {
        assert_eq!(recall(&journal, line), Recall::Settled(Verdict::Deleted));
    }
    for line in 11..=20 {
        assert_eq!(recall(&journal, line), MAYBE_SENT);
    }
    assert_eq!(recall(&journal, 21), Recall::New);
}

#[test]
fn lines_that_are_not_in_a_batch_are_new() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    // Every third line was a repeat; two campaigns share the lines.
    let lines = || (1..=90).filter(|line| line % 3 != 0);
    let in_campaign = |campaign: &str| {
        let of = |line| JournalEntry {
            scope: Some(campaign.to_owned()),
            ..entry(line)
        };
        JournalEntries::of(lines().map(of)).remove(0)
    };
    wait(journal.intend(vec![in_campaign("00042"), in_campaign("00007")])).unwrap();
    let mut verdict = JournalVerdict::new(in_campaign("00007"), Verdict::Deleted, moment());
    verdict.attempts = 1;
    wait(journal.settle(vec![verdict])).unwrap();
    assert_eq!(rows(&path), (0, 2));
    drop(journal);
    let journal = go_on(&path);
    for line in 1..=90 {
        let known = |campaign: &str| {
            let entry = JournalEntry {
                scope: Some(campaign.to_owned()),
                ..entry(line)
            };
            journal.recall(&entry).unwrap()
        };
        let told = [known("00042"), known("00007"), recall(&journal, line)];
        let expected = match line % 3 {
            0 => [Recall::New; 3],
            _ => [MAYBE_SENT, Recall::Settled(Verdict::Deleted), Recall::New],
        };
        assert_eq!(told, expected, "line {line}");
    }
}

#[test]
fn another_record_on_the_line_of_a_batch_is_another_input() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    intend(&journal, 1..=10);
    settle(&journal, 1..=10, Verdict::Deleted);
    drop(journal);
    let journal = go_on(&path);
    let mut other = entry(5);
    other.key = "7".to_owned();
    assert!(journal.recall(&other).is_err());
    assert!(wait(journal.intend(vec![other.into()])).is_err());
}

#[test]
fn input_rows_are_told_with_the_records_of_a_batch() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    for line in 1..=4 {
        journal.keep_input_row(line, format!("5100{line},Ann"));
    }
    intend(&journal, 1..=5);
    settle(&journal, 1..=5, Verdict::Deleted);
    let told: Vec<_> = records(&path).into_iter().map(|row| row.input_row).collect();
    let expected = (1..=5).map(|line| (line < 5).then(|| format!("5100{line},Ann")));
    assert!(told.into_iter().eq(expected));
    let row = JournalReader::open(&path).unwrap().record(3, None).unwrap().unwrap();
    assert_eq!(row.input_row.as_deref(), Some("51003,Ann"));
}

/// A job of ten records that were deleted in one call, ended.
fn ended(path: &Path) {
    let journal = begin(path);
    intend(&journal, 1..=10);
    settle(&journal, 1..=10, Verdict::Deleted);
    finish(&journal);
}

#[test]
fn a_look_that_shows_the_same_of_all_is_noted_of_the_batch_and_another_of_each_record() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    ended(&path);
    note_verification(&path, |_| Verified::Absent).unwrap();
    assert_eq!(rows(&path), (0, 1));
    assert_eq!(JournalReader::open(&path).unwrap().verified().unwrap().absent, 10);
    let look = |line| match line {
        4 => Verified::Present,
        9 => Verified::Unchecked,
        _ => Verified::Absent,
    };
    note_verification(&path, |row| look(row.line)).unwrap();
    assert_eq!(rows(&path), (10, 0));
    let told = records(&path).into_iter().map(|row| row.verified);
    assert!(told.eq((1..=10).map(|line| Some(look(line)))));
}

#[test]
fn nothing_is_left_of_the_keys_of_a_batch_when_personal_data_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    ended(&path);
    pseudonymise(&path).unwrap();
    let told = records(&path).into_iter().map(|row| (row.key, row.verdict));
    assert!(told.eq((1..=10).map(|line| (format!("record {line}"), Some(Verdict::Deleted)))));
    let file = std::fs::read(&path).unwrap();
    assert!(!file.windows(5).any(|text| text == b"51007"));
}

#[test]
fn a_large_journal_is_read_in_pages_in_the_order_of_its_lines() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    // Batches of all sizes, some of which are rows.
    let mut line = 1;
    for batch in 0..400 {
        let last = line + batch % 60;
        intend(&journal, line..=last);
        let word = if batch % 7 == 0 {
            Verdict::Rejected
        } else {
            Verdict::Deleted
        };
        settle(&journal, line..=last, word);
        line = last + 1;
    }
    let (rows, sheaves) = rows(&path);
    assert!(rows > 1024 && sheaves > 64, "{rows} rows, {sheaves} sheaves");
    let told: Vec<u64> = records(&path).into_iter().map(|row| row.line).collect();
    assert!(told.into_iter().eq(1..line));
    let reader = JournalReader::open(&path).unwrap();
    let rejected = reader.records(Filter::only([Verdict::Rejected])).count() as u64;
    assert_eq!(rejected, reader.tally().unwrap().counts.of(Verdict::Rejected));
}

#[test]
fn a_long_job_keeps_its_write_ahead_log_short() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    let size = |ending: &str| {
        let mut name = path.clone().into_os_string();
        name.push(ending);
        std::fs::metadata(name).unwrap().len()
    };
    let mut longest = 0;
    for first in (0..300_000).step_by(1000) {
        intend(&journal, first + 1..=first + 1000);
        settle(&journal, first + 1..=first + 1000, Verdict::Deleted);
        longest = longest.max(size("-wal"));
    }
    assert!(longest < 2 << 20, "{longest}");
    assert!(size("") > 2 << 20, "what was copied is in the file");
    finish(&journal);
}
