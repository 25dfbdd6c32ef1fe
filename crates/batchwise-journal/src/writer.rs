//! The one thread that writes.
//!
//! Whatever waits when it is free goes into one transaction, so that many who wait share one sync. After a failure nothing is
//! written any more: what is durable stays as it was.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use batchwise_core::journal::{JournalEntries, JournalError, JournalVerdict};
use batchwise_core::observe::CallFinished;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::failed;
use crate::lock::RunLock;
use crate::tables::{Ending, Tables, WriteError};

/// Who waits for a command hears of it here.
pub(crate) type Reply = oneshot::Sender<Result<(), JournalError>>;

/// What the writer is told.
pub(crate) struct Command {
    /// Written before the task.
    notes: Vec<Note>,
    task: Option<(Task, Reply)>,
    /// Somebody can do nothing until it is written, so that it must not be held back for others to join.
    is_urgent: bool,
}

/// What somebody waits for.
pub(crate) enum Task {
    Intend(Vec<JournalEntries>),
    Settle(Vec<JournalVerdict>),
    Close(Box<Ending>),
    /// The run is as if it had never begun.
    Forget,
}

/// What nobody waits for.
pub(crate) enum Note {
    Call(CallFinished),
    Repeat {
        line: u64,
        scope: String,
        first: Option<u64>,
    },
    InputRow {
        line: u64,
        text: String,
    },
}

impl Command {
    pub(crate) fn of_task(notes: Vec<Note>, task: Task, reply: Reply) -> Self {
        // A call waits for an intent; for verdicts only who is to be told.
        let is_urgent = !matches!(task, Task::Settle(_));
        Self {
            is_urgent,
            task: Some((task, reply)),
            ..Self::of_notes(notes)
        }
    }

    pub(crate) fn of_notes(notes: Vec<Note>) -> Self {
        Self {
            notes,
            task: None,
            is_urgent: false,
        }
    }

    fn is_empty(&self) -> bool {
        self.notes.is_empty() && self.task.is_none()
    }

    /// Nothing to write, but what waits is to be written now.
    pub(crate) fn flush() -> Self {
        Self {
            is_urgent: true,
            ..Self::of_notes(Vec::new())
        }
    }
}

/// Pages in the write-ahead log after which they are copied into the file itself: a megabyte.
const LOG: i64 = 128;

/// So many commands share a transaction at most.
const MOST: usize = 4096;

/// How long verdicts alone wait for the intent that they can share a sync with. Where calls are faster than the disk one follows
/// every few milliseconds; where they are not, nobody misses them.
const COMPANY: Duration = Duration::from_millis(4);

/// How long notes stay unwritten when nothing else comes, so that readers see them.
const SOON: Duration = Duration::from_secs(1);

/// Notes that wait for a command to go with.
pub(crate) type Notes = Arc<Mutex<Vec<Note>>>;

/// Owns the connection and the lock of a run.
pub(crate) struct Writer {
    pub(crate) path: PathBuf,
    pub(crate) connection: Connection,
    pub(crate) tables: Tables,
    /// Held until the connection is closed: fields are dropped in this order.
    pub(crate) lock: RunLock,
}

impl Writer {
    /// Writes until nobody can send any more.
    pub(crate) fn run(mut self, commands: &Receiver<Command>, notes: &Notes) {
        let mut waiting: Vec<Command> = Vec::new();
        let mut broken: Option<JournalError> = None;
        while gather(commands, notes, &mut waiting) {
            let written = match &broken {
                None => self.write(&waiting),
                Some(error) => Err(error.clone()),
            };
            broken = written.as_ref().err().cloned();
            for (_, reply) in waiting.drain(..).filter_map(|command| command.task) {
                // Whoever no longer waits need not hear of it.
                let _ = reply.send(written.clone());
            }
            if broken.is_none() {
                self.copy_back();
            }
        }
        drop(self.connection);
        drop(self.lock);
    }

    fn write(&mut self, commands: &[Command]) -> Result<(), JournalError> {
        if commands.iter().all(Command::is_empty) {
            return Ok(());
        }
        let written = self.transact(commands);
        let closes = |command: &Command| matches!(command.task, Some((Task::Close(_) | Task::Forget, _)));
        if written.is_ok() && commands.iter().any(closes) {
            self.fold();
        }
        written
    }

    /// Copies a long write-ahead log into the file itself. Not within a commit, for which somebody waits; and no matter when it
    /// fails, since what was written is durable as it is.
    fn copy_back(&self) {
        let uncopied = |sql: &str| {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_row([], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
        };
        if uncopied("PRAGMA wal_checkpoint(NOOP)").is_ok_and(|pages| pages >= LOG) {
            let _ = uncopied("PRAGMA wal_checkpoint(PASSIVE)");
        }
    }

    /// All of it in one file, which can also be read where nothing can be written; unless someone reads right now. No
    /// matter when it fails, since what was written is durable as it is.
    fn fold(&self) {
        let _ = self.connection.busy_timeout(Duration::ZERO);
        let _ = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        let _ = self
            .connection
            .pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()));
    }

    fn transact(&mut self, commands: &[Command]) -> Result<(), JournalError> {
        let sql = |error: rusqlite::Error| failed(&self.path, &error);
        let transaction = self.connection.transaction().map_err(sql)?;
        let in_journal = |error: WriteError| error.in_journal(&self.path);
        for command in commands {
            for note in &command.notes {
                match note {
                    Note::Call(call) => self.tables.call(&transaction, call),
                    Note::Repeat { line, scope, first } => self.tables.repeat(&transaction, *line, scope, *first),
                    Note::InputRow { line, text } => self.tables.input_row(&transaction, *line, text),
                }
                .map_err(in_journal)?;
            }
            match &command.task {
                Some((Task::Intend(batches), _)) => self.tables.entries.intend(&transaction, batches),
                Some((Task::Settle(verdicts), _)) => self.tables.entries.settle(&transaction, verdicts),
                Some((Task::Close(ending), _)) => self.tables.end_run(&transaction, ending),
                Some((Task::Forget, _)) => self.tables.forget_run(&transaction),
                None => Ok(()),
            }
            .map_err(in_journal)?;
        }
        transaction.commit().map_err(sql)
    }
}

/// Collects what is to be written together; false when nobody can send any more and nothing is left.
fn gather(commands: &Receiver<Command>, notes: &Notes, waiting: &mut Vec<Command>) -> bool {
    match commands.recv_timeout(SOON) {
        Ok(command) => waiting.push(command),
        Err(RecvTimeoutError::Timeout) => {
            // Notes have been kept for long enough.
            let notes = taken(notes);
            if !notes.is_empty() {
                waiting.push(Command::of_notes(notes));
            }
            return true;
        }
        Err(RecvTimeoutError::Disconnected) => {
            let notes = taken(notes);
            let some = !notes.is_empty();
            if some {
                waiting.push(Command::of_notes(notes));
            }
            return some;
        }
    }
    // Whatever is there already.
    let mut urgent = waiting.iter().any(|command| command.is_urgent);
    let until = Instant::now() + COMPANY;
    while waiting.len() < MOST {
        let next = if urgent {
            commands.try_recv().ok()
        } else {
            commands
                .recv_timeout(until.saturating_duration_since(Instant::now()))
                .ok()
        };
        let Some(command) = next else { break };
        urgent |= command.is_urgent;
        waiting.push(command);
    }
    true
}

/// The notes that have come until now.
pub(crate) fn taken(notes: &Notes) -> Vec<Note> {
    std::mem::take(&mut notes.lock().unwrap_or_else(PoisonError::into_inner))
}
