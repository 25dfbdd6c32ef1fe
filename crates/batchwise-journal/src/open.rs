//! Opens a journal for a run, or says why not.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};
use serde_json::Value;

use crate::error::OpenError;
use crate::header::JobHeader;
use crate::input::InputKind;
use crate::journal::SqliteJournal;
use crate::lock::{RunLock, private};
use crate::place::network_file_system;
use crate::reader::{RunRow, read_header, read_runs};
use crate::recall::Cursor;
use crate::schema::{self, Kind};
use crate::tables::Tables;
use crate::writer::Writer;
use crate::{sheaf, words};

/// How long another program may hold the file before it counts as locked.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of a page in a new file: some seven batches of numbers. With the usual 4096 the writer's thread took a tenth longer.
const PAGE: u32 = 8192;

/// What a run may do with a journal that is there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resume {
    /// Records that are `rejected`, `busy`, `unknown` or `not_sent` are sent again, also in a finished job; but for updates
    /// that were [overtaken](crate::JournalReader::overtaken).
    pub retry_failed: bool,
    /// The input may have new lines at its end, and then a finished job goes on with them.
    pub extend: bool,
}

impl Resume {
    /// An unfinished job goes on, a finished one is left as it is.
    #[must_use]
    pub fn by_itself() -> Self {
        Self::default()
    }

    /// The same, and failed records are sent again.
    #[must_use]
    pub fn retry_failed(mut self, retry: bool) -> Self {
        self.retry_failed = retry;
        self
    }

    /// The same, and new lines at the input's end are taken in.
    #[must_use]
    pub fn extend(mut self, extend: bool) -> Self {
        self.extend = extend;
        self
    }
}

/// A journal, opened.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // one for each run
pub enum Opened {
    /// The job begins.
    New(SqliteJournal),
    /// The job goes on.
    Unfinished(SqliteJournal, Past),
    /// The job ran to its end, and nothing was asked of it that is not done. It is not open.
    Finished(Past),
}

/// What an existing journal says of its job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Past {
    /// The job as it was begun.
    pub header: JobHeader,
    /// Its runs so far.
    pub runs: Vec<RunRow>,
}

impl Past {
    fn of(connection: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            header: read_header(connection)?,
            runs: read_runs(connection)?,
        })
    }

    /// True when the last run came to its end and was not stopped early.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.runs.last().is_some_and(RunRow::is_finish)
    }

    /// True when nothing is asked of a finished job: neither to try again what failed, nor to take in more. Whether a pipe
    /// brings more shows only when it is read.
    #[must_use]
    pub fn is_done(&self, header: &JobHeader, resume: Resume) -> bool {
        let is_pipe = header.input.kind == InputKind::Pipe;
        let more = resume.extend && (is_pipe || !self.input().may_be(&header.input));
        self.is_finished() && !resume.retry_failed && !more
    }

    /// The input of the last run: an extended one is longer than the first.
    fn input(&self) -> &crate::InputPrint {
        self.runs.last().map_or(&self.header.input, |run| &run.input)
    }
}

/// Opens the journal at `path` for a run of this job; begins one if there is no such file, or an empty one.
///
/// Nothing is sent before this has said yes, and a journal that it refuses is left as it was.
///
/// # Errors
/// [`OpenError`] says why it is refused.
pub fn open(path: &Path, header: &JobHeader, resume: Resume) -> Result<Opened, OpenError> {
    let path = absolute(path)?;
    if let Some(file_system) = path.parent().and_then(network_file_system) {
        return Err(OpenError::Network { path, file_system });
    }
    let lock = RunLock::take(&path)?;
    create(&path)?;
    let sql = |error: rusqlite::Error| OpenError::of_sql(&path, &error);
    let mut connection = connect(&path).map_err(sql)?;
    let found = match schema::kind(&connection).map_err(sql)? {
        Kind::Foreign => return Err(OpenError::NotAJournal { path }),
        Kind::Empty => 0,
        Kind::Journal(found) if found > schema::VERSION => {
            let known = schema::VERSION;
            return Err(OpenError::Newer { path, found, known });
        }
        Kind::Journal(found) => found,
    };
    if connection.is_readonly("main").map_err(sql)? {
        let detail = "it is write-protected".to_owned();
        return Err(OpenError::ReadOnly { path, detail });
    }
    let past = match found {
        0 => None,
        _ => Some(sound_past(&connection, &path)?),
    };
    if let Some(past) = &past {
        check(past, header, resume, &path)?;
        if past.is_done(header, resume) {
            return Ok(Opened::Finished(past.clone()));
        }
    }
    if found == 0 {
        connection.pragma_update(None, "page_size", PAGE).map_err(sql)?;
    }
    prepare(&connection).map_err(sql)?;
    let tables = begin(&mut connection, found, header, past.as_ref()).map_err(sql)?;
    let cursor = match &past {
        None => None,
        Some(_) => {
            let reading = crate::reader::connect(&path).map_err(sql)?;
            Some(Cursor::for_run(path.clone(), reading, resume.retry_failed).map_err(sql)?)
        }
    };
    let writer = Writer {
        path: path.clone(),
        connection,
        tables,
        lock,
    };
    let journal =
        SqliteJournal::start(path.clone(), writer, cursor).map_err(|error| OpenError::of_io(&path, &error))?;
    Ok(match past {
        None => Opened::New(journal),
        Some(past) => Opened::Unfinished(journal, past),
    })
}

