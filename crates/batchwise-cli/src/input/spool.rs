//! What came through a pipe, to be read once more when the job has ended.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use tempfile::{NamedTempFile, TempPath};

/// A file without a name that keeps what was read of a pipe.
#[derive(Debug, Clone)]
pub(super) struct Spool {
    write: Arc<File>,
    /// With a position of its own: the pipe's thread may still be at work.
    read: Arc<File>,
    /// Where a file has to keep its name as long as it is open.
    _path: Option<Arc<TempPath>>,
}

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        let named = NamedTempFile::with_prefix("batchwise-")?;
        let read = named.reopen()?;
        let (write, path) = named.into_parts();
        // From here on it goes with the process, however that ends.
        let path = (!cfg!(unix)).then(|| Arc::new(path));
        Ok(Self {
            write: Arc::new(write),
            read: Arc::new(read),
            _path: path,
        })
    }

    /// A reader that keeps what it gives.
    pub(super) fn tee<R: Read>(&self, input: R) -> Tee<R> {
        Tee {
            input,
            kept: Arc::clone(&self.write),
        }
    }

    /// All that was kept so far.
    pub(super) fn reader(&self) -> io::Result<File> {
        let mut read = self.read.try_clone()?;
        read.seek(SeekFrom::Start(0))?;
        Ok(read)
    }
}

/// A reader that keeps what it gives.
#[derive(Debug)]
pub(super) struct Tee<R> {
    input: R,
    kept: Arc<File>,
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        let part = buffer.get(..length).unwrap_or_default();
        (&*self.kept).write_all(part).map_err(|error| {
            io::Error::new(error.kind(), format!("it cannot be kept for the result files: {error}"))
        })?;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_can_be_read_again_while_more_comes() {
        let spool = Spool::new().unwrap();
        let mut tee = spool.tee(io::Cursor::new(b"first and second".to_vec()));
        let mut part = [0; 6];
        tee.read_exact(&mut part).unwrap();
        let kept = || {
            let mut text = String::new();
            spool.reader().unwrap().read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!(kept(), "first ");
        tee.read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(kept(), "first and second");
    }
}
