//! Reads a journal, also while its job runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use batchwise_core::Counts;
use rusqlite::{Connection, OpenFlags, Row, params};
use serde_json::Value;

use crate::error::ReadError;
use crate::header::JobHeader;
use crate::input::{InputKind, InputPrint};
use crate::input_check::InputCheck;
use crate::lock::RunLock;
use crate::origin::Origin;
use crate::recall::Cursor;
use crate::records::{Filter, RecordRow, Records, record_at};
use crate::schema::{self, Kind};
use crate::sums::{ReasonGroup, SettledRow, Tally, counted, read_reasons, read_settled, read_tally};
use crate::verification::{Verified, VerifiedCounts};
use crate::{overtaken, words};

/// How long a reader waits for a writer that holds the file for itself (a checkpoint at the end).
const PATIENCE: Duration = Duration::from_secs(5);

/// A run of the job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunRow {
    /// Its number, from 1.
    pub number: u32,
    /// When it began.
    pub started: SystemTime,
    /// When it ended; none while it goes on, and for ever when its process ended without a word.
    pub ended: Option<SystemTime>,
    /// Who ran it, where, and with which version.
    pub origin: Origin,
    /// Its input.
    pub input: InputPrint,
    /// Why it stopped early: the kind of reason, and the reason in words.
    pub stop: Option<(String, String)>,
    /// Entries that repeated an earlier one.
    pub duplicates: u64,
    /// Records that earlier runs had settled.
    pub recalled: u64,
    /// Calls that carried records.
    pub calls: u64,
    /// Calls that ended without a reply.
    pub failed_calls: u64,
    /// Logins made.
    pub logins: u64,
    /// Something of the input may not have been read.
    pub input_left: bool,
    /// Calls were answered, and nothing but "not found" ever came.
    pub found_nothing: bool,
}

impl RunRow {
    /// True when it came to its end and was not stopped early.
    #[must_use]
    pub fn is_finish(&self) -> bool {
        self.ended.is_some() && self.stop.is_none()
    }
}

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// A run goes on right now.
    Running,
    /// It was stopped, or its process ended: it can be resumed.
    Unfinished,
    /// Every record of its input has its outcome.
    Finished,
}

impl JobState {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Unfinished => "unfinished",
            Self::Finished => "finished",
        }
    }
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallRow {
    /// Its number over all runs, from 1.
    pub number: u64,
    /// The run that made it.
    pub run: u32,
    /// When it started.
    pub started: SystemTime,
    /// How long it had waited for slots of its quotas.
    pub waited: Duration,
    /// How long it took.
    pub duration: Duration,
    /// Records that it carried.
    pub records: u64,
    /// What went wrong, in one word; none for a readable answer.
    pub fault: Option<String>,
    /// How far it came: `no`, `maybe` or `answered`.
    pub sent: String,
    /// The status of the answer, when it is an error's.
    pub status: Option<u16>,
}

/// A journal to read. It never writes, keeps no lock between its calls, and holds little in memory, however large the job.
#[derive(Debug)]
pub struct JournalReader {
    path: PathBuf,
    connection: Connection,
    /// The schema version of the file, which may be older than ours.
    version: u32,
}

/// A connection that only reads.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

