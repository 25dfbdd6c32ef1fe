//! The files of one command: none that is written may be another one of them.

use std::ffi::OsString;
use std::fs::Metadata;
use std::path::{Component, Path, PathBuf};

use crate::failure::Failure;

/// So many links are followed; there may be a circle of them.
const MOST_LINKS: u32 = 40;

/// A file that a command reads or writes.
#[derive(Debug, Clone)]
pub(crate) struct NamedFile {
    /// What it is, with the flag that names it: `the journal (--journal)`.
    what: String,
    path: PathBuf,
    is_written: bool,
}

impl NamedFile {
    /// A file that is only read.
    pub(crate) fn read(what: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self {
            what: what.into(),
            path: path.into(),
            is_written: false,
        }
    }

    /// A file that is written.
    pub(crate) fn written(what: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self {
            is_written: true,
            ..Self::read(what, path)
        }
    }

    /// A journal and the files that SQLite keeps beside it.
    pub(crate) fn journal(what: &str, path: &Path) -> Vec<Self> {
        let beside = ["-wal", "-shm", "-journal"].map(|end| {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(end);
            Self::written(format!("a side file of {what}"), path.with_file_name(name))
        });
        std::iter::once(Self::written(what, path)).chain(beside).collect()
    }
}

/// Makes sure that no file which is written is another one of these, under whatever name.
///
/// # Errors
/// With both names of the first that is.
pub(crate) fn check(files: &[NamedFile]) -> Result<(), Failure> {
    let places: Vec<Place> = files.iter().map(|file| Place::of(&file.path)).collect();
    for (at, (later, place)) in files.iter().zip(&places).enumerate() {
        for (earlier, other) in files.iter().zip(&places).take(at) {
            if (earlier.is_written || later.is_written) && place.is(other) {
                return Err(same(earlier, later));
            }
        }
    }
    Ok(())
}

fn same(earlier: &NamedFile, later: &NamedFile) -> Failure {
    let known_as = if earlier.path == later.path {
        String::new()
    } else {
        format!(", there named `{}`", earlier.path.display())
    };
    Failure::usage(format!(
        "`{}` is {} and {}{known_as}: one would destroy the other",
        later.path.display(),
        earlier.what,
        later.what
    ))
    .mend("name another file for one of them; nothing was sent, and nothing was written")
}

/// Where a file is, or will be.
#[derive(Debug)]
struct Place {
    path: PathBuf,
    /// Which one it is, whatever its names.
    identity: Option<(u64, u64)>,
    /// Devices and pipes are not overwritten.
    is_special: bool,
}

impl Place {
    fn of(path: &Path) -> Self {
        let metadata = path.metadata().ok();
        Self {
            path: resolved(path),
            identity: metadata.as_ref().and_then(identity),
            is_special: metadata.is_some_and(|metadata| !metadata.is_file() && !metadata.is_dir()),
        }
    }

    fn is(&self, other: &Self) -> bool {
        let same_file = self.identity.is_some() && self.identity == other.identity;
        !self.is_special && (same_file || self.path == other.path)
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)] // elsewhere there is none
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// The path without links and detours. Of what is not there yet the directories that are count.
fn resolved(path: &Path) -> PathBuf {
    let mut path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // A link to nowhere: what is written to it comes to be there.
    for _ in 0..MOST_LINKS {
        match path.read_link() {
            Ok(to) if !path.exists() => path = path.parent().map_or_else(|| to.clone(), |parent| parent.join(&to)),
            _ => break,
        }
    }
    let mut missing: Vec<OsString> = Vec::new();
    for known in path.ancestors() {
        if let Ok(mut found) = known.canonicalize() {
            for name in missing.into_iter().rev() {
                if name == ".." {
                    found.pop();
                } else {
                    found.push(name);
                }
            }
            return found;
        }
        missing.extend(known.components().next_back().and_then(|last| match last {
            Component::Normal(name) => Some(as_compared(name.to_owned())),
            Component::ParentDir => Some("..".into()),
            _ => None,
        }));
    }
    path
}

/// A name as the file systems of this platform tell names apart.
fn as_compared(name: OsString) -> OsString {
    if cfg!(any(windows, target_os = "macos")) {
        name.to_string_lossy().to_lowercase().into()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clash(one: &Path, other: &Path) -> bool {
        check(&[NamedFile::written("one", one), NamedFile::read("other", other)]).is_err()
    }

    #[test]
    fn a_file_is_the_same_under_each_of_its_names() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        std::fs::create_dir(path("d")).unwrap();
        std::fs::write(path("a"), "").unwrap();
        assert!(clash(&path("a"), &path("d/../a")));
        assert!(!clash(&path("a"), &path("b")));
        #[cfg(unix)]
        {
            std::fs::hard_link(path("a"), path("hard")).unwrap();
            std::os::unix::fs::symlink(path("a"), path("soft")).unwrap();
            std::os::unix::fs::symlink("nowhere", path("d/lost")).unwrap();
            assert!(clash(&path("a"), &path("hard")));
            assert!(clash(&path("a"), &path("soft")));
            assert!(clash(&path("d/lost"), &path("d/nowhere")));
        }
    }

    #[test]
    fn files_that_are_not_there_yet_are_compared_by_where_they_will_be() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        assert!(clash(&path("new/x"), &path("./new/y/../x")));
        assert!(!clash(&path("new/x"), &path("newer/x")));
    }

    #[test]
    fn files_that_are_only_read_may_be_the_same() {
        let read = |what: &str| NamedFile::read(what, "settings.toml");
        assert!(check(&[read("one"), read("other")]).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_not_overwritten() {
        assert!(!clash(Path::new("/dev/null"), Path::new("/dev/null")));
    }

    #[test]
    fn a_journal_is_its_side_files_too() {
        let mut files = NamedFile::journal("the journal", Path::new("a.db"));
        files.push(NamedFile::written("the summary", "a.db-wal"));
        let text = check(&files).unwrap_err().to_string();
        assert_eq!(
            text,
            "`a.db-wal` is a side file of the journal and the summary: one would destroy the other"
        );
    }
}
