//! Records of a journal, streamed.

use std::collections::VecDeque;
use std::path::Path;
use std::time::SystemTime;

use batchwise_core::Verdict;
use rusqlite::{Connection, Row, params};

use crate::error::ReadError;
use crate::verification::Verified;
use crate::words;

/// Rows that are read at once; between them no transaction is open, so that a running job's files do not grow for a reader.
const PAGE: i64 = 1024;

/// What is read of a record, in a file of this schema version.
fn select(version: u32) -> String {
    // Older files are read as they are.
    let verified = if version < 2 { "NULL" } else { "record.verified" };
    format!("{SELECT}, {verified} {FROM}")
}

const SELECT: &str = "
    SELECT record.line, record.scope, record.key, record.outcome, record.reached, record.maybe_sent, record.cut_short,
           record.attempts, record.facts, record.call, record.run, record.at, reason.kind, reason.detail, reason.code,
           reason.status, reason.request_id, input_row.text, record.content IS NOT NULL";

const FROM: &str = "
      FROM record
      LEFT JOIN reason ON reason.id = record.reason
      LEFT JOIN input_row ON input_row.line = record.line";

/// Which records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    only: Option<Vec<Verdict>>,
    open: bool,
}

impl Filter {
    /// All of them, also those that have no outcome yet.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Those with one of these outcomes.
    #[must_use]
    pub fn only(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        Self {
            only: Some(verdicts.into_iter().collect()),
            open: false,
        }
    }

    /// And those that have no outcome yet: maybe sent.
    #[must_use]
    pub fn or_open(mut self) -> Self {
        self.open = true;
        self
    }

    /// The condition on a row of `record`; the words in it are our own.
    pub(crate) fn sql(&self) -> String {
        let Some(verdicts) = &self.only else {
            return "true".to_owned();
        };
        let words: Vec<String> = verdicts.iter().map(|verdict| format!("'{verdict}'")).collect();
        let listed = format!("record.outcome IN ({})", words.join(", "));
        if self.open {
            format!("({listed} OR record.outcome IS NULL)")
        } else {
            listed
        }
    }
}

/// Why a record has its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReasonRow {
    /// The kind of reason.
    pub kind: String,
    /// The reason in words.
    pub detail: String,
    /// The provider's code.
    pub code: Option<String>,
    /// The status of the answer behind it.
    pub status: Option<u16>,
    /// The provider's id of the request behind it.
    pub request_id: Option<String>,
}

/// A record as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordRow {
    /// The line or position in the input, from 1.
    pub line: u64,
    /// The part of the target that the key leaves out, such as a campaign.
    pub scope: Option<String>,
    /// The record's text key, or the text that is no record.
    pub key: String,
    /// What became of it; none when it is in a call, or maybe sent by a run that ended without a word.
    pub verdict: Option<Verdict>,
    /// It is in the wanted state.
    pub reached: bool,
    /// A call may have acted on it without telling.
    pub maybe_sent: bool,
    /// It is so only because the run stopped; the next one goes on with it.
    pub cut_short: bool,
    /// Calls that carried it and could have settled it.
    pub attempts: u32,
    /// Why.
    pub reason: Option<ReasonRow>,
    /// What the provider gave, as a JSON object.
    pub facts: Option<String>,
    /// The number over all runs of the last call that carried it.
    pub call: Option<u64>,
    /// The run that settled it, or was about to send it.
    pub run: u32,
    /// When it was settled, or noted to be sent.
    pub at: SystemTime,
    /// The input's own row, where rows were kept.
    pub input_row: Option<String>,
    /// The key does not tell the record's whole content: others on other lines may have it too.
    pub is_content: bool,
    /// What a look at the provider after the job showed; none when nobody looked since the outcome.
    pub verified: Option<Verified>,
}

/// Records in the order of the input: by line, then by scope.
#[derive(Debug)]
pub struct Records<'a> {
    connection: &'a Connection,
    path: &'a Path,
    sql: String,
    page: VecDeque<RecordRow>,
    /// The last row read.
    after: (i64, String),
    ended: bool,
}

impl<'a> Records<'a> {
    #[allow(clippy::needless_pass_by_value)] // a filter is made for its use
    pub(crate) fn new(connection: &'a Connection, path: &'a Path, version: u32, only: Filter) -> Self {
        let sql = format!(
            "{}
              WHERE (record.line, record.scope) > (?1, ?2) AND {}
              ORDER BY record.line, record.scope
              LIMIT ?3",
            select(version),
            only.sql()
        );
        Self {
            connection,
            path,
            sql,
            page: VecDeque::new(),
            after: (-1, String::new()),
            ended: false,
        }
    }

    fn read(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(&self.sql)?;
        let mut rows = statement.query(params![self.after.0, self.after.1, PAGE])?;
        while let Some(row) = rows.next()? {
            self.page.push_back(record_row(row)?);
        }
        match self.page.back() {
            Some(last) => self.after = (words::signed(last.line), last.scope.clone().unwrap_or_default()),
            None => self.ended = true,
        }
        Ok(())
    }
}

impl Iterator for Records<'_> {
    type Item = Result<RecordRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty()
            && !self.ended
            && let Err(error) = self.read()
        {
            self.ended = true;
            self.page.clear();
            return Some(Err(ReadError::of_sql(self.path, &error)));
        }
        self.page.pop_front().map(Ok)
    }
}

/// The record of this line and scope.
pub(crate) fn record_at(
    connection: &Connection,
    version: u32,
    line: u64,
    scope: &str,
) -> rusqlite::Result<Option<RecordRow>> {
    const AT: &str = "WHERE record.line = ?1 AND record.scope = ?2";
    let mut statement = connection.prepare_cached(&format!("{} {AT}", select(version)))?;
    let mut rows = statement.query(params![words::signed(line), scope])?;
    rows.next()?.map(record_row).transpose()
}

fn record_row(row: &Row<'_>) -> rusqlite::Result<RecordRow> {
    let scope: String = row.get(1)?;
    let reason = match row.get::<_, Option<String>>(12)? {
        None => None,
        Some(kind) => Some(ReasonRow {
            kind,
            detail: row.get(13)?,
            code: row.get(14)?,
            status: row.get(15)?,
            request_id: row.get(16)?,
        }),
    };
    Ok(RecordRow {
        line: words::unsigned(row.get(0)?),
        scope: Some(scope).filter(|scope| !scope.is_empty()),
        key: row.get(2)?,
        verdict: row.get_ref(3)?.as_str_or_null()?.and_then(words::verdict),
        reached: row.get(4)?,
        maybe_sent: row.get(5)?,
        cut_short: row.get(6)?,
        attempts: row.get(7)?,
        reason,
        facts: row.get(8)?,
        call: row.get::<_, Option<i64>>(9)?.map(words::unsigned),
        run: row.get(10)?,
        at: words::time(row.get(11)?),
        input_row: row.get(17)?,
        is_content: row.get(18)?,
        verified: row.get_ref(19)?.as_str_or_null()?.and_then(Verified::of),
    })
}
