//! A process that is killed while it begins a journal leaves a transaction to roll back.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};

use batchwise_journal::JournalReader;
use rusqlite::Connection;

/// A database as a kill in its first transaction leaves it: half of it written, the old pages in the file beside it.
fn half_begun(directory: &Path) -> PathBuf {
    let (alive, dead) = (directory.join("alive.db"), directory.join("dead.db"));
    let connection = Connection::open(&alive).unwrap();
    connection
        .execute_batch("PRAGMA cache_size = 1; CREATE TABLE t (text TEXT)")
        .unwrap();
    connection
        .execute_batch(
            "BEGIN; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
             INSERT INTO t SELECT hex(randomblob(200)) FROM n",
        )
        .unwrap();
    std::fs::copy(&alive, &dead).unwrap();
    std::fs::copy(directory.join("alive.db-journal"), directory.join("dead.db-journal")).unwrap();
    dead
}

#[test]
fn it_is_rolled_back_by_whoever_looks_first() {
    let directory = tempfile::tempdir().unwrap();
    let dead = half_begun(directory.path());
    let why = JournalReader::open(&dead).unwrap_err().to_string();
    assert!(why.contains("not a journal of batchwise"), "{why}");
    assert!(!directory.path().join("dead.db-journal").exists());
}
