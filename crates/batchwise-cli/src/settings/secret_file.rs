//! A file that holds one secret.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::failure::Failure;

/// No secret is longer.
const MOST_BYTES: u64 = 64 * 1024;

/// Reads the secret that is all there is in a file, but for a line end. Nobody but the file's owner may read it.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let place = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("a file with a secret cannot be read: {error}")).at(place.clone())
    };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Failure::usage("a secret is read from a file only, and this is none").at(place));
    }
    check_mode(&metadata, &place)?;
    let mut text = String::new();
    file.take(MOST_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidData => {
                Failure::usage("a file with a secret is no UTF-8 text").at(place.clone())
            }
            _ => unreadable(error),
        })?;
    let secret = without_line_end(&text);
    if secret.trim().is_empty() {
        return Err(Failure::usage("a file with a secret is empty").at(place));
    }
    Ok(secret.to_owned())
}

/// A secret without the line end that an editor or a pipe put behind it.
pub(super) fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(unix)]
fn check_mode(metadata: &std::fs::Metadata, place: &str) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(
        Failure::usage(format!("others than its owner may read a secret (mode {mode:04o})"))
            .at(place)
            .mend(format!("chmod 600 {place}")),
    )
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "the platforms have one form")]
fn check_mode(_metadata: &std::fs::Metadata, _place: &str) -> Result<(), Failure> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn file(content: &str, mode: u32) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn a_secret_is_read_without_the_line_end_and_with_its_blanks() {
        for content in ["s3 cret ", "s3 cret \n", "s3 cret \r\n"] {
            assert_eq!(read(file(content, 0o600).path()).unwrap(), "s3 cret ");
        }
        assert_eq!(read(file("x", 0o400).path()).unwrap(), "x");
    }

    #[test]
    fn a_secret_that_others_may_read_is_refused_with_what_helps() {
        for mode in [0o640, 0o604, 0o644, 0o660, 0o610] {
            let file = file("s3cret", mode);
            let error = read(file.path()).unwrap_err();
            let text = error.lines().join("\n");
            assert!(
                text.contains(&format!("mode {mode:04o}")) && text.contains("chmod 600"),
                "{text}"
            );
            assert!(!text.contains("s3cret"), "{text}");
        }
    }

    #[test]
    fn an_empty_file_and_a_directory_hold_no_secret() {
        assert!(read(file("\n", 0o600).path()).is_err());
        assert!(read(tempfile::tempdir().unwrap().path()).is_err());
        assert!(read(Path::new("/nowhere/at/all")).is_err());
    }
}
