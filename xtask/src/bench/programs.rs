//! The programs that are measured: built here, run on a core of their own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use xshell::cmd;

use super::method::Method;
use crate::workspace::Workspace;

/// The core of the server and the one of who is measured.
const CORES: [&str; 2] = ["0", "1"];

/// The bench's own programs, the command, and a place for files.
#[derive(Debug)]
pub(super) struct Programs {
    bench: PathBuf,
    /// The same, with its allocations counted.
    counting: PathBuf,
    command: PathBuf,
    scratch: PathBuf,
    pinned: bool,
}

/// The neutral server; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

/// What a loop told of itself, and how long its process took.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) records: f64,
    pub(super) seconds: f64,
    pub(super) cpu_seconds: Option<f64>,
    pub(super) failed_calls: Option<f64>,
    pub(super) allocations: Option<f64>,
    pub(super) peak_bytes: Option<f64>,
}

impl Told {
    /// Reads the line of JSON that a loop prints.
    pub(super) fn read(text: &str) -> Result<Self> {
        let line = text.lines().last().unwrap_or_default();
        let told: Value = serde_json::from_str(line).with_context(|| format!("a loop printed `{line}`"))?;
        let number = |name: &str| told.get(name).and_then(Value::as_f64);
        Ok(Self {
            records: number("records").context("no records")?,
            seconds: number("seconds").context("no seconds")?,
            cpu_seconds: number("cpu_seconds"),
            failed_calls: number("failed_calls"),
            allocations: number("allocations"),
            peak_bytes: number("peak_bytes"),
        })
    }
}

/// How a process of the command ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ran {
    pub(super) seconds: f64,
    /// The most memory that it held, where the system tells.
    pub(super) peak_bytes: Option<f64>,
}

impl Programs {
    /// Builds all of them. The profile is that of releases, with the names of functions.
    pub(super) fn build(workspace: &Workspace) -> Result<Self> {
        let shell = workspace.shell();
        let scratch = workspace.target().join("bench");
        fs::create_dir_all(&scratch)?;
        // Copied, since the next build of the same program takes its place.
        let keep = |name: &str, kept: &str| -> Result<PathBuf> {
            let to = scratch.join(kept);
            fs::copy(workspace.release_program(name), &to).with_context(|| format!("no program {name}"))?;
            Ok(to)
        };
        // Together with the command both times, so that features and with them the libraries are the same.
        let packages = ["-p", "batchwise-cli", "-p", "batchwise-bench"];
        let count = "batchwise-bench/count-allocations";
        cmd!(
            shell,
            "cargo build --quiet --profile bench {packages...} --features {count}"
        )
        .run()?;
        let counting = keep("batchwise-bench", "counting")?;
        cmd!(shell, "cargo build --quiet --profile bench {packages...}").run()?;
        let bench = keep("batchwise-bench", "bench")?;
        let command = keep("batchwise", "batchwise")?;
        let taskset = cmd!(shell, "taskset --version").quiet().ignore_stdout().ignore_stderr();
        let pinned = taskset.run().is_ok() && std::thread::available_parallelism()?.get() > 1;
        Ok(Self {
            bench,
            counting,
            command,
            scratch,
            pinned,
        })
    }

    /// A file for passing use.
    pub(super) fn scratch(&self, name: &str) -> Result<PathBuf> {
        fs::create_dir_all(&self.scratch)?;
        Ok(self.scratch.join(name))
    }

    fn on(&self, core: &str, program: &Path) -> Command {
        if !self.pinned {
            return Command::new(program);
        }
        let mut command = Command::new("taskset");
        command.args(["-c", core]).arg(program);
        command
    }

    /// A program on the core of who is measured.
    pub(super) fn measured(&self, program: &Path) -> Command {
        self.on(CORES[1], program)
    }

    /// The bench's program on no core in particular.
    pub(super) fn bench(&self) -> Command {
        Command::new(&self.bench)
    }

    /// The bench's program, to be run by another one.
    pub(super) fn bench_path(&self) -> &Path {
        &self.bench
    }

    /// The bench's program with allocations counted.
    pub(super) fn counting(&self) -> Command {
        Command::new(&self.counting)
    }

    /// Starts a server with these settings.
    pub(super) fn serve(&self, settings: &[&str]) -> Result<Server> {
        let mut command = self.on(CORES[0], &self.bench);
        let (process, port) = started(command.arg("serve").args(settings))?;
        let url = format!("http://127.0.0.1:{}", port.trim());
        Ok(Server { process, url })
    }