impl JournalReader {
    /// Opens a journal, whether its job runs or not.
    ///
    /// # Errors
    /// When there is no such file, or it is no journal, of a newer version, or damaged.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let sql = |error: rusqlite::Error| ReadError::of_sql(path, &error);
        if !path.exists() {
            return Err(ReadError::new(path, "there is no such file"));
        }
        let mut connection = connect(path).map_err(sql)?;
        let mut kind = schema::kind(&connection);
        let must_roll_back = |error: &rusqlite::Error| error.sqlite_error_code() == Some(rusqlite::ErrorCode::ReadOnly);
        if kind.as_ref().is_err_and(must_roll_back) && !RunLock::is_held(path) {
            // A process that was killed while the journal was begun left something to roll back, which reading alone cannot.
            crate::open::connect(path)
                .and_then(|writing| schema::kind(&writing))
                .map_err(sql)?;
            connection = connect(path).map_err(sql)?;
            kind = schema::kind(&connection);
        }
        match kind.map_err(sql)? {
            Kind::Journal(found) if found > schema::VERSION => Err(ReadError::new(
                path,
                format!(
                    "it was written by a newer version (schema {found}, this one knows {}): use that version",
                    schema::VERSION
                ),
            )),
            Kind::Journal(version) => Ok(Self {
                path: path.to_owned(),
                connection,
                version,
            }),
            Kind::Empty => Err(ReadError::new(path, "nothing is in it yet")),
            Kind::Foreign => Err(ReadError::new(path, "it is not a journal of batchwise")),
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn told<T>(&self, read: rusqlite::Result<T>) -> Result<T, ReadError> {
        read.map_err(|error| ReadError::of_sql(&self.path, &error))
    }

    /// The job as it was begun.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn header(&self) -> Result<JobHeader, ReadError> {
        self.told(read_header(&self.connection))
    }

