//! Why a journal is not opened, or cannot be read.

use std::io;
use std::path::{Path, PathBuf};

use batchwise_core::journal::JournalError;
use rusqlite::ErrorCode;

/// Why a journal was not opened. Nothing was sent, and nothing in the file was changed.
///
/// Each says in words what is wrong, with which file, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It is the journal of another job: `what` differs.
    #[error(
        "`{}` is the journal of another job: its {what} is {theirs}, here it is {ours}. Name another file for this job",
        path.display()
    )]
    OtherJob {
        /// The journal.
        path: PathBuf,
        /// What differs: "provider", "method", "campaign", or the name of an option.
        what: String,
        /// What the journal has.
        theirs: String,
        /// What this job has.
        ours: String,
    },
    /// It is the journal of a job on another host or account.
    #[error(
        "`{}` is the journal of a job for another account: {theirs}, here it is {ours}. Name another file for this job",
        path.display()
    )]
    OtherAccount {
        /// The journal.
        path: PathBuf,
        /// The account and host of the journal.
        theirs: String,
        /// Those of this job.
        ours: String,
    },
    /// The input is not the one that the journal began with.
    #[error(
        "`{}` is the journal of another input: {theirs}; this one is {ours}. Name another file for this input, or extend the \
         journal if lines were only added at the end",
        path.display()
    )]
    OtherInput {
        /// The journal.
        path: PathBuf,
        /// The input of the journal.
        theirs: String,
        /// The input of this job.
        ours: String,
    },
    /// A newer version of batchwise wrote it.
    #[error(
        "`{}` was written by a newer version (schema {found}, this one knows {known}): use that version",
        path.display()
    )]
    Newer {
        /// The journal.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The newest schema version known here.
        known: u32,
    },
    /// Another process, or another job of this one, is writing it.
    #[error(
        "`{}` is in use by another run of this job{}: wait for it, or stop it",
        path.display(),
        process.map(|process| format!(" (process {process})")).unwrap_or_default()
    )]
    Running {
        /// The journal.
        path: PathBuf,
        /// The process that holds it, if it said so.
        process: Option<u32>,
    },
    /// Something else keeps the file locked, such as a database tool within a transaction.
    #[error("`{}` is locked by another program: close it there, and try again", path.display())]
    Locked {
        /// The journal.
        path: PathBuf,
    },
    /// The file would lie on a network file system, where locks and shared memory cannot be relied on.
    #[error(
        "`{}` is on a network file system ({file_system}), where a journal is not safe: name a file on a local disk",
        path.display()
    )]
    Network {
        /// The journal.
        path: PathBuf,
        /// The kind of file system: `nfs4`.
        file_system: String,
    },
    /// It is a file of another kind.
    #[error("`{}` is not a journal of batchwise; it was left as it is. Name another file", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error(
        "`{}` is damaged ({detail}): copy it, and look at the copy with `sqlite3 COPY .recover`; what this job did is \
         also in its outputs",
        path.display()
    )]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// What the database says.
        detail: String,
    },
    /// The file or its directory cannot be written.
    #[error("`{}` cannot be written ({detail}): name a file in a directory of your own", path.display())]
    ReadOnly {
        /// The journal.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
    /// The disk is full.
    #[error("`{}` has no room on its disk: free some, or name a file on another disk", path.display())]
    Full {
        /// The journal.
        path: PathBuf,
    },
    /// Its personal data was removed, and with it what a further run would need.
    #[error("`{}` was pseudonymised and cannot go on: name another file", path.display())]
    Pseudonymised {
        /// The journal.
        path: PathBuf,
    },
    /// Anything else that the file system or the database says.
    #[error("`{}` cannot be opened: {detail}", path.display())]
    Other {
        /// The journal.
        path: PathBuf,
        /// What it says.
        detail: String,
    },
}

impl OpenError {
    pub(crate) fn of_sql(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let detail = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, detail },
            Some(ErrorCode::NotADatabase) => Self::NotAJournal { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path, detail },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            _ => Self::Other { path, detail },
        }
    }

    pub(crate) fn of_io(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        let detail = error.to_string();
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path, detail },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Other { path, detail },
        }
    }
}

/// Why a journal could not be read.
#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be read: {detail}", path.display())]
pub struct ReadError {
    path: PathBuf,
    detail: String,
}

impl ReadError {
    pub(crate) fn new(path: &Path, detail: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            detail: detail.into(),
        }
    }

    pub(crate) fn of_sql(path: &Path, error: &rusqlite::Error) -> Self {
        Self::new(path, plain(error))
    }

    /// The journal.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The error of a running journal, in words.
pub(crate) fn failed(path: &Path, error: &rusqlite::Error) -> JournalError {
    JournalError::new(format!("`{}`: {}", path.display(), plain(error)))
}

fn plain(error: &rusqlite::Error) -> String {
    let what = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full; free some room and run the job again",
        Some(ErrorCode::DatabaseCorrupt) => "the file is damaged",
        Some(ErrorCode::NotADatabase) => "it is not a journal of batchwise",
        Some(ErrorCode::ReadOnly) => "it can no longer be written",
        Some(ErrorCode::SystemIoFailure) => "the disk failed",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program keeps it locked",
        Some(ErrorCode::CannotOpen) => "it cannot be opened",
        _ => return error.to_string(),
    };
    format!("{what} ({error})")
}
