//! The README's blocks, run as they stand there.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Emulated, tamed};

/// The address that the README's emulator has.
const ADDRESS: &str = "http://127.0.0.1:8085";

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    std::fs::read_to_string(path).expect("the workspace's README.md")
}

/// The blocks of a language, each with the heading it stands under.
fn blocks<'a>(readme: &'a str, language: &str) -> Vec<(&'a str, String)> {
    let (mut heading, mut open, mut found) = ("", None::<String>, Vec::new());
    for line in readme.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(block), Some(_)) => {
                found.push((heading, std::mem::take(block)));
                open = None;
            }
            (Some(block), None) => block.push_str(&format!("{line}\n")),
            (None, Some(of)) => open = Some(if of == language { String::new() } else { "\0".to_owned() }),
            (None, None) if line.starts_with('#') => heading = line.trim_start_matches('#').trim(),
            (None, None) => {}
        }
    }
    found.retain(|(_, block)| !block.starts_with('\0'));
    found
}

/// Runs a script with the command in its path, in a directory of its own.
fn run(script: &str, directory: &Path) -> (Option<i32>, String) {
    let command = Path::new(assert_cmd::cargo::cargo_bin!("batchwise"));
    let path = std::env::var("PATH").unwrap();
    let output = Command::new("sh")
        .args(["-e", "-c", script])
        .env_clear()
        .env("PATH", format!("{}:{path}", command.parent().unwrap().display()))
        .env("HOME", directory)
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .concat();
    (output.status.code(), text)
}

/// The block for this emulator, which runs already, without what builds the command.
fn prepared(block: &str, url: &str) -> String {
    let wanted = |line: &&str| !line.starts_with("cargo ") && !line.starts_with("batchwise emulator");
    let lines: Vec<&str> = block.lines().filter(wanted).collect();
    lines.join("\n").replace(ADDRESS, url)
}

#[test]
fn the_commands_of_the_readme_do_what_they_are_said_to() {
    let readme = readme();
    let (emulated, directory) = (Emulated::any(), tempfile::tempdir().unwrap());
    let mut ran = 0;
    for (heading, block) in blocks(&readme, "sh") {
        let script = prepared(&block, &emulated.url());
        if !script.contains("batchwise ") {
            continue;
        }
        let (code, text) = run(&script, directory.path());
        assert_eq!(code, Some(0), "{heading}:\n{script}\n{text}");
        ran += script.matches("batchwise ").count();
    }
    assert!(ran >= 5, "{ran}");
    assert!(emulated.truth().calltouch.is_removed(&51001) && emulated.truth().calltouch.is_removed(&60999));
}

#[test]
fn the_sessions_of_the_readme_go_as_they_are_shown() {
    let readme = readme();
    let sessions = blocks(&readme, "console");
    assert!(!sessions.is_empty());
    for (heading, session) in sessions {
        let (emulated, directory) = (Emulated::any(), tempfile::tempdir().unwrap());
        let mut went = String::new();
        let mut state = format!(
            "export CALLTOUCH_TOKEN=any CALLTOUCH_SITE_ID=1 CALLTOUCH_BASE_URL={url}\n\
             export THULIUM_USER=any THULIUM_PASSWORD=any THULIUM_BASE_URL={url}\n",
            url = emulated.url()
        );
        for line in session.lines().filter_map(|line| line.strip_prefix("$ ")) {
            if line.starts_with("export ") {
                state.push_str(&format!("{}\n", prepared(line, &emulated.url())));
                went.push_str(&format!("$ {line}\n"));
                continue;
            }
            let (_, text) = run(&format!("{state}{}", prepared(line, &emulated.url())), directory.path());
            let text = tamed(&text, &emulated.url()).replace(&directory.path().display().to_string(), "~");
            went.push_str(&format!("$ {line}\n{text}"));
        }
        // Line by line, so that a difference is easy to see; times with tenths differ from run to run.
        assert_eq!(
            went,
            tamed(&session, ADDRESS),
            "{heading}: the session went like this:\n{went}"
        );
    }
}