    /// The job's runs, the first one first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn runs(&self) -> Result<Vec<RunRow>, ReadError> {
        self.told(read_runs(&self.connection))
    }

    /// Whether the job runs, can be resumed, or is finished.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn state(&self) -> Result<JobState, ReadError> {
        if RunLock::is_held(&self.path) {
            return Ok(JobState::Running);
        }
        let finished = self.runs()?.last().is_some_and(RunRow::is_finish);
        Ok(if finished {
            JobState::Finished
        } else {
            JobState::Unfinished
        })
    }

    /// When personal data was removed, if it was.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn pseudonymised(&self) -> Result<Option<SystemTime>, ReadError> {
        let at = self
            .connection
            .query_row("SELECT pseudonymised_at FROM job", [], |row| {
                row.get::<_, Option<i64>>(0)
            });
        Ok(self.told(at)?.map(words::time))
    }

    /// The sums of the whole job so far. Reads every record once.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn tally(&self) -> Result<Tally, ReadError> {
        self.told(read_tally(&self.connection, self.version))
    }

    /// How many updates failed and are not sent again by any run, because a later line with the same key was written since, or
    /// may have been: the older value would replace the newer one. Keys are the same however a phone is spelled.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn overtaken(&self) -> Result<Counts, ReadError> {
        self.told(overtaken::count(&self.connection))
    }

    /// The reasons of one outcome or of all, the most frequent first. Those that differ only by the provider's id of the
    /// request are one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn reasons(&self, only: &Filter) -> Result<Vec<ReasonGroup>, ReadError> {
        self.told(read_reasons(&self.connection, self.version, only))
    }

    /// How many records were settled when: each run in stretches of this length, in milliseconds at least. Records that were
    /// not sent are left out: no call settled them. Reads every record once.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn settled(&self, stretch: Duration) -> Result<Vec<SettledRow>, ReadError> {
        self.told(read_settled(&self.connection, self.version, stretch))
    }

    /// The records in the order of the input, streamed. Each is read as it is when its turn comes.
    #[must_use]
    pub fn records(&self, only: Filter) -> Records<'_> {
        Records::new(&self.connection, &self.path, self.version, only)
    }

    /// The record that stood first on this line, in this scope.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn record(&self, line: u64, scope: Option<&str>) -> Result<Option<RecordRow>, ReadError> {
        self.told(record_at(
            &self.connection,
            self.version,
            line,
            scope.unwrap_or_default(),
        ))
    }

    /// Whether the entry of this line and scope repeats an earlier one: the line of that, if it is still known.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn repeat(&self, line: u64, scope: Option<&str>) -> Result<Option<Option<u64>>, ReadError> {
        const SQL: &str = "SELECT first_line FROM repeat WHERE line = ?1 AND scope = ?2";
        let read = || {
            let mut statement = self.connection.prepare_cached(SQL)?;
            let mut rows = statement.query(params![words::signed(line), scope.unwrap_or_default()])?;
            let first = |row: &Row<'_>| Ok(row.get::<_, Option<i64>>(0)?.map(words::unsigned));
            rows.next()?.map(first).transpose()
        };
        self.told(read())
    }

    /// The calls in their order, streamed to `each` until it says no.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn calls(&self, mut each: impl FnMut(CallRow) -> bool) -> Result<(), ReadError> {
        self.told(self.each(
            "SELECT number, run, started_at, waited_ms, duration_ms, records, fault, sent, status
               FROM call ORDER BY number",
            |row| Ok(each(call_row(row)?)),
        ))
    }

    /// The entries that repeat an earlier one (line, scope, first line if known), in the order of the input, streamed to
    /// `each` until it says no.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn repeats(&self, mut each: impl FnMut(u64, Option<String>, Option<u64>) -> bool) -> Result<(), ReadError> {
        self.told(self.each(
            "SELECT line, scope, first_line FROM repeat ORDER BY line, scope",
            |row| {
                let scope: String = row.get(1)?;
                Ok(each(
                    words::unsigned(row.get(0)?),
                    Some(scope).filter(|scope| !scope.is_empty()),
                    row.get::<_, Option<i64>>(2)?.map(words::unsigned),
                ))
            },
        ))
    }

    /// The input row of a line, where rows were kept; line 0 is the header.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn input_row(&self, line: u64) -> Result<Option<String>, ReadError> {
        let read = || {
            let mut statement = self
                .connection
                .prepare_cached("SELECT text FROM input_row WHERE line = ?1")?;
            let mut rows = statement.query(params![words::signed(line)])?;
            rows.next()?.map(|row| row.get(0)).transpose()
        };
        self.told(read())
    }

    /// How many records a look at the provider after the job showed to be where; all zero when nobody looked.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn verified(&self) -> Result<VerifiedCounts, ReadError> {
        let sql = format!(
            "SELECT verified, sum(records) FROM {} WHERE verified IS NOT NULL GROUP BY verified",
            counted(self.version)
        );
        let mut counts = VerifiedCounts::default();
        if self.version < 2 {
            return Ok(counts);
        }
        self.told(self.each(&sql, |row| {
            if let Some(verified) = Verified::of(row.get_ref(0)?.as_str()?) {
                counts.add(verified, words::unsigned(row.get(1)?));
            }
            Ok(true)
        }))?;
        Ok(counts)
    }

    /// How many records a look showed to be there although their outcome says that they are gone.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn contradicted(&self) -> Result<u64, ReadError> {
        if self.version < 2 {
            return Ok(0);
        }
        let sql = format!(
            "SELECT coalesce(sum(records), 0) FROM {}
              WHERE verified = 'present' AND outcome IN ('deleted', 'not_found', 'presumed_deleted')",
            counted(self.version)
        );
        let count = self.connection.query_row(&sql, [], |row| row.get(0));
        Ok(words::unsigned(self.told(count)?))
    }

    /// Holds an input against this job, entry by entry.
    ///
    /// # Errors
    /// When the file cannot be read, or is of an older schema.
    pub fn check_input(&self) -> Result<InputCheck<'_>, ReadError> {
        let connection = self.told(connect(&self.path))?;
        Ok(InputCheck::new(
            self,
            Cursor::of(self.path.clone(), connection, self.version),
        ))
    }

    /// Looks at the whole file for damage.
    ///
    /// # Errors
    /// When there is some; it says what.
    pub fn verify(&self) -> Result<(), ReadError> {
        let found: String = self.told(
            self.connection
                .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)),
        )?;
        if found == "ok" {
            Ok(())
        } else {
            Err(ReadError::new(&self.path, format!("the file is damaged ({found})")))
        }
    }

    fn each(&self, sql: &str, mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<bool>) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if !each(row)? {
                break;
            }
        }
        Ok(())
    }
}

