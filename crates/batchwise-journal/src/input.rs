//! What tells one input from another.

use std::fmt::{self, Write};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// The input of a job, so that its journal knows it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputPrint {
    /// What kind of input it is.
    pub kind: InputKind,
    /// The file's path as it was given; none for arguments and standard input.
    pub path: Option<String>,
    /// Its size in bytes; none for a pipe.
    pub bytes: Option<u64>,
    /// Its SHA-256 in hexadecimal digits; none for a pipe.
    pub sha256: Option<String>,
}

/// What kind of input it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// A regular file, which can be read again.
    File,
    /// Keys on the command line.
    Arguments,
    /// Standard input or a FIFO: it comes once, and is known by its lines alone.
    Pipe,
}

impl InputKind {
    pub(crate) const ALL: [Self; 3] = [Self::File, Self::Arguments, Self::Pipe];

    /// The word for it in the journal.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Arguments => "arguments",
            Self::Pipe => "pipe",
        }
    }
}

impl InputPrint {
    /// The fingerprint of a file's content; reads it whole.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut hash = Sha256::new();
        let mut bytes = 0;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let part = buffer.get(..read).unwrap_or_default();
            hash.update(part);
            bytes += u64::try_from(part.len()).unwrap_or(0);
        }
        Ok(Self {
            kind: InputKind::File,
            path: Some(path.display().to_string()),
            bytes: Some(bytes),
            sha256: Some(hex(&hash.finalize())),
        })
    }

    /// The fingerprint of keys on the command line.
    #[must_use]
    pub fn of_arguments<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        let mut bytes = 0;
        for key in keys {
            // The length keeps "1" "2" from "12".
            let length = u64::try_from(key.len()).unwrap_or(0);
            hash.update(length.to_be_bytes());
            hash.update(key);
            bytes += length;
        }
        Self {
            kind: InputKind::Arguments,
            path: None,
            bytes: Some(bytes),
            sha256: Some(hex(&hash.finalize())),
        }
    }

    /// A pipe, of which nothing is known beforehand.
    #[must_use]
    pub fn pipe(path: Option<String>) -> Self {
        Self {
            kind: InputKind::Pipe,
            path,
            bytes: None,
            sha256: None,
        }
    }

    /// True when it may be the same input. A moved or renamed file with the same content is the same; two pipes may be.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        let pipes = [self, other].map(|input| input.kind == InputKind::Pipe);
        match pipes {
            [true, true] => true,
            [false, false] => (self.bytes, &self.sha256) == (other.bytes, &other.sha256),
            _ => false,
        }
    }
}

impl fmt::Display for InputPrint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, &self.path) {
            (InputKind::Arguments, _) => f.write_str("keys on the command line")?,
            (InputKind::Pipe, None) => f.write_str("a pipe")?,
            (InputKind::Pipe, Some(path)) => write!(f, "the pipe `{path}`")?,
            (InputKind::File, path) => write!(f, "`{}`", path.as_deref().unwrap_or_default())?,
        }
        if let (Some(bytes), Some(sha256)) = (self.bytes, &self.sha256) {
            write!(f, " ({bytes} bytes, SHA-256 {}...)", sha256.get(..12).unwrap_or(sha256))?;
        }
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_content() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ids.txt");
        std::fs::write(&path, "abc").unwrap();
        let print = InputPrint::of_file(&path).unwrap();
        // The example of FIPS 180.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((print.bytes, print.sha256.as_deref()), (Some(3), Some(expected)));
        let moved = directory.path().join("moved.txt");
        std::fs::rename(&path, &moved).unwrap();
        assert!(InputPrint::of_file(&moved).unwrap().may_be(&print));
        std::fs::write(&moved, "abd").unwrap();
        assert!(!InputPrint::of_file(&moved).unwrap().may_be(&print));
    }

    #[test]
    fn arguments_are_known_by_their_borders_too() {
        assert!(InputPrint::of_arguments(["1", "2"]).may_be(&InputPrint::of_arguments(["1", "2"])));
        assert!(!InputPrint::of_arguments(["12"]).may_be(&InputPrint::of_arguments(["1", "2"])));
    }

    #[test]
    fn a_pipe_may_be_any_pipe_and_is_no_file() {
        let pipe = InputPrint::pipe(None);
        assert!(pipe.may_be(&InputPrint::pipe(Some("fifo".into()))));
        assert!(!pipe.may_be(&InputPrint::of_arguments(["1"])));
    }
}
