//! A whole job on its journal, and what readers see of it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;
#[path = "common/model.rs"]
mod model;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use batchwise_core::Verdict;
use batchwise_journal::{Filter, JobState, JournalReader, Opened, Resume, open};
use common::*;
use model::{Deleting, run_job};

#[test]
fn a_job_leaves_everything_that_a_report_needs() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let method = Deleting::in_batches_of(10);
    let mut ids: Vec<u64> = (1..=25).collect();
    ids.push(3);
    let (outcomes, summary) = run_job(&method, begin(&path), ids);
    let reader = JournalReader::open(&path).unwrap();
    assert_eq!(reader.state().unwrap(), JobState::Finished);
    let tally = reader.tally().unwrap();
    assert_eq!((tally.counts, tally.reached), (summary.counts, summary.reached));
    assert_eq!((tally.duplicates, tally.open, tally.cut_short), (1, 0, 0));
    // Every outcome as it was told.
    let rows: Vec<_> = reader.records(Filter::all()).map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), outcomes.len());
    for outcome in &outcomes {
        let row = rows.iter().find(|row| row.line == outcome.line).unwrap();
        assert_eq!((row.key.clone(), row.verdict), (outcome.key(), Some(outcome.verdict)));
        assert_eq!((row.attempts, row.reached), (outcome.attempts, outcome.reached()));
        assert_eq!(
            row.reason.as_ref().map(|reason| reason.detail.clone()),
            outcome.detail()
        );
        assert_eq!(row.call, Some(outcome.line.div_ceil(10)));
    }
    // Why the refused ones were refused.
    let reasons = reader.reasons(&Filter::only([Verdict::Rejected])).unwrap();
    assert_eq!(reasons.len(), 1);
    assert_eq!(
        (
            reasons[0].detail.as_str(),
            reasons[0].code.as_deref(),
            reasons[0].records
        ),
        ("it is protected", Some("E8"), 2)
    );
    let mut calls = Vec::new();
    reader
        .calls(|call| {
            calls.push((call.number, call.records, call.sent, call.fault));
            true
        })
        .unwrap();
    let answered = |number, records| (number, records, "answered".to_owned(), None);
    assert_eq!(calls, [answered(1, 10), answered(2, 10), answered(3, 5)]);
    let mut repeats = Vec::new();
    reader
        .repeats(|line, scope, first| {
            repeats.push((line, scope, first));
            true
        })
        .unwrap();
    assert_eq!(repeats, [(26, None, Some(3))]);
    let run = &reader.runs().unwrap()[0];
    assert_eq!((run.calls, run.duplicates, run.stop.clone()), (3, 1, None));
    assert_eq!(reader.header().unwrap(), header(&[]));
    reader.verify().unwrap();
}

#[test]
fn the_documented_question_is_answered_by_any_tool() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    run_job(&Deleting::in_batches_of(10), begin(&path), (1..=20).collect());
    let readme = include_str!("../README.md");
    let asked = readme.split("```sql").nth(1).unwrap().split("```").next().unwrap();
    let tool = rusqlite::Connection::open(&path).unwrap();
    let mut statement = tool.prepare(asked).unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(|row| row.unwrap());
    let expected = [8, 18].map(|id: i64| (id, id.to_string(), "it is protected".to_owned()));
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}

#[test]
fn calls_are_numbered_over_all_runs() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    run_job(&Deleting::in_batches_of(10), begin(&path), (1..=20).collect());
    let retry = Resume::by_itself().retry_failed(true);
    let method = Deleting::in_batches_of(10);
    let (outcomes, summary) = run_job(&method, go_on_with(&path, retry), (1..=20).collect());
    assert_eq!((outcomes.len(), summary.recalled), (2, 18));
    assert_eq!(*method.calls.lock().unwrap(), [[8, 18]]);
    let reader = JournalReader::open(&path).unwrap();
    let row = reader
        .records(Filter::only([Verdict::Rejected]))
        .next()
        .unwrap()
        .unwrap();
    assert_eq!((row.call, row.run, row.attempts), (Some(3), 2, 2));
    let Opened::Finished(past) = open(&path, &header(&[]), Resume::by_itself()).unwrap() else {
        panic!("not finished");
    };
    assert_eq!(past.runs.len(), 2);
}

