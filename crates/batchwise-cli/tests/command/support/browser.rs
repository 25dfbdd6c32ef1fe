//! A real browser without a window, driven over its own pipes: no port is opened, and nothing but the page is asked for.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// `required` makes a machine without a browser a failure.
const WANTED: &str = "BATCHWISE_BROWSER";

/// Names under which Chromium is installed.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page.
pub(crate) struct Browser {
    child: Child,
    commands: File,
    answers: Receiver<Value>,
    session: String,
    last: u64,
    /// What it told meanwhile.
    events: Vec<Value>,
    _profile: TempDir,
}

impl Browser {
    /// A browser; none where the machine has none, which is said aloud and is a failure where it is required.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = installed() else {
            let required = std::env::var(WANTED).is_ok_and(|wanted| wanted == "required");
            assert!(
                !required,
                "{WANTED}=required, and there is no Chromium: `apt-get install chromium`"
            );
            eprintln!("\n!!! SKIPPED: there is no Chromium on this machine; the page was opened by no browser !!!\n");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let (to, from) = (profile.path().join("to"), profile.path().join("from"));
        let made = Command::new("mkfifo").args([&to, &from]).status();
        assert!(made.unwrap().success());
        // The browser reads commands from its descriptor 3 and answers on 4.
        let child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3< "$TO" 4> "$FROM""#])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .args([
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--hide-scrollbars",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--user-data-dir={}", profile.path().join("data").display()))
            .arg("about:blank")
            .env("TO", &to)
            .env("FROM", &from)
            .env("HOME", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let commands = OpenOptions::new().write(true).open(&to).unwrap();
        let mut pipe = BufReader::new(File::open(&from).unwrap());
        let (send, answers) = channel();
        std::thread::spawn(move || {
            let mut text = Vec::new();
            while pipe.read_until(0, &mut text).is_ok_and(|length| length > 0) {
                let value = serde_json::from_slice(text.strip_suffix(b"\0").unwrap_or(&text));
                if send.send(value.unwrap_or_default()).is_err() {
                    break;
                }
                text.clear();
            }
        });
        let mut browser = Self {
            child,
            commands,
            answers,
            session: String::new(),
            last: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.ask("Target.createTarget", &json!({"url": "about:blank"}));
        let attached = browser.ask(
            "Target.attachToTarget",
            &json!({"targetId": target["targetId"], "flatten": true}),
        );
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Network", "Runtime", "Log"] {
            browser.ask(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Sends a command, and waits for its answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let mut command = json!({"id": self.last, "method": method, "params": params});
        if !self.session.is_empty() {
            command["sessionId"] = Value::from(self.session.as_str());
        }
        self.commands.write_all(format!("{command}\0").as_bytes()).unwrap();
        loop {
            let told = self.answers.recv_timeout(PATIENCE).expect("an answer of the browser");
            if told["id"] == self.last {
                assert!(told["error"].is_null(), "{method}: {told}");
                return told["result"].clone();
            }
            self.events.push(told);
        }
    }

    /// Opens a file, and waits until it and its script are there.
    pub(crate) fn open(&mut self, page: &Path) {
        self.events.clear();
        self.ask("Page.navigate", &json!({"url": format!("file://{}", page.display())}));
        self.until("Page.loadEventFired");
    }

    fn until(&mut self, event: &str) {
        while !self.events.iter().any(|told| told["method"] == event) {
            let told = self.answers.recv_timeout(PATIENCE).expect("the page is loaded");
            self.events.push(told);
        }
    }

    /// How wide the window is, and what its user likes.
    pub(crate) fn as_for(&mut self, width: u32, scheme: &str) {
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}),
        );
        self.ask(
            "Emulation.setEmulatedMedia",
            &json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
    }

    /// What an expression comes to on the page.
    #[track_caller]
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let answer = self.ask(
            "Runtime.evaluate",
            &json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Types into what has the focus.
    pub(crate) fn types(&mut self, text: &str) {
        self.ask("Input.insertText", &json!({"text": text}));
    }

    /// Everything that was asked for since the page was opened.
    pub(crate) fn requested(&self) -> Vec<String> {
        self.told("Network.requestWillBeSent")
            .filter_map(|told| told["request"]["url"].as_str().map(str::to_owned))
            .collect()
    }

    /// What the console said since then: errors, warnings, exceptions, breaches of the page's policy.
    pub(crate) fn console(&self) -> Vec<String> {
        let entries = self
            .told("Log.entryAdded")
            .map(|told| told["entry"]["text"].to_string());
        let calls = self.told("Runtime.consoleAPICalled").map(Value::to_string);
        let thrown = self.told("Runtime.exceptionThrown").map(Value::to_string);
        entries.chain(calls).chain(thrown).collect()
    }

    fn told<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a Value> + 'a {
        let of_kind = move |told: &&Value| told["method"] == method;
        self.events.iter().filter(of_kind).map(|told| &told["params"])
    }

    /// A picture of the whole page as PNG, in base64.
    pub(crate) fn picture(&mut self) -> String {
        let picture = self.ask(
            "Page.captureScreenshot",
            &json!({"format": "png", "captureBeyondViewport": true}),
        );
        picture["data"].as_str().unwrap().to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It has no window to be closed; that it is gone already is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let places = NAMES
        .iter()
        .flat_map(|name| directories.iter().map(move |directory| directory.join(name)));
    places.into_iter().find(|place| place.is_file())
}