pub(crate) fn read_header(connection: &Connection) -> rusqlite::Result<JobHeader> {
    let texts = |json: String| -> Vec<String> { serde_json::from_str(&json).unwrap_or_default() };
    let options = |json: String| -> BTreeMap<String, String> {
        let members = match serde_json::from_str(&json) {
            Ok(Value::Object(members)) => members,
            _ => serde_json::Map::new(),
        };
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        members.into_iter().map(|(name, value)| (name, text(value))).collect()
    };
    connection.query_row(
        "SELECT job.id, job.created_at, job.provider, job.method, job.host, job.account, job.campaigns, job.options,
                job.resume, job.directory, run.version, run.os_user, run.machine, run.process, run.input_kind,
                run.input_path, run.input_bytes, run.input_sha256
           FROM job JOIN run ON run.number = (SELECT min(number) FROM run)",
        [],
        |row| {
            Ok(JobHeader {
                id: row.get(0)?,
                started: words::time(row.get(1)?),
                provider: row.get(2)?,
                method: row.get(3)?,
                host: row.get(4)?,
                account: row.get(5)?,
                campaigns: texts(row.get(6)?),
                options: options(row.get(7)?),
                resume: texts(row.get(8)?),
                directory: row.get(9)?,
                origin: origin(row, 10)?,
                input: input(row, 14)?,
            })
        },
    )
}

fn origin(row: &Row<'_>, at: usize) -> rusqlite::Result<Origin> {
    Ok(Origin {
        version: row.get(at)?,
        user: row.get(at + 1)?,
        machine: row.get(at + 2)?,
        process: row.get(at + 3)?,
    })
}

fn input(row: &Row<'_>, at: usize) -> rusqlite::Result<InputPrint> {
    let word: String = row.get(at)?;
    let kind = InputKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    Ok(InputPrint {
        kind: kind.unwrap_or(InputKind::Pipe),
        path: row.get(at + 1)?,
        bytes: row.get::<_, Option<i64>>(at + 2)?.map(words::unsigned),
        sha256: row.get(at + 3)?,
    })
}

pub(crate) fn read_runs(connection: &Connection) -> rusqlite::Result<Vec<RunRow>> {
    let mut statement = connection.prepare(
        "SELECT number, started_at, ended_at, version, os_user, machine, process, input_kind, input_path, input_bytes,
                input_sha256, stop, stop_detail, duplicates, recalled, calls, failed_calls, logins, input_left,
                found_nothing
           FROM run ORDER BY number",
    )?;
    let rows = statement.query_map([], |row| {
        let count = |at: usize| {
            row.get::<_, Option<i64>>(at)
                .map(|count| words::unsigned(count.unwrap_or(0)))
        };
        let flag = |at: usize| row.get::<_, Option<bool>>(at).map(Option::unwrap_or_default);
        let stop: Option<String> = row.get(11)?;
        let detail: Option<String> = row.get(12)?;
        Ok(RunRow {
            number: row.get(0)?,
            started: words::time(row.get(1)?),
            ended: row.get::<_, Option<i64>>(2)?.map(words::time),
            origin: origin(row, 3)?,
            input: input(row, 7)?,
            stop: stop.map(|kind| (kind, detail.unwrap_or_default())),
            duplicates: count(13)?,
            recalled: count(14)?,
            calls: count(15)?,
            failed_calls: count(16)?,
            logins: count(17)?,
            input_left: flag(18)?,
            found_nothing: flag(19)?,
        })
    })?;
    rows.collect()
}

fn call_row(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    let span = |at: usize| {
        row.get(at)
            .map(|millis: i64| Duration::from_millis(words::unsigned(millis)))
    };
    Ok(CallRow {
        number: words::unsigned(row.get(0)?),
        run: row.get(1)?,
        started: words::time(row.get(2)?),
        waited: span(3)?,
        duration: span(4)?,
        records: words::unsigned(row.get(5)?),
        fault: row.get(6)?,
        sent: row.get(7)?,
        status: row.get(8)?,
    })
}
