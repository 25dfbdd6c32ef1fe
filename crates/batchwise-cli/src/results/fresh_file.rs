//! A file that replaces another only when it is complete.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A file under a name that ends in `.part` until it is complete; only its owner may read it. Until then it goes when it is
/// dropped.
#[derive(Debug)]
pub(crate) struct FreshFile {
    part: PathBuf,
    path: PathBuf,
    file: File,
    stays: bool,
}

/// Why a complete file has not got its name.
#[derive(Debug)]
pub(crate) enum Unplaced {
    /// What is there now is not to be overwritten.
    Taken,
    /// It cannot be done.
    Failed(io::Error),
}

impl FreshFile {
    /// Creates the part beside `path`; what a run that died left there is dropped. Parts of several jobs lie side by side.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(crate) fn create(path: &Path, job_id: &str) -> io::Result<Self> {
        let part = part_of(path, job_id);
        match std::fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&part)?;
        Ok(Self {
            part,
            path: path.to_owned(),
            file,
            stays: false,
        })
    }

    /// Where it is written.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Where it will be.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the part where it is, and says where.
    pub(crate) fn keep(mut self) -> PathBuf {
        self.stays = true;
        self.part.clone()
    }

    /// Makes it durable and gives it its name, whatever is there.
    ///
    /// # Errors
    /// When it cannot be.
    pub(crate) fn complete(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        self.rename()
    }

    /// Makes it durable and gives it its name, unless something is there by then that `is_ours` does not know.
    ///
    /// # Errors
    /// When the name is taken, or it cannot be; the file is given back, and nothing was overwritten.
    pub(crate) fn complete_beside(
        mut self,
        is_ours: impl FnOnce(&Path) -> io::Result<bool>,
    ) -> Result<(), (Self, Unplaced)> {
        match self.place(is_ours) {
            Ok(()) => Ok(()),
            Err(why) => Err((self, why)),
        }
    }

    fn place(&mut self, is_ours: impl FnOnce(&Path) -> io::Result<bool>) -> Result<(), Unplaced> {
        self.file.sync_all().map_err(Unplaced::Failed)?;
        // A link takes no name that is in use, where another job may come first at any instant.
        if std::fs::hard_link(&self.part, &self.path).is_ok() {
            return Ok(());
        }
        // There is something, or there are no links in this file system.
        if self.path.symlink_metadata().is_ok() && !is_ours(&self.path).map_err(Unplaced::Failed)? {
            return Err(Unplaced::Taken);
        }
        self.rename().map_err(Unplaced::Failed)
    }

    fn rename(&mut self) -> io::Result<()> {
        std::fs::rename(&self.part, &self.path)?;
        self.stays = true;
        Ok(())
    }
}

impl Drop for FreshFile {
    fn drop(&mut self) {
        if !self.stays {
            // Left behind it harms nobody, and says by its name what it is.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// Why a complete file has not got its name, and where it and the others are.
pub(super) fn kept(path: &Path, why: &Unplaced, files: impl IntoIterator<Item = FreshFile>) -> String {
    let shown = path.display();
    let why = match why {
        Unplaced::Taken => format!("`{shown}` is there by now, and not of this job: nothing was overwritten"),
        Unplaced::Failed(error) => format!("`{shown}` cannot be written: {error}"),
    };
    let parts: Vec<String> = files
        .into_iter()
        .map(|file| format!("`{}`", file.keep().display()))
        .collect();
    format!("{why}; this job's are kept as {}", parts.join(", "))
}

/// The name of a file of this job until it is complete.
fn part_of(path: &Path, job_id: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{job_id}.part"));
    path.with_file_name(name)
}
