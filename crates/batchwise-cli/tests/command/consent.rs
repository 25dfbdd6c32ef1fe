//! The question before something is destroyed.
#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use batchwise_emulator::Method;

use crate::support::{Cli, Emulated, file};

/// Runs the command on a terminal of its own (util-linux `script`) and types the answer.
fn on_a_terminal(cli: Cli, answer: &str) -> (Option<i32>, String) {
    let command = cli.into_inner();
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &words.join(" "), "/dev/null"]);
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            script.env(name, value);
        }
    }
    let mut child = script
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("`script` of util-linux");
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut shown = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = stdout.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        shown.extend_from_slice(&piece[..read]);
        if shown.ends_with(b"[y/N] ") {
            stdin.write_all(format!("{answer}\n").as_bytes()).unwrap();
        }
    }
    let code = child.wait().unwrap().code();
    (code, String::from_utf8_lossy(&shown).into_owned())
}

#[test]
fn elsewhere_than_on_a_terminal_consent_has_to_be_given_before() {
    let emulated = Emulated::any();
    let ended = Cli::new(&emulated.url(), "calltouch-import delete 51001").run();
    ended.with_code(2).says("--yes");
    assert_eq!(emulated.truth().tally(Method::CalltouchImport).received, 0);
}

#[test]
fn the_question_names_what_happens_where() {
    let emulated = Emulated::any();
    let ids: String = (7001..=7250).map(|id| format!("{id}\n")).collect();
    let ids = file(".txt", ids);
    let cli = Cli::plain(&emulated.url(), "thulium-campaign delete --campaign 00042 --rate 1/m").input(&ids);
    let (code, shown) = on_a_terminal(cli, "n");
    assert_eq!(code, Some(2), "{shown}");
    let host = emulated.url().replace("http://", "");
    for part in [
        "thulium-campaign",
        &host,
        "account robot",
        "campaign 00042",
        "remove 250 customers: 7001, 7002, 7003 … 7250",
        "takes at least 2 min",
    ] {
        assert!(shown.contains(part), "`{part}` is missing: {shown}");
    }
    assert_eq!(emulated.truth().tally(Method::ThuliumCustomers).received, 0);
}

#[test]
fn the_question_counts_what_a_limit_leaves_over() {
    let emulated = Emulated::any();
    let cli = Cli::new(&emulated.url(), "calltouch-import delete 1 2 3 4 5 --limit 4");
    let (code, shown) = on_a_terminal(cli, "n");
    assert_eq!(code, Some(2));
    assert!(
        shown.contains("delete 4 import logs (the first of 5): 1, 2, 3 … 4"),
        "{shown}"
    );
}

#[test]
fn a_yes_sends_everything() {
    let emulated = Emulated::any();
    let (code, shown) = on_a_terminal(Cli::new(&emulated.url(), "calltouch-import delete 51001"), "y");
    assert_eq!(code, Some(0), "{shown}");
    assert!(emulated.truth().calltouch.is_removed(&51001));
}

#[test]
fn phones_are_masked_in_the_question() {
    let emulated = Emulated::any();
    let cli = Cli::new(
        &emulated.url(),
        "thulium-campaign delete --campaign 00042 --by phone 333444555",
    );
    let (_, shown) = on_a_terminal(cli, "n");
    assert!(shown.contains("…4555") && !shown.contains("333444555"), "{shown}");
}
