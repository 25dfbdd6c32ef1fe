//! The command and what it leaves behind.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use tempfile::NamedTempFile;

/// Longest wait for anything that should happen soon.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// A settings file in which nothing stands.
#[cfg(unix)]
const NO_SETTINGS: &str = "/dev/null";
#[cfg(not(unix))]
const NO_SETTINGS: &str = "NUL";

/// A file with this content; its name ends as given.
pub(crate) fn file(suffix: &str, content: impl AsRef<[u8]>) -> NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(suffix).tempfile().unwrap();
    file.write_all(content.as_ref()).unwrap();
    file.flush().unwrap();
    file
}

/// The command with credentials for every provider at this address, our own rate limit lifted, one call at a time.
pub(crate) struct Cli(Command);

impl Cli {
    /// `args` are written as in a shell, without quoting.
    pub(crate) fn new(url: &str, args: &str) -> Self {
        // Outcomes come in the order of their calls only where one call follows another. Lists always read that way.
        let says_itself = |word: &str| matches!(word, "list" | "verify" | "--concurrency");
        let calls = if args.split_whitespace().any(says_itself) {
            ""
        } else {
            "--concurrency 1"
        };
        Self::plain(url, &format!("{args} --rate off {calls}"))
    }

    /// The command without any credentials.
    pub(crate) fn bare(args: &str) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("batchwise"));
        command.env_clear().args(args.split_whitespace());
        // Journals that nobody asked for.
        command.env("BATCHWISE_STATE_DIR", env!("CARGO_TARGET_TMPDIR"));
        Self(command)
    }

    /// The same with the provider's own rate.
    pub(crate) fn plain(url: &str, args: &str) -> Self {
        let Self(mut command) = Self::bare(args);
        for name in ["CALLTOUCH_BASE_URL", "DELLIN_BASE_URL", "THULIUM_BASE_URL"] {
            command.env(name, url);
        }
        // Whoever runs the tests may have settings of their own.
        command.env("BATCHWISE_CONFIG", NO_SETTINGS);
        for (name, value) in [
            ("CALLTOUCH_TOKEN", "secret-token"),
            ("CALLTOUCH_SITE_ID", "4711"),
            ("DELLIN_APPKEY", "secret-appkey"),
            ("DELLIN_SESSION", "secret-session"),
            ("THULIUM_USER", "robot"),
            ("THULIUM_PASSWORD", "secret-password"),
        ] {
            command.env(name, value);
        }
        Self(command)
    }

    /// The command with no settings but those of this file.
    pub(crate) fn with_settings(settings: &std::path::Path, args: &str) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("batchwise"));
        command
            .env_clear()
            .env("BATCHWISE_CONFIG", settings)
            .args(args.split_whitespace());
        Self(command)
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    pub(crate) fn input(self, file: &NamedTempFile) -> Self {
        self.arg("-i").arg(file.path())
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs in this directory.
    pub(crate) fn within(mut self, directory: &std::path::Path) -> Self {
        self.0.current_dir(directory);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.env_remove(name);
        self
    }

    pub(crate) fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.0.stdout(stdout);
        self
    }

    pub(crate) fn stderr(mut self, stderr: impl Into<Stdio>) -> Self {
        self.0.stderr(stderr);
        self
    }

    /// The command as one line of shell, for a terminal.
    pub(crate) fn into_inner(self) -> Command {
        self.0
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Ended {
        let output = self.0.stdin(Stdio::null()).output().unwrap();
        Ended::of(output)
    }

    /// Runs it as it is set up, output elsewhere.
    pub(crate) fn code(mut self) -> Option<i32> {
        self.0.stdin(Stdio::null()).status().unwrap().code()
    }

    /// Runs it to its end with this on standard input.
    pub(crate) fn run_with(mut self, stdin: impl AsRef<[u8]>) -> Ended {
        self.0
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.0.spawn().unwrap();
        // The command may end before it has read everything.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_ref());
        Ended::of(child.wait_with_output().unwrap())
    }

    /// Starts it with pipes that stay open.
    pub(crate) fn start(mut self) -> Running {
        self.0
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.0.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Running {
            stdin: child.stdin.take(),
            child,
            lines,
        }
    }
}

/// A command under way.
pub(crate) struct Running {
    stdin: Option<ChildStdin>,
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    pub(crate) fn write(&mut self, text: impl AsRef<[u8]>) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(text.as_ref()).unwrap();
        stdin.flush().unwrap();
    }

    /// The next line of standard output, if one comes soon.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(SOON).expect("a line of output")
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits until standard error has said this.
    pub(crate) fn wait_for_note(&mut self, text: &str) {
        let mut stderr = BufReader::new(self.child.stderr.as_mut().unwrap());
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "`{text}` is never said");
        }
    }

    /// Waits for its end without closing its input; whatever output was not taken yet is the result's.
    pub(crate) fn end(mut self) -> Ended {
        let mut stderr = Vec::new();
        self.child.stderr.take().unwrap().read_to_end(&mut stderr).unwrap();
        let status = self.child.wait().unwrap();
        let stdout: Vec<String> = self.lines.iter().collect();
        Ended {
            code: status.code(),
            stdout: stdout.join("\n"),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Closes its input and waits for its end.
    pub(crate) fn close(mut self) -> Ended {
        drop(self.stdin.take());
        self.end()
    }
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    fn of(output: std::process::Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The outcomes of `-o ndjson`.
    pub(crate) fn rows(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}\n{self:?}")))
            .collect()
    }

    /// Record and outcome of each line of `-o ndjson`, sorted.
    pub(crate) fn outcomes_of_rows(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let words = |row: &Value| format!("{} {}", text(&row["record"]), text(&row["outcome"]));
        let mut outcomes: Vec<String> = self.rows().iter().map(words).collect();
        outcomes.sort_unstable();
        outcomes
    }

    /// Record and outcome of the lines of `-o human`, sorted.
    pub(crate) fn outcomes(&self) -> Vec<(&str, &str)> {
        let mut outcomes: Vec<_> = self
            .stdout
            .lines()
            .map(|line| {
                let mut words = line.split_whitespace();
                let outcome = words.next().unwrap();
                (words.next().unwrap(), outcome)
            })
            .collect();
        outcomes.sort_unstable();
        outcomes
    }

    /// Panics unless the command ended with this code.
    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Panics unless standard error says this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is not said: {self:#?}");
        self
    }
}
