//! A job's journal in SQLite.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::SystemTime;

use async_trait::async_trait;
use batchwise_core::journal::{Journal, JournalEntries, JournalEntry, JournalError, JournalVerdict, Recall};
use batchwise_core::observe::CallFinished;
use batchwise_core::{Reason, ReasonKind, Summary};
use tokio::sync::oneshot;

use crate::recall::Cursor;
use crate::tables::Ending;
use crate::writer::{Command, Note, Notes, Task, Writer, taken};

/// Commands that wait for the writer before those who bring more wait too.
const QUEUE: usize = 1024;

/// So many notes wait for a command to go with before they are sent by themselves.
const NOTES: usize = 256;

/// The journal of a run, durable when it says so. [Opened](crate::open) for one run at a time.
///
/// Dropping it is as good as a crash: what was told is written, and the run has no end.
pub struct SqliteJournal {
    path: PathBuf,
    commands: Option<SyncSender<Command>>,
    /// What goes with the next command.
    notes: Notes,
    writer: Option<JoinHandle<()>>,
    past: Mutex<Past>,
    /// The last line of which earlier runs know something.
    known_to: i64,
    /// The input turned out to be another one.
    refused: AtomicBool,
    /// The input ended before what earlier runs read of it.
    shorter: AtomicBool,
    /// Something of an entry was written.
    wrote: AtomicBool,
    /// Verdicts could not be written.
    failed: AtomicBool,
}

/// What earlier runs know.
enum Past {
    /// There were none.
    Nothing,
    Read(Box<Cursor>),
    Closed,
}

impl SqliteJournal {
    pub(crate) fn start(path: PathBuf, writer: Writer, cursor: Option<Cursor>) -> std::io::Result<Self> {
        let known_to = writer.tables.entries.known_to();
        let (commands, receiver) = sync_channel(QUEUE);
        let notes = Notes::default();
        let noted = Notes::clone(&notes);
        let thread = std::thread::Builder::new()
            .name("batchwise-journal".to_owned())
            .spawn(move || writer.run(&receiver, &noted))?;
        Ok(Self {
            path,
            commands: Some(commands),
            notes,
            writer: Some(thread),
            past: Mutex::new(cursor.map_or(Past::Nothing, |cursor| Past::Read(Box::new(cursor)))),
            known_to,
            refused: AtomicBool::new(false),
            shorter: AtomicBool::new(false),
            wrote: AtomicBool::new(false),
            failed: AtomicBool::new(false),
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps a row of an input that cannot be read again, as it came, for result files; line 0 is for the header. It is
    /// durable with the intent of the records that are offered after it.
    ///
    /// Waits while the writer is far behind; not to be called on the job's own task when the rows come faster than a disk
    /// writes.
    pub fn keep_input_row(&self, line: u64, text: impl Into<String>) {
        self.note(Note::InputRow {
            line,
            text: text.into(),
        });
    }

    /// True when this run was given another input than the job's: another entry on a line, or one that ended too soon.
    #[must_use]
    pub fn has_refused_input(&self) -> bool {
        self.refused.load(Ordering::Relaxed) || self.shorter.load(Ordering::Relaxed)
    }

    /// True when verdicts of this run could not be written: outcomes that are told from then on are not in the journal.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    fn note(&self, note: Note) {
        let mut waiting = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(note);
        let many = waiting.len() >= NOTES;
        drop(waiting);
        if many {
            self.send_notes();
        }
    }

    /// Hands on what has come, so that it does not grow while no command takes it along.
    fn send_notes(&self) {
        if let Some(commands) = &self.commands {
            let notes = taken(&self.notes);
            // A writer that is gone has told those who wait.
            let _ = commands.send(Command::of_notes(notes));
        }
    }

    async fn write(&self, task: Task) -> Result<(), JournalError> {
        let (reply, written) = oneshot::channel();
        let commands = self.commands.as_ref().ok_or_else(|| self.gone())?;
        let notes = taken(&self.notes);
        let command = Command::of_task(notes, task, reply);
        commands.send(command).map_err(|_| self.gone())?;
        written.await.map_err(|_| self.gone())?
    }

    fn gone(&self) -> JournalError {
        JournalError::new(format!("`{}` is closed", self.path.display()))
    }

    /// Why the job is not at its end although its input is: earlier runs read more of it.
    fn is_shorter(&self, summary: &Summary) -> Option<JournalError> {
        let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
        match &*past {
            Past::Read(cursor) if summary.stop.is_none() && cursor.asked_to() < self.known_to => {
                Some(JournalError::new(format!(
                    "the input ends at line {}, and earlier runs of `{}` read line {}: give the same input",
                    cursor.asked_to(),
                    self.path.display(),
                    self.known_to
                )))
            }
            _ => None,
        }
    }

    /// Ends reading, so that the writer has the file for itself.
    fn forget(&self) {
        *self.past.lock().unwrap_or_else(PoisonError::into_inner) = Past::Closed;
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    fn recall(&self, entry: &JournalEntry) -> Result<Recall, JournalError> {
        match &mut *self.past.lock().unwrap_or_else(PoisonError::into_inner) {
            Past::Nothing => Ok(Recall::New),
            Past::Read(cursor) => {
                let known = cursor.recall(entry);
                self.refused.fetch_or(cursor.has_refused(), Ordering::Relaxed);
                known
            }
            Past::Closed => Err(self.gone()),
        }
    }

    fn has_past(&self) -> bool {
        !matches!(*self.past.lock().unwrap_or_else(PoisonError::into_inner), Past::Nothing)
    }

    async fn intend(&self, batches: Vec<JournalEntries>) -> Result<(), JournalError> {
        self.wrote.store(true, Ordering::Relaxed);
        self.write(Task::Intend(batches)).await
    }

    async fn settle(&self, verdicts: Vec<JournalVerdict>) -> Result<(), JournalError> {
        self.wrote.store(true, Ordering::Relaxed);
        let written = self.write(Task::Settle(verdicts)).await;
        self.failed.fetch_or(written.is_err(), Ordering::Relaxed);
        written
    }

    fn flush(&self) {
        if let Some(commands) = &self.commands {
            // A queue that is full is not held back.
            let _ = commands.try_send(Command::flush());
        }
    }

    fn called(&self, call: &CallFinished) {
        self.note(Note::Call(call.clone()));
    }

    fn repeated(&self, line: u64, scope: Option<&str>, first: Option<u64>) {
        self.note(Note::Repeat {
            line,
            scope: scope.unwrap_or_default().to_owned(),
            first,
        });
    }

    async fn close(&self, summary: &Summary) -> Result<(), JournalError> {
        let shorter = self.is_shorter(summary);
        self.forget();
        if self.refused.load(Ordering::Relaxed) && !self.wrote.load(Ordering::Relaxed) {
            // Nothing of this job was touched: it is as it was before.
            return self.write(Task::Forget).await;
        }
        let mut summary = summary.clone();
        if let Some(why) = &shorter {
            self.shorter.store(true, Ordering::Relaxed);
            summary.stop = Some(Reason::with_text(ReasonKind::Journal, why.to_string()));
        }
        let at = SystemTime::now();
        self.write(Task::Close(Box::new(Ending { at, summary }))).await?;
        shorter.map_or(Ok(()), Err)
    }
}

impl Drop for SqliteJournal {
    fn drop(&mut self) {
        self.forget();
        self.commands = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJournal")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
