//! Records of a journal, streamed.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::time::SystemTime;

use batchwise_core::Verdict;
use rusqlite::{Connection, Row, Transaction, params};

use crate::error::ReadError;
use crate::verification::Verified;
use crate::{sheaf, words};

/// Rows that are read at once; between them no transaction is open, so that a running job's files do not grow for a reader.
const PAGE: usize = 1024;

/// Sheaves that are read at once.
const SHEAVES: usize = 16;

/// What is read of a row, in a file of this schema version.
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

/// The same of a sheaf, with its keys where a row has one; input rows are read for themselves.
const SELECT_SHEAF: &str = "
    SELECT sheaf.line, sheaf.scope, sheaf.keys, sheaf.outcome, sheaf.reached, sheaf.maybe_sent, 0,
           sheaf.attempts, NULL, sheaf.call, sheaf.run, sheaf.at, reason.kind, reason.detail, reason.code,
           reason.status, reason.request_id, NULL, 0, sheaf.verified
      FROM sheaf
      LEFT JOIN reason ON reason.id = sheaf.reason";

/// One record of a sheaf, as a row.
const MEMBER: &str = "
    SELECT ?1, sheaf.scope, json_extract(sheaf.keys, '$[' || (?1 - sheaf.line) || ']') AS key, sheaf.outcome, sheaf.reached,
           sheaf.maybe_sent, 0, sheaf.attempts, NULL, sheaf.call, sheaf.run, sheaf.at, reason.kind, reason.detail,
           reason.code, reason.status, reason.request_id, input_row.text, 0, sheaf.verified
      FROM sheaf
      LEFT JOIN reason ON reason.id = sheaf.reason
      LEFT JOIN input_row ON input_row.line = ?1
     WHERE sheaf.line BETWEEN ?1 - ?3 AND ?1 AND sheaf.scope = ?2 AND sheaf.last_line >= ?1 AND key IS NOT NULL";

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

    /// The condition on a row of this table; the words in it are our own.
    pub(crate) fn sql(&self, table: &str) -> String {
        let Some(verdicts) = &self.only else {
            return "true".to_owned();
        };
        let words: Vec<String> = verdicts.iter().map(|verdict| format!("'{verdict}'")).collect();
        let listed = format!("{table}.outcome IN ({})", words.join(", "));
        if self.open {
            format!("({listed} OR {table}.outcome IS NULL)")
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
    rows: String,
    /// None in a file of a version without them.
    sheaves: Option<String>,
    page: VecDeque<RecordRow>,
    /// The line with which the next page begins; none when there is no other.
    next: Option<i64>,
}

impl<'a> Records<'a> {
    #[allow(clippy::needless_pass_by_value)] // a filter is made for its use
    pub(crate) fn new(connection: &'a Connection, path: &'a Path, version: u32, only: Filter) -> Self {
        let rows = format!(
            "{}
              WHERE record.line >= ?1 AND {}
              ORDER BY record.line, record.scope
              LIMIT ?2",
            select(version),
            only.sql("record")
        );
        let sheaves = format!(
            "{SELECT_SHEAF}
              WHERE sheaf.line > ?1 - {} AND sheaf.last_line >= ?1 AND {}
              ORDER BY sheaf.line
              LIMIT ?2",
            sheaf::SPAN,
            only.sql("sheaf")
        );
        Self {
            connection,
            path,
            rows,
            sheaves: (version >= 3).then_some(sheaves),
            page: VecDeque::new(),
            next: Some(0),
        }
    }

    /// Reads the page that begins with this line.
    fn read(&mut self, from: i64) -> rusqlite::Result<()> {
        let (mut rows, mut sheaves) = (PAGE, SHEAVES);
        loop {
            let moment = Moment::of(self.connection)?;
            let mut page = Vec::new();
            let rows_to = self.read_rows(from, rows, &mut page)?;
            let sheaves_to = self.read_sheaves(from, sheaves, &mut page)?;
            drop(moment);
            let to = [rows_to, sheaves_to].into_iter().flatten().min();
            if to.is_none_or(|to| to > from) {
                // The last line may go on: the next page begins with it.
                page.retain(|row| to.is_none_or(|to| words::signed(row.line) < to));
                page.sort_by(|one, other| (one.line, &one.scope).cmp(&(other.line, &other.scope)));
                self.page = page.into();
                self.next = to;
                return Ok(());
            }
            (rows, sheaves) = (rows * 2, sheaves * 2);
        }
    }

    /// Reads so many rows; says to before which line that is all of them, unless it is to the end.
    fn read_rows(&self, from: i64, most: usize, page: &mut Vec<RecordRow>) -> rusqlite::Result<Option<i64>> {
        let mut statement = self.connection.prepare_cached(&self.rows)?;
        let mut rows = statement.query(params![from, i64::try_from(most).unwrap_or(i64::MAX)])?;
        while let Some(row) = rows.next()? {
            page.push(record_row(row)?);
        }
        let last = page.last().filter(|_| page.len() >= most);
        Ok(last.map(|last| words::signed(last.line)))
    }

    /// The same of sheaves.
    fn read_sheaves(&self, from: i64, most: usize, page: &mut Vec<RecordRow>) -> rusqlite::Result<Option<i64>> {
        let Some(sql) = &self.sheaves else { return Ok(None) };
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![from, i64::try_from(most).unwrap_or(i64::MAX)])?;
        let (mut count, mut first, before) = (0, from, page.len());
        while let Some(row) = rows.next()? {
            first = row.get(0)?;
            count += 1;
            let sheaf = record_row(row)?;
            page.extend(members(&sheaf)?.filter(|member| words::signed(member.line) >= from));
        }
        self.add_input_rows(page.get_mut(before..).unwrap_or_default())?;
        Ok((count >= most).then_some(first))
    }

    /// Gives records of sheaves the rows of their lines, where rows were kept.
    fn add_input_rows(&self, records: &mut [RecordRow]) -> rusqlite::Result<()> {
        let lines = || records.iter().map(|record| words::signed(record.line));
        let (Some(first), Some(last)) = (lines().min(), lines().max()) else {
            return Ok(());
        };
        let mut statement = self
            .connection
            .prepare_cached("SELECT line, text FROM input_row WHERE line BETWEEN ?1 AND ?2")?;
        let rows = statement.query_map([first, last], |row| Ok((words::unsigned(row.get(0)?), row.get(1)?)))?;
        let texts: HashMap<u64, String> = rows.collect::<rusqlite::Result<_>>()?;
        for record in records.iter_mut().filter(|_| !texts.is_empty()) {
            record.input_row = texts.get(&record.line).cloned();
        }
        Ok(())
    }
}

