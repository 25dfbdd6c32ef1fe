//! Input from pipes: read as it comes.

use batchwise_emulator::Method;

use crate::support::{Cli, Emulated};

const DELETE: &str = "calltouch-import delete --yes -i -";

#[test]
fn a_full_batch_leaves_an_open_pipe() {
    let emulated = Emulated::any();
    let mut running = Cli::new(&emulated.url(), DELETE).start();
    running.write((1..=100).map(|id| format!("{id}\n")).collect::<String>());
    let lines: Vec<String> = (0..100).map(|_| running.line()).collect();
    assert!(lines.iter().all(|line| line.starts_with("deleted")));
    running.close().with_code(0);
}

#[test]
fn a_partly_filled_batch_leaves_an_open_pipe_after_a_second() {
    let emulated = Emulated::any();
    let mut running = Cli::new(&emulated.url(), DELETE).start();
    running.write("51001\n51002\n");
    assert_eq!(running.line(), "deleted           51001");
    assert_eq!(running.line(), "deleted           51002");
    running.write("51003\n");
    running.close().with_code(0);
    assert_eq!(emulated.truth().tally(Method::CalltouchImport).received, 2);
}

#[test]
fn the_records_before_a_bad_line_are_sent_and_settled() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), DELETE).run_with("51001\nabc\n51003\n");
    let ended = ended.with_code(3).says("line 2: `abc`: expected");
    assert_eq!(ended.outcomes(), [("51001", "deleted")]);
    assert_eq!(emulated.truth().calltouch.removed_count(), 1);
}

#[test]
fn a_bad_line_before_any_record_is_2() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), DELETE).run_with("abc\n51003\n");
    assert_eq!(ended.with_code(2).says("line 1").stdout, "");
    assert_eq!(emulated.truth().calltouch.removed_count(), 0);
}

#[test]
fn a_bad_line_becomes_rejected_when_the_job_is_to_go_on() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), &format!("{DELETE} --keep-going")).run_with("abc\n51003\n");
    assert_eq!(
        ended.with_code(1).outcomes(),
        [("51003", "deleted"), ("abc", "rejected")]
    );
}

#[test]
fn an_empty_pipe_is_0() {
    Cli::new("http://127.0.0.1:9", DELETE).run_with("").with_code(0);
}

#[cfg(unix)]
#[test]
fn a_fifo_is_a_pipe() {
    let emulated = Emulated::any();
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("ids");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let running = Cli::new(&emulated.url(), "calltouch-import delete --yes")
        .arg("-i")
        .arg(&fifo)
        .start();
    let writer = std::thread::spawn(move || std::fs::write(&fifo, "51001\nabc\n").unwrap());
    let ended = running.close().with_code(3);
    writer.join().unwrap();
    assert_eq!(ended.outcomes(), [("51001", "deleted")]);
}
