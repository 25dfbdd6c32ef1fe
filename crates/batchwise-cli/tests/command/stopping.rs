//! Signals, and outputs that go away.
#![cfg(unix)]

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use batchwise_emulator::{EmulatorConfig, Fault, FaultRule, Method};

use crate::support::{Canned, Cli, Emulated, Recorder, file};

fn ids(count: u64) -> String {
    (1..=count).map(|id| format!("{id}\n")).collect()
}

#[test]
fn the_first_signal_finishes_the_call_in_flight_and_leaves_the_rest_unsent() {
    for signal in ["INT", "TERM", "HUP"] {
        let rule = FaultRule::new(Fault::Slow(std::time::Duration::from_millis(400)));
        let emulated = Emulated::with(EmulatorConfig::default().fault(rule.on(Method::CalltouchImport).nth(2)));
        let ids = file(".txt", ids(500));
        let running = Cli::new(&emulated.url(), "calltouch-import delete --yes -o ndjson")
            .input(&ids)
            .start();
        let first = running.line();
        assert!(first.contains("\"deleted\""), "{first}");
        running.signal(signal);
        let ended = running.end().with_code(3).says("interrupted");
        let rows = ended.rows();
        let count = |outcome: &str| rows.iter().filter(|row| row["outcome"] == outcome).count() as u64;
        assert_eq!(rows.len(), 499);
        assert_eq!(count("deleted") + 1, emulated.truth().calltouch.removed_count());
        assert!(count("not_sent") > 0, "{signal} came too late");
    }
}

#[test]
fn the_second_signal_ends_at_once() {
    let recorder = Recorder::start(Canned::Never);
    let mut running = Cli::new(recorder.url(), "calltouch-import delete 51001 --yes").start();
    while recorder.requests().is_empty() {
        std::thread::yield_now();
    }
    running.signal("INT");
    running.wait_for_note("stopping");
    running.signal("INT");
    running.end().with_code(3);
}

#[test]
fn the_second_signal_leaves_the_path_of_the_journal_and_the_command_that_goes_on() {
    let recorder = Recorder::start(Canned::Never);
    let (ids, home) = (file(".txt", "51001\n"), tempfile::tempdir().unwrap());
    let journal = home.path().join("my job.db").display().to_string();
    let mut running = Cli::new(recorder.url(), "calltouch-import delete --yes")
        .input(&ids)
        .arg("--journal")
        .arg(&journal)
        .start();
    while recorder.requests().is_empty() {
        std::thread::yield_now();
    }
    running.signal("INT");
    running.wait_for_note("stopping");
    running.signal("INT");
    running
        .end()
        .with_code(3)
        .says(&format!("stopped at once; journal {journal}"))
        .says(&format!("go on with: batchwise resume '{journal}'"));
}

#[test]
fn the_second_signal_ends_at_once_even_while_nobody_takes_the_output() {
    let emulated = Emulated::any();
    let ids = file(".txt", ids(20_000));
    let mut command = Cli::new(&emulated.url(), "calltouch-import delete --yes -o ndjson")
        .input(&ids)
        .into_inner();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _untaken = child.stdout.take();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    // The pipe is full once the emulator hears nothing new.
    let mut heard = 0;
    loop {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let now = emulated.truth().tally(Method::CalltouchImport).received;
        if now > 0 && now == heard {
            break;
        }
        heard = now;
    }
    let kill = |child: &std::process::Child| {
        let id = child.id().to_string();
        std::process::Command::new("kill")
            .args(["-s", "INT", &id])
            .status()
            .unwrap();
    };
    kill(&child);
    let mut said = String::new();
    while !said.contains("stopping") {
        assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "{said}");
    }
    kill(&child);
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn a_reader_that_goes_away_stops_the_job() {
    let emulated = Emulated::any();
    let ids = file(".txt", ids(20_000));
    let mut command = Cli::new(&emulated.url(), "calltouch-import delete --yes -o ndjson")
        .input(&ids)
        .into_inner();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("not writable") && !stderr.contains("panic"), "{stderr}");
    assert!(emulated.truth().calltouch.removed_count() < 20_000);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_3() {
    let emulated = Emulated::any();
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = |args: &str| Cli::new(&emulated.url(), &format!("calltouch-import delete 51001 {args}"));
    assert_eq!(run("--yes").stdout(full()).code(), Some(3));
    assert_eq!(run("--dry-run").stdout(full()).code(), Some(3));
    assert_eq!(run("--help").stdout(full()).code(), Some(3));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_error_changes_nothing() {
    let emulated = Emulated::any();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let code = Cli::new(&emulated.url(), "calltouch-import delete 51001 --yes -vvv")
        .stdout(Stdio::null())
        .stderr(full)
        .code();
    assert_eq!(code, Some(0));
    assert!(emulated.truth().calltouch.is_removed(&51001));
}

#[test]
fn a_file_that_changes_while_it_is_sent_stops_the_job() {
    let rule = FaultRule::new(Fault::Slow(std::time::Duration::from_millis(400)));
    let emulated = Emulated::with(EmulatorConfig::default().fault(rule.on(Method::DellinBook).nth(2)));
    // More than is read ahead, so that the file is still being read when the first outcome is there.
    let phones: String = (1..=4000).map(|id| format!("phone:{id}\n")).collect();
    let objects = file(".txt", format!("counteragent:1\n{phones}"));
    let running = Cli::new(&emulated.url(), "dellin-book delete --yes")
        .input(&objects)
        .start();
    assert_eq!(running.line(), "deleted           phone:1");
    let mut appended = OpenOptions::new().append(true).open(objects.path()).unwrap();
    std::io::Write::write_all(&mut appended, b"counteragent:2\n").unwrap();
    let ended = running.end().with_code(3).says("was changed");
    assert!(!ended.stdout.contains("counteragent"), "{}", ended.stdout);
}