/// The records of a sheaf, read as a row that has their keys for its key.
fn members(sheaf: &RecordRow) -> rusqlite::Result<impl Iterator<Item = RecordRow> + use<'_>> {
    let keys = sheaf::read(words::signed(sheaf.line), &sheaf.key)?;
    Ok(keys.map(|(line, key)| RecordRow {
        line: words::unsigned(line),
        scope: sheaf.scope.clone(),
        key,
        reason: sheaf.reason.clone(),
        facts: None,
        input_row: None,
        ..*sheaf
    }))
}

/// A moment at which several questions are answered, unless a transaction that is open already is one.
struct Moment<'a> {
    _open: Option<Transaction<'a>>,
}

impl<'a> Moment<'a> {
    fn of(connection: &'a Connection) -> rusqlite::Result<Self> {
        let is_free = connection.is_autocommit();
        let open = is_free.then(|| connection.unchecked_transaction()).transpose()?;
        Ok(Self { _open: open })
    }
}

impl Iterator for Records<'_> {
    type Item = Result<RecordRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.page.is_empty() {
            let from = self.next.take()?;
            if let Err(error) = self.read(from) {
                self.page.clear();
                return Some(Err(ReadError::of_sql(self.path, &error)));
            }
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
    let line = words::signed(line);
    let moment = Moment::of(connection)?;
    let mut statement = connection.prepare_cached(&format!("{} {AT}", select(version)))?;
    let mut rows = statement.query(params![line, scope])?;
    if let Some(row) = rows.next()? {
        return record_row(row).map(Some);
    }
    if version < 3 {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached(MEMBER)?;
    let mut rows = statement.query(params![line, scope, sheaf::SPAN])?;
    let found = rows.next()?.map(record_row).transpose()?;
    drop(moment);
    Ok(found)
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