#[test]
fn what_was_settled_is_told_by_stretches_of_each_run_without_what_was_not_sent() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    run_job(&Deleting::in_batches_of(10), begin(&path), (1..=20).collect());
    let retry = Resume::by_itself().retry_failed(true);
    run_job(
        &Deleting::in_batches_of(10),
        go_on_with(&path, retry),
        (1..=20).collect(),
    );
    let tool = rusqlite::Connection::open(&path).unwrap();
    // Four kinds of moments: in the first second, in the third, before the run by a clock that was set back, and unsent.
    tool.execute_batch(
        "UPDATE record SET at = (SELECT started_at FROM run WHERE run.number = record.run) + 10;
         UPDATE record SET at = at - 90000 WHERE line = 9;
         UPDATE record SET outcome = 'not_sent' WHERE line = 19;
         UPDATE sheaf SET at = (SELECT started_at FROM run WHERE run.number = sheaf.run) + 10;
         UPDATE sheaf SET at = at + 2500 WHERE line = 11",
    )
    .unwrap();
    let reader = JournalReader::open(&path).unwrap();
    let told: Vec<_> = reader
        .settled(std::time::Duration::from_secs(1))
        .unwrap()
        .iter()
        .map(|row| (row.run, row.stretch, row.verdict, row.records, row.reached))
        .collect();
    assert_eq!(
        told,
        [
            (1, 0, Verdict::Deleted, 8, 8),
            (1, 0, Verdict::NotFound, 1, 1),
            (1, 2, Verdict::Deleted, 8, 8),
            (2, 0, Verdict::Rejected, 2, 0)
        ]
    );
}

#[test]
fn readers_of_all_kinds_look_on_while_the_job_runs() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    settle(&journal, 1..=5, Verdict::Deleted);
    let over = Arc::new(AtomicBool::new(false));
    let looking = std::thread::spawn({
        let (path, over) = (path.clone(), Arc::clone(&over));
        move || {
            let reader = JournalReader::open(&path).unwrap();
            // Another program, as a database tool would: a transaction that stays open.
            let tool = rusqlite::Connection::open(&path).unwrap();
            tool.execute_batch("BEGIN").unwrap();
            let seen: i64 = tool
                .query_row("SELECT count(*) FROM outcomes", [], |row| row.get(0))
                .unwrap();
            let mut looks = 0;
            while !over.load(Ordering::SeqCst) || looks < 3 {
                // Every record at every moment is in exactly one place, and there is no more than one of it.
                let rows: Vec<_> = reader.records(Filter::all()).map(|row| row.unwrap().line).collect();
                assert!(rows.windows(2).all(|pair| pair[0] < pair[1]));
                assert!(rows.len() >= 5);
                let tally = reader.tally().unwrap();
                assert!(tally.counts.total() + tally.open >= rows.len() as u64);
                looks += 1;
            }
            let still: i64 = tool
                .query_row("SELECT count(*) FROM outcomes", [], |row| row.get(0))
                .unwrap();
            assert_eq!(still, seen);
        }
    });
    let (outcomes, summary) = run_job(&Deleting::in_batches_of(10), journal, (51_001..=54_000).collect());
    over.store(true, Ordering::SeqCst);
    looking.join().unwrap();
    assert_eq!(
        (outcomes.len(), summary.stop.map(|stop| stop.to_string())),
        (3000, None)
    );
    let reader = JournalReader::open(&path).unwrap();
    assert_eq!(reader.tally().unwrap().counts.total(), 3000);
}

#[test]
fn input_rows_are_kept_for_result_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    journal.keep_input_row(0, "id,name");
    journal.keep_input_row(1, "51001,Ann");
    settle(&journal, 1..=2, Verdict::Deleted);
    let reader = JournalReader::open(&path).unwrap();
    assert_eq!(reader.input_row(0).unwrap().as_deref(), Some("id,name"));
    let rows: Vec<_> = reader
        .records(Filter::all())
        .map(|row| row.unwrap().input_row)
        .collect();
    assert_eq!(rows, [Some("51001,Ann".to_owned()), None]);
}
