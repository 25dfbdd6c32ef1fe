//! Secrets out of a real keyring: a Secret Service on a bus of its own, in a home of its own.
//!
//! `cargo test -p batchwise-cli --features keyring keyring`

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Canned, Recorder};

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

#[test]
fn a_machine_without_a_keyring_is_told_so() {
    let home = home("http://127.0.0.1:9");
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("batchwise"));
    let text = batchwise(home.path(), command.args(["calltouch-import", "delete", "1", "--yes"]));
    assert!(text.contains("no keyring answers on this machine"), "{text}");
    assert!(text.contains("to do: run it where one is unlocked"), "{text}");
}
