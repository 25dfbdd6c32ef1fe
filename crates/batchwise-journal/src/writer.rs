//! The one thread that writes.
//!
//! Whatever waits when it is free goes into one transaction, so that many who wait share one sync. After a failure nothing is
//! written any more: what is durable stays as it was.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use batchwise_core::journal::{JournalEntry, JournalError, JournalVerdict};
use batchwise_core::observe::CallFinished;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::failed;
use crate::lock::RunLock;
use crate::tables::{Ending, Tables};

/// Who waits for a command hears of it here.
pub(crate) type Reply = oneshot::Sender<Result<(), JournalError>>;

/// What the writer is told.
pub(crate) enum Command {
    Intend(Vec<JournalEntry>, Reply),
    Settle(Vec<JournalVerdict>, Reply),
    Close(Box<Ending>, Reply),
    /// What nobody waits for: it goes with the next command that somebody does.
    Note(Note),
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
    fn is_waited_for(&self) -> bool {
        !matches!(self, Self::Note(_))
    }

    /// True when a call waits for it, so that it must not be held back for others to join.
    fn is_urgent(&self) -> bool {
        matches!(self, Self::Intend(..) | Self::Close(..))
    }
}

/// So many commands share a transaction at most.
const MOST: usize = 4096;

/// How long verdicts alone wait for the intent that often follows them at once.
const COMPANY: Duration = Duration::from_micros(200);

/// How long notes stay unwritten when nothing else comes, so that readers see them.
const SOON: Duration = Duration::from_secs(1);

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
    pub(crate) fn run(mut self, commands: &Receiver<Command>) {
        let mut waiting: Vec<Command> = Vec::new();
        let mut broken: Option<JournalError> = None;
        while gather(commands, &mut waiting) {
            let written = match &broken {
                None => self.write(&waiting),
                Some(error) => Err(error.clone()),
            };
            broken = written.as_ref().err().cloned();
            for command in waiting.drain(..) {
                if let Command::Intend(_, reply) | Command::Settle(_, reply) | Command::Close(_, reply) = command {
                    // Whoever no longer waits need not hear of it.
                    let _ = reply.send(written.clone());
                }
            }
        }
        drop(self.connection);
        drop(self.lock);
    }

    fn write(&mut self, commands: &[Command]) -> Result<(), JournalError> {
        let written = self.transact(commands);
        let closes = commands.iter().any(|command| matches!(command, Command::Close(..)));
        if written.is_ok() && closes {
            self.fold();
        }
        written
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
        for command in commands {
            let written = match command {
                Command::Intend(entries, _) => self.tables.intend(&transaction, entries),
                Command::Settle(verdicts, _) => self.tables.settle(&transaction, verdicts),
                Command::Close(ending, _) => self.tables.end_run(&transaction, ending),
                Command::Note(Note::Call(call)) => self.tables.call(&transaction, call),
                Command::Note(Note::Repeat { line, scope, first }) => {
                    self.tables.repeat(&transaction, *line, scope, *first)
                }
                Command::Note(Note::InputRow { line, text }) => self.tables.input_row(&transaction, *line, text),
            };
            written.map_err(|error| error.in_journal(&self.path))?;
        }
        transaction.commit().map_err(sql)
    }
}

/// Collects what is to be written together; false when nobody can send any more and nothing is left.
fn gather(commands: &Receiver<Command>, waiting: &mut Vec<Command>) -> bool {
    // Until somebody waits, or notes have been kept for long enough.
    while !waiting.last().is_some_and(Command::is_waited_for) && waiting.len() < MOST {
        let next = if waiting.is_empty() {
            commands.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            commands.recv_timeout(SOON)
        };
        match next {
            Ok(command) => waiting.push(command),
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return !waiting.is_empty(),
        }
    }
    // Whatever is there already.
    let mut urgent = waiting.iter().any(Command::is_urgent);
    while waiting.len() < MOST {
        let next = if urgent {
            commands.try_recv().ok()
        } else {
            commands.recv_timeout(COMPANY).ok()
        };
        let Some(command) = next else { break };
        urgent |= command.is_urgent();
        waiting.push(command);
    }
    true
}
