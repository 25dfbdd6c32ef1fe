//! The journals of a directory: listed, and purged when they are old.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{OpenError, ReadError};
use crate::header::JobHeader;
use crate::lock::{RunLock, beside};
use crate::reader::{JobState, JournalReader, RunRow};
use crate::schema::APPLICATION_ID;

/// A journal, at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes, with what is beside it.
    pub bytes: u64,
    /// The job.
    pub header: JobHeader,
    /// Its runs.
    pub runs: Vec<RunRow>,
    /// Whether it runs, can be resumed, or is finished.
    pub state: JobState,
    /// When personal data was removed, if it was.
    pub pseudonymised: Option<SystemTime>,
}

impl Listed {
    fn of(path: &Path) -> Result<Self, ReadError> {
        let reader = JournalReader::open(path)?;
        Ok(Self {
            path: path.to_owned(),
            bytes: ENDINGS.iter().map(|ending| size(&beside(path, ending))).sum(),
            header: reader.header()?,
            runs: reader.runs()?,
            state: reader.state()?,
            pseudonymised: reader.pseudonymised()?,
        })
    }

    /// When something was noted last, as far as runs tell: the end of the last run, or its beginning.
    #[must_use]
    pub fn last(&self) -> SystemTime {
        let last = self.runs.last();
        last.map_or(self.header.started, |run| run.ended.unwrap_or(run.started))
    }
}

/// The journal itself and the files beside it.
const ENDINGS: [&str; 4] = ["", "-wal", "-shm", "-lock"];

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}

/// The journals of a directory, by name; files of other kinds are passed over. One that cannot be read is an error of its
/// own and keeps none of the others from being listed.
///
/// # Errors
/// When the directory cannot be read.
pub fn list(directory: &Path) -> io::Result<Vec<Result<Listed, ReadError>>> {
    let mut paths = Vec::new();
    for file in std::fs::read_dir(directory)? {
        let path = file?.path();
        if path.is_file() && is_journal(&path) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths.iter().map(|path| Listed::of(path)).collect())
}

/// True for a file that says it is a journal: a database with our application id, or one whose first page is still beside it.
fn is_journal(path: &Path) -> bool {
    // Closing a handle of ours ends SQLite's locks on that file in the whole process, so a running job's is not touched:
    // who holds a run's lock is a journal.
    if RunLock::is_held(path) {
        return true;
    }
    let mut start = [0; 72];
    let Ok(()) = File::open(path).and_then(|mut file| file.read_exact(&mut start)) else {
        return false;
    };
    let [.., a, b, c, d] = start;
    let application = i32::from_be_bytes([a, b, c, d]);
    start.starts_with(b"SQLite format 3\0") && (application == APPLICATION_ID || size(&beside(path, "-wal")) > 0)
}

/// Which journals are purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Purge {
    /// Those in which nothing was noted since then.
    pub before: SystemTime,
    /// Unfinished jobs too, which then cannot be resumed.
    pub unfinished: bool,
}

impl Purge {
    /// Finished jobs in which nothing was noted since then.
    #[must_use]
    pub fn finished_before(before: SystemTime) -> Self {
        Self {
            before,
            unfinished: false,
        }
    }

    /// And unfinished ones.
    #[must_use]
    pub fn unfinished_too(mut self) -> Self {
        self.unfinished = true;
        self
    }

    /// True for a journal that this purges.
    #[must_use]
    pub fn takes(&self, journal: &Listed) -> bool {
        let ended = match journal.state {
            JobState::Running => false,
            JobState::Unfinished => self.unfinished,
            JobState::Finished => true,
        };
        ended && journal.last() < self.before
    }
}

/// Removes a journal and the files beside it.
///
/// # Errors
/// When a run holds it, or the files cannot be removed.
pub fn remove(path: &Path) -> Result<(), OpenError> {
    let lock = RunLock::take(path)?;
    let failed = |error: io::Error| OpenError::of_io(path, &error);
    // The journal last: as long as it is there, another attempt finds it.
    for ending in ["-shm", "-wal", ""] {
        match std::fs::remove_file(beside(path, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    drop(lock);
    Ok(())
}
