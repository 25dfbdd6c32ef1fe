//! A journal that must not be used is refused, with words that help, and left as it was.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use std::path::Path;
use std::process::Command;

use batchwise_core::Verdict;
use batchwise_journal::{InputPrint, JobHeader, JournalReader, OpenError, Opened, Resume, open};
use common::*;

fn refused(path: &Path, header: &JobHeader) -> OpenError {
    open(path, header, Resume::by_itself())
        .map(|opened| format!("{opened:?}"))
        .unwrap_err()
}

fn unfinished(path: &Path) {
    let journal = begin(path);
    settle(&journal, 1..=3, Verdict::Deleted);
}

#[test]
fn the_journal_of_another_job_is_refused_by_what_differs() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    unfinished(&path);
    let before = std::fs::read(&path).unwrap();
    let with = |change: fn(&mut JobHeader)| {
        let mut other = header(&[]);
        change(&mut other);
        refused(&path, &other).to_string()
    };
    assert!(
        with(|job| job.provider = "dellin-book".into())
            .contains("its provider is calltouch-import, here it is dellin-book")
    );
    assert!(with(|job| job.method = "archive".into()).contains("its method is delete"));
    assert!(with(|job| job.campaigns = vec!["00042".into()]).contains("its campaign is none, here it is 00042"));
    assert!(
        with(|job| job.options = [("by".to_owned(), "phone".to_owned())].into())
            .contains("its by is none, here it is phone")
    );
    assert!(with(|job| job.account = "site 1".into()).contains("another account: site 4711 on api.example.com"));
    assert!(with(|job| job.host = "api.example.org".into()).contains("here it is site 4711 on api.example.org"));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn another_input_is_refused_unless_the_journal_is_to_be_extended() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    settle(&journal, 1..=3, Verdict::Deleted);
    finish(&journal);
    drop(journal);
    let mut longer = header(&[]);
    longer.input = InputPrint::of_arguments(["51001", "51002", "51003", "51004"]);
    assert!(matches!(refused(&path, &longer), OpenError::OtherInput { .. }));
    let extend = Resume::by_itself().extend(true);
    let Opened::Unfinished(journal, _) = open(&path, &longer, extend).unwrap() else {
        panic!("not extended");
    };
    assert!(matches!(
        recall(&journal, 3),
        batchwise_core::journal::Recall::Settled(_)
    ));
    assert_eq!(recall(&journal, 4), batchwise_core::journal::Recall::New);
    settle(&journal, [4], Verdict::Deleted);
    finish(&journal);
    drop(journal);
    // From now on this is its input, and there is nothing to extend.
    assert!(matches!(open(&path, &longer, extend).unwrap(), Opened::Finished(_)));
    assert!(matches!(refused(&path, &header(&[])), OpenError::OtherInput { .. }));
}

#[test]
fn a_second_run_of_one_job_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let first = begin(&path);
    let error = refused(&path, &header(&[]));
    assert!(matches!(error, OpenError::Running { process: Some(_), .. }), "{error}");
    // Under another name too.
    #[cfg(unix)]
    {
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(refused(&link, &header(&[])), OpenError::Running { .. }));
    }
    intend(&first, 1..=2);
    drop(first);
    drop(go_on(&path));
}

/// Run by the test below in a process of its own.
#[test]
#[ignore = "a part of a_second_process_is_refused_at_once"]
fn second_process() {
    let path = std::env::var_os("SECOND_RUN_OF").unwrap();
    let error = refused(Path::new(&path), &header(&[]));
    println!("{error}");
}

#[test]
fn a_second_process_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let first = begin(&path);
    let second = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "second_process", "--nocapture"])
        .env("SECOND_RUN_OF", &path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stdout);
    let expected = format!("is in use by another run of this job (process {})", std::process::id());
    assert!(second.status.success() && said.contains(&expected), "{said}");
    intend(&first, 1..=2);
}

#[test]
fn the_journal_of_a_newer_version_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    unfinished(&path);
    rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let error = refused(&path, &header(&[]));
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error}");
    assert!(
        JournalReader::open(&path)
            .unwrap_err()
            .to_string()
            .contains("newer version (schema 99")
    );
}

#[test]
fn a_file_of_another_kind_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("ids.csv");
    std::fs::write(&text, "record\n51001\n").unwrap();
    assert!(matches!(refused(&text, &header(&[])), OpenError::NotAJournal { .. }));
    assert_eq!(std::fs::read(&text).unwrap(), b"record\n51001\n");
    let database = directory.path().join("crm.db");
    rusqlite::Connection::open(&database)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    let before = std::fs::read(&database).unwrap();
    assert!(matches!(
        refused(&database, &header(&[])),
        OpenError::NotAJournal { .. }
    ));
    assert_eq!(std::fs::read(&database).unwrap(), before);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn an_empty_file_is_a_journal_that_begins() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    std::fs::write(&path, "").unwrap();
    drop(begin(&path));
}

#[test]
fn damage_anywhere_is_found_before_anything_is_sent() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    let journal = begin(&path);
    settle(&journal, 1..=5000, Verdict::Deleted);
    drop(journal);
    let sound = std::fs::read(&path).unwrap();
    for page in [1, sound.len() / 4096 / 2, sound.len() / 4096 - 2] {
        let mut bytes = sound.clone();
        bytes[page * 4096..page * 4096 + 64].fill(0xa5);
        std::fs::write(&path, bytes).unwrap();
        let error = refused(&path, &header(&[]));
        assert!(matches!(error, OpenError::Damaged { .. }), "page {page}: {error}");
        assert!(error.to_string().contains(".recover"));
    }
}

#[test]
fn a_file_that_another_program_holds_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("job");
    unfinished(&path);
    let tool = rusqlite::Connection::open(&path).unwrap();
    tool.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = refused(&path, &header(&[]));
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    tool.execute_batch("ROLLBACK").unwrap();
    drop(tool);
    drop(go_on(&path));
}

#[test]
fn a_place_that_is_not_there_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let error = refused(&directory.path().join("missing/job"), &header(&[])).to_string();
    assert!(error.contains("missing/job` cannot be opened"), "{error}");
    assert!(JournalReader::open(&directory.path().join("job")).is_err());
}

#[cfg(unix)]
#[test]
fn a_journal_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let journal = begin(&directory.path().join("job"));
    intend(&journal, 1..=3);
    for file in directory.path().read_dir().unwrap().map(|file| file.unwrap()) {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.path());
    }
    assert_eq!(directory.path().read_dir().unwrap().count(), 4);
}
