//! Secrets out of the keyring: of one that a script plays, and of a real one, a Secret Service on a bus of its own, in a home of
//! its own.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Canned, Cli, Ended, Recorder};

/// Makes an empty keyring, asks for a secret that is not there, puts it there, and asks again.
const SCRIPT: &str = r#"
printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 &
for try in 1 2 3 4 5 6 7 8 9 10; do secret-tool search service none >/dev/null 2>&1 && break; sleep 0.3; done
echo '--- empty'
"$BATCHWISE" doctor calltouch
printf 'SECRET-OF-THE-KEYRING' | secret-tool store --label=calltouch service batchwise username calltouch
echo '--- there'
"$BATCHWISE" doctor calltouch
"$BATCHWISE" config show
"$BATCHWISE" calltouch-import delete 51001 --yes --no-journal --max-attempts 1
"#;

fn is_there(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    found.is_ok()
}

fn batchwise(home: &Path, command: &mut Command) -> String {
    let output = command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("BATCHWISE", assert_cmd::cargo::cargo_bin!("batchwise"))
        .env("BATCHWISE_CONFIG", home.join("config.toml"))
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .concat()
}

fn home(url: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let settings = format!("[calltouch]\nsite_id = 1\nbase_url = \"{url}\"\ntoken = {{ keyring = \"calltouch\" }}\n");
    std::fs::write(home.path().join("config.toml"), settings).unwrap();
    home
}

#[test]
fn a_secret_of_the_keyring_is_used_and_never_shown() {
    let needed = ["dbus-run-session", "gnome-keyring-daemon", "secret-tool"];
    if let Some(missing) = needed.into_iter().find(|program| !is_there(program)) {
        eprintln!(
            "\n!!! SKIPPED: there is no {missing} on this machine; no keyring was read \
             (apt-get install dbus gnome-keyring libsecret-tools) !!!\n"
        );
        return;
    }
    let recorder = Recorder::start(Canned::Echo(500));
    let home = home(recorder.url());
    let text = batchwise(
        home.path(),
        Command::new("dbus-run-session").args(["--", "sh", "-c", SCRIPT]),
    );
    let (empty, there) = text.split_once("--- there").unwrap();
    assert!(empty.contains("the keyring has no such entry"), "{text}");
    assert!(there.contains("ok   credentials  token, site_id 1"), "{text}");
    assert!(there.contains("settings file, keyring calltouch"), "{text}");
    assert!(!text.contains("SECRET-OF"), "{text}");
    let sent = recorder.heads().concat();
    assert!(
        sent.to_lowercase().contains("access-token: secret-of-the-keyring"),
        "{sent}"
    );
}

/// Runs a job whose token is in the keyring, on a machine with this `secret-tool`, or without one.
fn with_program(url: &str, script: Option<&str>) -> Ended {
    let home = home(url);
    if let Some(script) = script {
        let program = home.path().join("secret-tool");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    let args = "calltouch-import delete 51001 --yes --no-journal --max-attempts 1";
    Cli::with_settings(&home.path().join("config.toml"), args)
        .env("PATH", home.path().to_str().unwrap())
        .run()
}

const NOWHERE: &str = "http://127.0.0.1:9";

#[test]
fn a_secret_is_asked_for_by_service_and_name() {
    let recorder = Recorder::start(Canned::Echo(500));
    let script = r#"[ "$*" = "lookup service batchwise username calltouch" ] && echo SECRET-OF-THE-KEYRING"#;
    let ended = with_program(recorder.url(), Some(script));
    let sent = recorder.heads().concat();
    assert!(
        sent.to_lowercase().contains("access-token: secret-of-the-keyring\r\n"),
        "{sent} {ended:#?}"
    );
    assert!(!format!("{ended:?}").contains("SECRET-OF"), "{ended:#?}");
}

#[test]
fn a_secret_that_is_not_there_is_answered_with_the_command_that_puts_it_there() {
    with_program(NOWHERE, Some("exit 1"))
        .with_code(2)
        .says("calltouch token: the keyring has no such entry\n  where: service batchwise, name calltouch\n")
        .says("to do: put it there with `secret-tool store --label=calltouch service batchwise username calltouch`, or keep");
}

#[test]
fn an_empty_secret_is_none() {
    with_program(NOWHERE, Some("echo"))
        .with_code(2)
        .says("what the keyring has is empty");
}

#[test]
fn a_machine_without_a_keyring_is_told_so() {
    with_program(NOWHERE, Some("echo 'secret-tool: there is no bus' >&2; exit 1"))
        .with_code(2)
        .says("no keyring can be read on this machine: secret-tool: there is no bus")
        .says("to do: run it where one is unlocked");
}

#[test]
fn a_machine_without_the_program_is_told_what_to_install() {
    with_program(NOWHERE, None)
        .with_code(2)
        .says("the keyring is read by `secret-tool`, and that is not on this machine")
        .says("to do: install it");
}
