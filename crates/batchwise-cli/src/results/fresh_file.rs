//! A file that replaces another only when it is complete.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A file under a name that ends in `.part` until it is complete; only its owner may read it.
#[derive(Debug)]
pub(crate) struct FreshFile {
    part: PathBuf,
    path: PathBuf,
    file: File,
}

impl FreshFile {
    /// Creates the part beside `path`; what a run that died left there is dropped.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
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
        })
    }

    /// Where it is written.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Makes it durable and gives it its name.
    ///
    /// # Errors
    /// When it cannot be; the part is left.
    pub(crate) fn complete(self) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.part, &self.path)
    }

    /// Drops it.
    pub(crate) fn discard(self) {
        // Left behind it harms nobody, and says by its name what it is.
        let _ = std::fs::remove_file(&self.part);
    }
}
