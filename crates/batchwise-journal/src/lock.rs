//! One run at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::OpenError;

/// Longer than it takes to ask whether a journal is held.
const GLANCE: Duration = Duration::from_millis(10);

/// Holds a journal for one run; freed when it is dropped, and by the system when the process ends, however it ends.
///
/// The lock is on a file beside the journal, as SQLite's own locks on the journal end when any handle to it is closed.
#[derive(Debug)]
pub(crate) struct RunLock {
    file: File,
    path: PathBuf,
}

/// The file that a run of this journal locks.
pub(crate) fn lock_path(journal: &Path) -> PathBuf {
    beside(journal, "-lock")
}

/// A file beside the journal: its whole name and this ending.
pub(crate) fn beside(journal: &Path, ending: &str) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

impl RunLock {
    /// Takes the lock at once, or says who has it.
    pub(crate) fn take(journal: &Path) -> Result<Self, OpenError> {
        let path = lock_path(journal);
        let failed = |error: io::Error| OpenError::of_io(journal, &error);
        let mut patience = true;
        loop {
            let mut file = private(OpenOptions::new().read(true).write(true).create(true))
                .open(&path)
                .map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                // Whoever only asks whether it is held does so for an instant.
                Err(TryLockError::WouldBlock) if std::mem::take(&mut patience) => {
                    std::thread::sleep(GLANCE);
                    continue;
                }
                Err(TryLockError::WouldBlock) => {
                    let process = holder(&mut file);
                    return Err(OpenError::Running {
                        path: journal.to_owned(),
                        process,
                    });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // Another run may have removed the file between our opening and locking it; then the lock is worth nothing.
            if is_at(&file, &path) {
                let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                return Ok(Self { file, path });
            }
        }
    }

    /// True when a run holds this journal now. Asks without leaving anything behind.
    pub(crate) fn is_held(journal: &Path) -> bool {
        File::open(lock_path(journal)).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        if cfg!(unix) {
            // While it is still locked, so that nobody else can be at work under this name.
            let _ = std::fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// New files are for their owner alone.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(ours), Ok(there)) => id(ours) == id(there),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    // Lock files are not removed there.
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_was_first() {
        let directory = tempfile::tempdir().unwrap();
        let journal = directory.path().join("job");
        let first = RunLock::take(&journal).unwrap();
        let Err(OpenError::Running { process, .. }) = RunLock::take(&journal) else {
            panic!("taken twice");
        };
        assert_eq!(process, Some(std::process::id()));
        assert!(RunLock::is_held(&journal));
        drop(first);
        assert!(!RunLock::is_held(&journal));
        RunLock::take(&journal).unwrap();
    }

    #[test]
    fn of_many_at_once_exactly_one_holds_it_at_any_time() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let directory = tempfile::tempdir().unwrap();
        let journal = directory.path().join("job");
        let (inside, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        if let Ok(lock) = RunLock::take(&journal) {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            taken.fetch_add(1, Ordering::SeqCst);
                            inside.fetch_sub(1, Ordering::SeqCst);
                            drop(lock);
                        }
                    }
                });
            }
        });
        assert!(taken.load(Ordering::SeqCst) > 0);
    }
}
