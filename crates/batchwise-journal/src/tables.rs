//! How a run writes its tables.

use std::path::Path;
use std::time::SystemTime;

use batchwise_core::journal::JournalError;
use batchwise_core::observe::CallFinished;
use batchwise_core::{CallErrorKind, Summary};
use rusqlite::{Connection, params};

use crate::entries::Entries;
use crate::error::failed;
use crate::words;

const CALL: &str = "
    INSERT INTO call (number, run, started_at, waited_ms, duration_ms, records, fault, sent, status)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

const REPEAT: &str = "INSERT OR IGNORE INTO repeat (line, scope, first_line) VALUES (?1, ?2, ?3)";

const INPUT_ROW: &str = "INSERT OR IGNORE INTO input_row (line, text) VALUES (?1, ?2)";

const END_RUN: &str = "
    UPDATE run
       SET ended_at = ?2, stop = ?3, stop_detail = ?4, duplicates = ?5, recalled = ?6, calls = ?7, failed_calls = ?8,
           logins = ?9, input_left = ?10, found_nothing = ?11
     WHERE number = ?1";

/// Why a row was not written.
pub(crate) enum WriteError {
    Sql(rusqlite::Error),
    /// Another entry has this line and scope.
    OtherEntry(u64),
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl WriteError {
    pub(crate) fn in_journal(&self, path: &Path) -> JournalError {
        match self {
            Self::Sql(error) => failed(path, error),
            Self::OtherEntry(line) => other_entry(path, *line),
        }
    }
}

/// The input is not the one that the journal began with. Says no key: it may be a contact.
pub(crate) fn other_entry(path: &Path, line: u64) -> JournalError {
    JournalError::new(format!(
        "line {line} of the input is not what it was when `{}` began: give the same input, or name another journal",
        path.display()
    ))
}

/// How a run ended.
pub(crate) struct Ending {
    pub(crate) at: SystemTime,
    pub(crate) summary: Summary,
}

/// The tables as one run writes them.
#[derive(Debug)]
pub(crate) struct Tables {
    run: i64,
    /// Calls of earlier runs.
    calls_before: u64,
    pub(crate) entries: Entries,
}

pub(crate) type Written = Result<(), WriteError>;

impl Tables {
    pub(crate) fn of_run(connection: &Connection, run: i64, calls_before: u64) -> rusqlite::Result<Self> {
        Ok(Self {
            run,
            calls_before,
            entries: Entries::of_run(connection, run, calls_before)?,
        })
    }

    pub(crate) fn call(&self, connection: &Connection, call: &CallFinished) -> Written {
        if call.error == Some(CallErrorKind::NoSession) {
            // No request was made: a login comes first.
            return Ok(());
        }
        let whole = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        connection.prepare_cached(CALL)?.execute(params![
            words::signed(self.calls_before + call.call),
            self.run,
            words::millis(call.started),
            whole(call.waited),
            whole(call.duration),
            i64::try_from(call.records).unwrap_or(i64::MAX),
            call.error.map(CallErrorKind::as_str),
            words::sent(call.sent),
            call.status.map(|status| status.as_u16()),
        ])?;
        Ok(())
    }

    #[allow(clippy::unused_self)] // one of the ways in which a run writes
    pub(crate) fn repeat(&self, connection: &Connection, line: u64, scope: &str, first: Option<u64>) -> Written {
        let row = params![words::signed(line), scope, first.map(words::signed)];
        connection.prepare_cached(REPEAT)?.execute(row)?;
        Ok(())
    }

    #[allow(clippy::unused_self)] // one of the ways in which a run writes
    pub(crate) fn input_row(&self, connection: &Connection, line: u64, text: &str) -> Written {
        let row = params![words::signed(line), text];
        connection.prepare_cached(INPUT_ROW)?.execute(row)?;
        Ok(())
    }

    /// Takes back that the run began.
    pub(crate) fn forget_run(&self, connection: &Connection) -> Written {
        connection.execute("DELETE FROM run WHERE number = ?1", [self.run])?;
        Ok(())
    }

    pub(crate) fn end_run(&self, connection: &Connection, ending: &Ending) -> Written {
        let summary = &ending.summary;
        connection.execute(
            END_RUN,
            params![
                self.run,
                words::millis(ending.at),
                summary.stop.as_ref().map(|stop| stop.kind().as_str()),
                summary.stop.as_ref().map(ToString::to_string),
                words::signed(summary.duplicates),
                words::signed(summary.recalled),
                words::signed(summary.calls),
                words::signed(summary.failed_calls),
                words::signed(summary.logins),
                summary.input_left,
                summary.found_nothing,
            ],
        )?;
        Ok(())
    }
}
