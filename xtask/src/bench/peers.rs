//! Who does the same work: loops in Rust, Python and PHP, and batchwise.

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use xshell::cmd;

use super::method::Method;
use super::programs::{Programs, Told, output, succeed, timed};
use super::report::Report;
use crate::workspace::Workspace;

/// Where the loops in other languages are, from the root.
const SOURCES: &str = "crates/batchwise-bench/peers";

/// A peer, by the name of its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// A loop of the bench's program.
    Rust(&'static str),
    /// The command.
    Command,
    /// An interpreter and its script.
    Script(PathBuf, PathBuf, Work),
}

/// What a script does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// What the loops in Rust do: ids that follow each other, and a sum.
    Loop,
    /// What the command does: records out of a file, and a row for each.
    Rows,
}

/// All that can run here.
#[derive(Debug)]
pub(super) struct Peers(pub(super) Vec<Peer>);

pub(super) const HYPER: &str = "hyper loop";
pub(super) const REQWEST: &str = "reqwest loop";
pub(super) const STREAM: &str = "batchwise stream";
pub(super) const DELETER: &str = "batchwise dyn";
pub(super) const COMMAND: &str = "batchwise command";
pub(super) const AIOHTTP: &str = "Python aiohttp";
pub(super) const AIOHTTP_ROWS: &str = "aiohttp, file to rows";
pub(super) const HTTPX: &str = "Python httpx";
pub(super) const PHP: &str = "PHP curl";
pub(super) const PHP_ROWS: &str = "PHP, file to rows";

impl Peers {
    /// Looks for them; one that is not there is told aloud and in the report.
    pub(super) fn find(workspace: &Workspace, programs: &Programs, report: &mut Report) -> Self {
        let of = |name, kind| Peer { name, kind };
        let mut peers = vec![
            of(HYPER, Kind::Rust("hyper")),
            of(REQWEST, Kind::Rust("reqwest")),
            of(STREAM, Kind::Rust("stream")),
            of(DELETER, Kind::Rust("deleter")),
            of(COMMAND, Kind::Command),
        ];
        let sources = workspace.root().join(SOURCES);
        match python(workspace, programs) {
            Ok((python, versions)) => {
                report.machine.versions.extend(versions);
                for (name, script, work) in [
                    (AIOHTTP, "aiohttp_loop.py", Work::Loop),
                    (AIOHTTP_ROWS, "aiohttp_loop.py", Work::Rows),
                    (HTTPX, "httpx_loop.py", Work::Loop),
                ] {
                    peers.push(of(name, Kind::Script(python.clone(), sources.join(script), work)));
                }
            }
            Err(error) => report.lack(format!(
                "{AIOHTTP} and {HTTPX}: no Python with their wheels ({error:#})"
            )),
        }
        match php() {
            Ok(version) => {
                report.machine.versions.push(("php".to_owned(), version));
                for (name, work) in [(PHP, Work::Loop), (PHP_ROWS, Work::Rows)] {
                    let script = sources.join("curl_loop.php");
                    peers.push(of(name, Kind::Script("php".into(), script, work)));
                }
            }
            Err(error) => report.lack(format!(
                "{PHP}: no `php` with curl, as php-cli and php-curl bring it ({error:#})"
            )),
        }
        Self(peers)
    }
}

impl Peer {
    /// Runs it once; `None` where it has no such method.
    pub(super) fn run(&self, programs: &Programs, method: Method, url: &str, records: u64) -> Result<Option<Told>> {
        let calls = ["--concurrency", "4"];
        Ok(Some(match &self.kind {
            // Leads are updated, and have no deleter.
            Kind::Rust("deleter") if method == Method::Leads => return Ok(None),
            Kind::Rust(peer) => programs.run(peer, method, url, records, &calls)?,
            Kind::Command => {
                let input = method.input(programs, records)?;
                let mut command = programs.command(url)?;
                command.args(method.words()).arg("-i").arg(input).args(calls);
                command.args([
                    "--yes",
                    "--quiet",
                    "--no-progress",
                    "--no-journal",
                    "--rate",
                    "off",
                    "-o",
                    "ndjson",
                ]);
                let ran = timed(&mut command)?;
                #[expect(clippy::cast_precision_loss, reason = "no more than ten millions")]
                let records = records as f64;
                Told {
                    records,
                    seconds: ran.seconds,
                    cpu_seconds: None,
                    failed_calls: None,
                    allocations: None,
                    peak_bytes: None,
                }
            }
            Kind::Script(interpreter, script, work) => {
                let mut command = programs.measured(interpreter);
                command.arg(script);
                command.args([
                    "--method",
                    method.name(),
                    "--url",
                    url,
                    "--records",
                    &records.to_string(),
                ]);
                command.args(calls);
                if method == Method::Leads || *work == Work::Rows {
                    command.arg("--input").arg(method.input(programs, records)?);
                }
                if *work == Work::Rows {
                    // Where the command's rows go, too.
                    command.args(["--rows", "/dev/null"]);
                }
                Told::read(&output(&mut command)?)?
            }
        }))
    }

    /// True for a peer that is not given many repeats of many records.
    pub(super) fn is_slow(&self) -> bool {
        matches!(self.kind, Kind::Script(..))
    }
}

/// A Python with the wheels of `requirements.txt`, in an environment of the bench's own; and the versions.
fn python(workspace: &Workspace, programs: &Programs) -> Result<(PathBuf, Vec<(String, String)>)> {
    let shell = workspace.shell();
    let wanted = workspace.root().join(SOURCES).join("requirements.txt");
    let home = programs.scratch("python")?;
    let (python, log) = (home.join("bin").join("python"), programs.scratch("python.log")?);
    if !python.exists() {
        cmd!(shell, "python3 -m venv {home}").quiet().run()?;
    }
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(wanted);
    succeed(install.stdout(File::create(&log)?).stderr(File::create(&log)?)).context("pip install")?;
    let show = "import sys, aiohttp, httpx; print(sys.version.split()[0], aiohttp.__version__, httpx.__version__)";
    let told = output(Command::new(&python).args(["-c", show]))?;
    let names = ["python", "aiohttp", "httpx"].map(str::to_owned);
    let versions = names.into_iter().zip(told.split_whitespace().map(str::to_owned));
    Ok((python, versions.collect()))
}

/// The version of a PHP that has curl.
fn php() -> Result<String> {
    output(Command::new("php").args(["-r", "curl_init(); echo PHP_VERSION;"]))
}