    /// Starts the command's own emulator without its quotas, on no core in particular. Every record is there, once.
    pub(super) fn emulate(&self) -> Result<Server> {
        let mut command = Command::new(&self.command);
        let (process, line) = started(command.args(["emulator", "--port", "0", "--quota", "off"]))?;
        let address = line
            .split_once("http://")
            .and_then(|(_, rest)| rest.split_once(';'))
            .with_context(|| format!("the emulator says `{}`", line.trim()))?;
        let url = format!("http://{}", address.0);
        Ok(Server { process, url })
    }

    /// One of the bench's loops.
    pub(super) fn run(&self, peer: &str, method: Method, url: &str, records: u64, rest: &[&str]) -> Result<Told> {
        let mut command = self.measured(&self.bench);
        self.job(&mut command, peer, method, url, records, rest)?;
        Told::read(&output(&mut command)?)
    }

    /// The arguments of one of the bench's loops.
    pub(super) fn job(
        &self,
        command: &mut Command,
        peer: &str,
        method: Method,
        url: &str,
        records: u64,
        rest: &[&str],
    ) -> Result<()> {
        command.args([
            "run",
            "--peer",
            peer,
            "--method",
            method.name(),
            "--url",
            url,
            "--records",
        ]);
        command.arg(records.to_string()).args(rest);
        if method == Method::Leads {
            command.arg("--input").arg(method.input(self, records)?);
        }
        Ok(())
    }

    /// The command with credentials for every provider at this address and no settings, reading from nowhere, writing nowhere.
    pub(super) fn command(&self, url: &str) -> Result<Command> {
        self.with_credentials(self.measured(&self.command), url)
    }

    /// The same on no core in particular.
    pub(super) fn free_command(&self, url: &str) -> Result<Command> {
        self.with_credentials(Command::new(&self.command), url)
    }

    fn with_credentials(&self, mut command: Command, url: &str) -> Result<Command> {
        command.env_clear();
        for name in ["CALLTOUCH_BASE_URL", "DELLIN_BASE_URL", "THULIUM_BASE_URL"] {
            command.env(name, url);
        }
        for (name, value) in [
            ("CALLTOUCH_TOKEN", "token"),
            ("CALLTOUCH_SITE_ID", "1"),
            ("DELLIN_APPKEY", "key"),
            ("DELLIN_SESSION", "session"),
            ("THULIUM_USER", "user"),
            ("THULIUM_PASSWORD", "pass"),
            ("BATCHWISE_CONFIG", "/dev/null"),
            ("PATH", "/usr/bin:/bin"),
        ] {
            command.env(name, value);
        }
        command.env("BATCHWISE_STATE_DIR", self.scratch("state")?);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        Ok(command)
    }
}

/// Starts a server and reads the line in which it says where it is. What else it prints stays in the pipe, which has room.
fn started(command: &mut Command) -> Result<(Child, String)> {
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut line = String::new();
    let mut out = BufReader::new(process.stdout.take().context("the server has no output")?);
    out.read_line(&mut line)?;
    process.stdout = Some(out.into_inner());
    Ok((process, line))
}

/// Runs a program to its good end.
pub(super) fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?}"))?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}

/// What a program prints, once it ended well.
pub(super) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs the command to its good end and says how long it took.
pub(super) fn timed(command: &mut Command) -> Result<Ran> {
    let started = Instant::now();
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let seconds = started.elapsed().as_secs_f64();
    good(output.status, &output.stderr)?;
    Ok(Ran {
        seconds,
        peak_bytes: None,
    })
}

/// The same, with the most memory that it held. Its process must be its own, not that of a program before it.
pub(super) fn watched(command: &mut Command) -> Result<Ran> {
    let started = Instant::now();
    let mut process = command
        .stderr(Stdio::inherit())
        .spawn()
        .with_context(|| format!("{command:?}"))?;
    let status = format!("/proc/{}/status", process.id());
    let mut peak_bytes = None;
    loop {
        peak_bytes = peak_of(&status).or(peak_bytes);
        if let Some(status) = process.try_wait()? {
            good(status, b"")?;
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(Ran {
        seconds: started.elapsed().as_secs_f64(),
        peak_bytes,
    })
}

fn peak_of(status: &str) -> Option<f64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0)
}

fn good(status: ExitStatus, said: &[u8]) -> Result<()> {
    if !status.success() {
        bail!("the command: {status}\n{}", String::from_utf8_lossy(said));
    }
    Ok(())
}
