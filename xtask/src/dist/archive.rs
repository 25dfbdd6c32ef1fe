//! An archive that holds the same bytes whoever packs it, and when.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// What a platform's people unpack without help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    TarGz,
    Zip,
}

impl Form {
    /// Windows gets a zip.
    pub(super) fn of(target: &str) -> Self {
        if target.contains("windows") {
            Self::Zip
        } else {
            Self::TarGz
        }
    }

    /// The end of the file's name.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::TarGz => "tar.gz",
            Self::Zip => "zip",
        }
    }
}

/// Packs everything in `stage` below a folder of this name.
pub(super) fn pack(stage: &Path, name: &str, form: Form, epoch: u64) -> Result<Vec<u8>> {
    let files = files(stage)?;
    match form {
        Form::TarGz => tar_gz(stage, name, &files, epoch),
        Form::Zip => zip(stage, name, &files, epoch),
    }
}

/// Every file below a folder, sorted, as paths within it.
fn files(stage: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![stage.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(stage)?.to_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The program may be run; the rest is read.
fn mode(file: &Path) -> u32 {
    let is_program = file.parent() == Some(Path::new("")) && file.file_stem().is_some_and(|stem| stem == "batchwise");
    let is_it = is_program && file.extension().is_none_or(|extension| extension == "exe");
    if is_it { 0o755 } else { 0o644 }
}

/// The name within the archive, with slashes on every platform.
fn inside(name: &str, file: &Path) -> String {
    let parts: Vec<_> = file.iter().map(|part| part.to_string_lossy()).collect();
    format!("{name}/{}", parts.join("/"))
}

fn tar_gz(stage: &Path, name: &str, files: &[PathBuf], epoch: u64) -> Result<Vec<u8>> {
    // No name and no time in the head of the stream.
    let packed = GzBuilder::new().write(Vec::new(), Compression::best());
    let mut tar = tar::Builder::new(packed);
    for file in files {
        let bytes = std::fs::read(stage.join(file))?;
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(mode(file));
        header.set_mtime(epoch);
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, inside(name, file), bytes.as_slice())?;
    }
    Ok(tar.into_inner()?.finish()?)
}

fn zip(stage: &Path, name: &str, files: &[PathBuf], epoch: u64) -> Result<Vec<u8>> {
    let seconds = i64::try_from(epoch).context("a time beyond all times")?;
    let time = jiff::Timestamp::from_second(seconds)?.to_zoned(jiff::tz::TimeZone::UTC);
    let number = |part: i8| u8::try_from(part).unwrap_or_default();
    let year = u16::try_from(time.year()).unwrap_or_default();
    let time = DateTime::from_date_and_time(
        year,
        number(time.month()),
        number(time.day()),
        number(time.hour()),
        number(time.minute()),
        number(time.second()),
    );
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(time.unwrap_or_default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        zip.start_file(inside(name, file), options.unix_permissions(mode(file)))?;
        zip.write_all(&std::fs::read(stage.join(file))?)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn stage() -> tempfile::TempDir {
        let stage = tempfile::tempdir().unwrap();
        std::fs::create_dir(stage.path().join("man")).unwrap();
        for (file, text) in [
            ("batchwise", "program"),
            ("README.md", "read"),
            ("man/batchwise.1", "page"),
        ] {
            std::fs::write(stage.path().join(file), text).unwrap();
        }
        stage
    }

    #[test]
    fn what_is_packed_twice_is_the_same() {
        for form in [Form::TarGz, Form::Zip] {
            let first = pack(stage().path(), "x-1", form, 1_700_000_000).unwrap();
            let second = pack(stage().path(), "x-1", form, 1_700_000_000).unwrap();
            assert_eq!(first, second, "{form:?}");
        }
    }

    #[test]
    fn a_tar_holds_one_folder_and_a_program_that_runs() {
        let packed = pack(stage().path(), "x-1", Form::TarGz, 1_700_000_000).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed.as_slice()));
        let entries: Vec<(String, u32, u64)> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let path = entry.path().unwrap().display().to_string();
                (path, entry.header().mode().unwrap(), entry.header().mtime().unwrap())
            })
            .collect();
        let at = 1_700_000_000;
        assert_eq!(
            entries,
            [
                ("x-1/README.md".to_owned(), 0o644, at),
                ("x-1/batchwise".to_owned(), 0o755, at),
                ("x-1/man/batchwise.1".to_owned(), 0o644, at),
            ]
        );
    }

    #[test]
    fn a_zip_reads_back() {
        let packed = pack(stage().path(), "x-1", Form::Zip, 1_700_000_000).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(packed)).unwrap();
        let mut page = String::new();
        archive
            .by_name("x-1/man/batchwise.1")
            .unwrap()
            .read_to_string(&mut page)
            .unwrap();
        assert_eq!(page, "page");
    }

    #[test]
    fn windows_gets_a_zip() {
        assert_eq!(Form::of("x86_64-pc-windows-msvc"), Form::Zip);
        assert_eq!(Form::of("aarch64-apple-darwin"), Form::TarGz);
    }
}
