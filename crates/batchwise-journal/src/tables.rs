//! How a run writes its tables.

use std::collections::HashMap;
use std::path::Path;
use std::time::SystemTime;

use batchwise_core::journal::{JournalEntry, JournalError, JournalVerdict};
use batchwise_core::observe::CallFinished;
use batchwise_core::{CallError, CallErrorKind, Reason, Summary, Verdict};
use rusqlite::{Connection, params};

use crate::error::failed;
use crate::words;

const INTEND: &str = "
    INSERT INTO record (line, scope, key, content, reached, maybe_sent, cut_short, attempts, run, at)
    VALUES (?1, ?2, ?3, ?4, 0, 1, 0, 0, ?5, ?6)
    ON CONFLICT (line, scope) DO UPDATE
       SET outcome = NULL, reached = 0, maybe_sent = 1, cut_short = 0, reason = NULL, facts = NULL, call = NULL,
           verified = NULL, run = excluded.run, at = excluded.at
     WHERE key = excluded.key AND content IS excluded.content";

const SETTLE: &str = "
    INSERT INTO record (line, scope, key, content, outcome, reached, maybe_sent, cut_short, attempts, reason, facts, call,
                        run, at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
    ON CONFLICT (line, scope) DO UPDATE
       SET outcome = excluded.outcome, reached = excluded.reached, maybe_sent = excluded.maybe_sent,
           cut_short = excluded.cut_short, attempts = excluded.attempts, reason = excluded.reason, facts = excluded.facts,
           call = excluded.call, verified = NULL, run = excluded.run, at = excluded.at
     WHERE key = excluded.key AND content IS excluded.content";

/// What a run leaves alone keeps the outcome that it has.
const LEAVE: &str = "
    UPDATE record SET cut_short = 1
     WHERE line = ?1 AND scope = ?2 AND key = ?3 AND content IS ?4 AND outcome <> 'not_sent'";

const REASON: &str = "INSERT INTO reason (kind, detail, code, status, request_id) VALUES (?1, ?2, ?3, ?4, ?5)";

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

/// So many reasons are known again; beyond it one may be written twice, which costs nothing but room.
const REMEMBERED_REASONS: usize = 256;

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
    reasons: HashMap<ReasonRow, i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ReasonRow {
    kind: &'static str,
    detail: String,
    code: Option<String>,
    status: Option<u16>,
    request_id: Option<String>,
}

impl ReasonRow {
    fn of(reason: &Reason) -> Self {
        let error = reason.error();
        Self {
            kind: reason.kind().as_str(),
            detail: reason.to_string(),
            code: reason.code().map(str::to_owned),
            status: error.and_then(CallError::status).map(|status| status.as_u16()),
            request_id: error.and_then(CallError::request_id).map(str::to_owned),
        }
    }
}

type Written = Result<(), WriteError>;

impl Tables {
    pub(crate) fn of_run(run: i64, calls_before: u64) -> Self {
        Self {
            run,
            calls_before,
            reasons: HashMap::new(),
        }
    }

    pub(crate) fn intend(&self, connection: &Connection, entries: &[JournalEntry]) -> Written {
        let mut statement = connection.prepare_cached(INTEND)?;
        let now = words::millis(SystemTime::now());
        for entry in entries {
            let changed = statement.execute(params![
                words::signed(entry.line),
                entry.scope.as_deref().unwrap_or_default(),
                entry.key,
                entry.content.map(u128::to_be_bytes),
                self.run,
                now,
            ])?;
            if changed == 0 {
                return Err(WriteError::OtherEntry(entry.line));
            }
        }
        Ok(())
    }

    pub(crate) fn settle(&mut self, connection: &Connection, verdicts: &[JournalVerdict]) -> Written {
        let mut statement = connection.prepare_cached(SETTLE)?;
        for verdict in verdicts {
            if verdict.verdict == Verdict::NotSent && Self::leave(connection, &verdict.entry)? {
                continue;
            }
            let reason = match &verdict.reason {
                Some(reason) => Some(self.reason(connection, reason)?),
                None => None,
            };
            let entry = &verdict.entry;
            let changed = statement.execute(params![
                words::signed(entry.line),
                entry.scope.as_deref().unwrap_or_default(),
                entry.key,
                entry.content.map(u128::to_be_bytes),
                verdict.verdict.as_str(),
                verdict.reached,
                verdict.maybe_sent,
                verdict.cut_short,
                verdict.attempts,
                reason,
                words::facts(&verdict.facts),
                verdict.call.map(|call| words::signed(self.calls_before + call)),
                self.run,
                words::millis(verdict.at),
            ])?;
            if changed == 0 {
                return Err(WriteError::OtherEntry(entry.line));
            }
        }
        Ok(())
    }

    /// True when the entry had an outcome and was opened again: it stands, and the next run goes on with it.
    fn leave(connection: &Connection, entry: &JournalEntry) -> rusqlite::Result<bool> {
        let changed = connection.prepare_cached(LEAVE)?.execute(params![
            words::signed(entry.line),
            entry.scope.as_deref().unwrap_or_default(),
            entry.key,
            entry.content.map(u128::to_be_bytes),
        ])?;
        Ok(changed > 0)
    }

    fn reason(&mut self, connection: &Connection, reason: &Reason) -> rusqlite::Result<i64> {
        let row = ReasonRow::of(reason);
        if let Some(known) = self.reasons.get(&row) {
            return Ok(*known);
        }
        let mut statement = connection.prepare_cached(REASON)?;
        let id = statement.insert(params![row.kind, row.detail, row.code, row.status, row.request_id])?;
        if self.reasons.len() >= REMEMBERED_REASONS {
            self.reasons.clear();
        }
        self.reasons.insert(row, id);
        Ok(id)
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
            call.error.map(words::fault),
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