/// What a journal says of its job, before anything is begun in it: the checks of [`open`] but for damage, and no trace.
///
/// # Errors
/// [`OpenError`] says why [`open`] would refuse it.
pub fn look(path: &Path, header: &JobHeader, resume: Resume) -> Result<Option<Past>, OpenError> {
    if !path.exists() {
        return Ok(None);
    }
    let path = absolute(path)?;
    let _free = RunLock::take(&path)?;
    let sql = |error: rusqlite::Error| OpenError::of_sql(&path, &error);
    // One that may write: a process that was killed while the journal was begun left something to roll back.
    let connection = connect(&path).map_err(sql)?;
    let past = match schema::kind(&connection).map_err(sql)? {
        Kind::Foreign => return Err(OpenError::NotAJournal { path }),
        Kind::Empty => return Ok(None),
        Kind::Journal(found) if found > schema::VERSION => {
            let known = schema::VERSION;
            return Err(OpenError::Newer { path, found, known });
        }
        Kind::Journal(_) => Past::of(&connection).map_err(sql)?,
    };
    check(&past, header, resume, &path)?;
    Ok(Some(past))
}

/// The path without links up to its directory, so that one file has one lock.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, OpenError> {
    let failed = |error: std::io::Error| OpenError::of_io(path, &error);
    if let Ok(whole) = path.canonicalize() {
        return Ok(whole);
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let directory = directory.canonicalize().map_err(failed)?;
    let name = path.file_name().ok_or_else(|| OpenError::Other {
        path: path.to_owned(),
        detail: "it names no file".to_owned(),
    })?;
    Ok(directory.join(name))
}

/// Makes the file if it is not there, for its owner alone.
fn create(path: &Path) -> Result<(), OpenError> {
    let failed = |error: std::io::Error| OpenError::of_io(path, &error);
    match private(OpenOptions::new().write(true).create_new(true)).open(path) {
        Ok(_) => {
            #[cfg(unix)]
            if let Some(directory) = path.parent() {
                // The name itself must be as durable as what will be in it.
                File::open(directory)
                    .and_then(|directory| directory.sync_all())
                    .map_err(failed)?;
            }
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(32);
    // Whatever the file brings along: its own functions and triggers are not trusted.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// Durable at every commit, in whatever mode the file is.
pub(crate) fn prepare_to_write(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "fullfsync", true)
}

/// Durable at every commit, readable meanwhile.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
            Some("its file system offers no shared memory".to_owned()),
        ));
    }
    // The writer does so itself.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "synchronous", "full")?;
    // Where the system's plain sync leaves data in the drive's cache.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)
}

/// What a journal says, once the whole file has been looked at: a damage in its middle must not show after a call.
fn sound_past(connection: &Connection, path: &Path) -> Result<Past, OpenError> {
    let sql = |error: rusqlite::Error| OpenError::of_sql(path, &error);
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(sql)?;
    if verdict != "ok" {
        return Err(OpenError::Damaged {
            path: path.to_owned(),
            detail: verdict,
        });
    }
    let gone: Option<i64> = connection
        .query_row("SELECT pseudonymised_at FROM job", [], |row| row.get(0))
        .map_err(sql)?;
    if gone.is_some() {
        return Err(OpenError::Pseudonymised { path: path.to_owned() });
    }
    Past::of(connection).map_err(sql)
}

fn check(past: &Past, header: &JobHeader, resume: Resume, path: &Path) -> Result<(), OpenError> {
    header.check_job(&past.header, path)?;
    if !resume.extend && !past.input().may_be(&header.input) {
        return Err(OpenError::OtherInput {
            path: path.to_owned(),
            theirs: past.input().to_string(),
            ours: header.input.to_string(),
        });
    }
    Ok(())
}

/// Notes that a run begins, and before the first one the job.
fn begin(connection: &mut Connection, found: u32, header: &JobHeader, past: Option<&Past>) -> rusqlite::Result<Tables> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if found < schema::VERSION {
        schema::migrate(&transaction, found)?;
    }
    if past.is_none() {
        let options = header
            .options
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        transaction.execute(
            "INSERT INTO job (one, id, created_at, provider, method, host, account, campaigns, options, resume, directory)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                header.id,
                words::millis(header.started),
                header.provider,
                header.method,
                header.host,
                header.account,
                Value::from(header.campaigns.clone()).to_string(),
                Value::Object(options.collect()).to_string(),
                Value::from(header.resume.clone()).to_string(),
                header.directory,
            ],
        )?;
    }
    let number = |sql: &str| transaction.query_row(sql, [], |row| row.get::<_, i64>(0));
    let run = number("SELECT coalesce(max(number), 0) + 1 FROM run")?;
    let calls = number("SELECT coalesce(max(number), 0) FROM call")?;
    transaction.execute(
        "INSERT INTO run (number, started_at, version, os_user, machine, process, input_kind, input_path, input_bytes,
                          input_sha256)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            run,
            words::millis(header.started),
            header.origin.version,
            header.origin.user,
            header.origin.machine,
            header.origin.process,
            header.input.kind.as_str(),
            header.input.path,
            header.input.bytes.map(words::signed),
            header.input.sha256,
        ],
    )?;
    sheaf::break_up_open(&transaction)?;
    let tables = Tables::of_run(&transaction, run, words::unsigned(calls))?;
    transaction.commit()?;
    Ok(tables)
}
