//! Where journals lie that nobody named.

use std::ffi::OsStr;
use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use etcetera::{AppStrategy, AppStrategyArgs};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::failure::Failure;

/// Names another directory than the platform's.
pub(crate) const STATE_DIR: &str = "BATCHWISE_STATE_DIR";

/// How the names of journals end: they are databases, and tools know them by that.
const EXTENSION: &str = "db";

/// The directory of this user's journals.
#[derive(Debug, Clone)]
pub(crate) struct StateDirectory(PathBuf);

impl StateDirectory {
    /// `$BATCHWISE_STATE_DIR`, or where the platform keeps state.
    ///
    /// # Errors
    /// When the platform names none.
    pub(crate) fn of_process() -> Result<Self, Failure> {
        let named = std::env::var_os(STATE_DIR).filter(|path| !path.is_empty());
        let path = match named {
            Some(path) => PathBuf::from(path),
            None => of_platform().ok_or_else(|| {
                Failure::usage(format!(
                    "no directory is known for journals: name one in {STATE_DIR}, or a journal with --journal FILE, or give \
                     --no-journal"
                ))
            })?,
        };
        Ok(Self(path.join("journals")))
    }

    /// The path of a new journal. The directory is made, for this user alone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn new_journal(&self, provider: &str, job_id: &str, now: SystemTime) -> Result<PathBuf, Failure> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0).map_err(|error| {
            Failure::usage(format!(
                "no journal can be kept in `{}` ({error}): name one with --journal FILE, or give --no-journal",
                self.0.display()
            ))
        })?;
        let time = Timestamp::try_from(now).unwrap_or_default().to_zoned(TimeZone::UTC);
        // Two jobs may begin within a second, and `last` is the later one.
        let time = time.strftime("%Y%m%d-%H%M%S-%3f");
        Ok(self.0.join(format!("{time}-{provider}-{job_id}.{EXTENSION}")))
    }

    /// The journal that a command names: a file, or `last` for the latest one of this user.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn find(named: &Path) -> Result<PathBuf, Failure> {
        if named.exists() {
            return Ok(named.to_owned());
        }
        if named != Path::new("last") {
            let named = named.display();
            return Err(
                Failure::usage(format!("`{named}` cannot be read: there is no such file"))
                    .mend("name one of those that `batchwise journal list` shows, or `last`"),
            );
        }
        let state = Self::of_process()?;
        let shown = state.path().display();
        let journals = state.journals();
        let journals = journals.map_err(|error| Failure::usage(format!("`{shown}` cannot be read: {error}")))?;
        let none = || Failure::usage(format!("there is no journal in `{shown}`; name a file"));
        journals.last().cloned().ok_or_else(none)
    }

    /// The journals there, the oldest first.
    ///
    /// # Errors
    /// When the directory cannot be read; one that is not there is empty.
    pub(crate) fn journals(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path.extension() == Some(OsStr::new(EXTENSION)) {
                found.push(path);
            }
        }
        // Names begin with the time.
        found.sort();
        Ok(found)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

fn of_platform() -> Option<PathBuf> {
    let strategy = etcetera::choose_app_strategy(AppStrategyArgs {
        top_level_domain: String::new(),
        author: String::new(),
        app_name: "batchwise".to_owned(),
    })
    .ok()?;
    // Platforms without a place for state have one for data.
    Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn journals_are_named_by_time_provider_and_job_and_listed_by_time() {
        let directory = tempfile::tempdir().unwrap();
        let state = StateDirectory(directory.path().join("journals"));
        assert!(state.journals().unwrap().is_empty());
        let at = |milliseconds| SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
        let later = state
            .new_journal("calltouch-import", "b", at(1_795_000_000_012))
            .unwrap();
        let earlier = state.new_journal("dellin-book", "a", at(1_795_000_000_009)).unwrap();
        assert_eq!(
            later.file_name().unwrap().to_str(),
            Some("20261118-110640-012-calltouch-import-b.db")
        );
        for path in [&later, &earlier, &state.path().join("note.txt")] {
            std::fs::write(path, "").unwrap();
        }
        assert_eq!(state.journals().unwrap(), [earlier, later]);
    }
}
