//! One job through the command.

use std::fmt;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use batchwise_emulator::{Emulator, EmulatorConfig, Fault, FaultRule};
use tokio::runtime::Builder;

use super::account::Account;
use super::records::{Loaded, numbers};
use super::watch::{Peak, Watch};

/// What goes wrong, in equal parts.
const FAULTS: [Fault; 14] = [
    Fault::Refuse,
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::CloseAfter,
    Fault::HangAfter,
    Fault::Truncate,
    Fault::Garbage,
    Fault::Html {
        status: 502,
        acts: true,
    },
    Fault::Status {
        status: 500,
        acts: true,
    },
    Fault::Status {
        status: 503,
        acts: false,
    },
    Fault::TooManyRequests { retry_after: Some(0) },
    Fault::Slow(Duration::from_millis(50)),
    Fault::DropFromAnswer(1),
    Fault::Duplicate,
];

/// Seconds of one call: a server that hangs costs them.
const TIMEOUT: &str = "2";

/// A job that is about to run.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) method: Loaded,
    pub(crate) records: u64,
    pub(crate) digits: u32,
    pub(crate) concurrency: usize,
    pub(crate) faults: u32,
    pub(crate) command: &'a Path,
}

/// What a job came to.
#[derive(Debug)]
pub(crate) struct Ran {
    method: Loaded,
    records: u64,
    took: Duration,
    peak: Peak,
    counts: String,
    calls: u64,
    faults: usize,
    pub(crate) broken: Vec<String>,
}

impl Job<'_> {
    pub(crate) fn run(&self) -> Result<Ran> {
        let numbers = numbers(self.records, self.digits);
        let directory = std::env::temp_dir().join(format!("batchwise-load-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let input = directory.join("records.txt");
        let ran = self.run_on(numbers, &input);
        std::fs::remove_dir_all(&directory)?;
        ran
    }

    fn run_on(&self, numbers: Vec<u64>, input: &Path) -> Result<Ran> {
        let mut file = BufWriter::new(std::fs::File::create(input)?);
        for (at, number) in numbers.iter().enumerate() {
            writeln!(file, "{}", self.method.key(at, *number))?;
        }
        file.flush()?;
        drop(file);
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let emulator = runtime.block_on(Emulator::start(self.troubled(self.method.world(&numbers))))?;
        let mut account = Account::of(self.method, numbers);

        let started = Instant::now();
        let mut child = self
            .set_up(&emulator.base_url())
            .env("BATCHWISE_STATE_DIR", input.with_file_name("state"))
            .arg("-i")
            .arg(input)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", self.command.display()))?;
        let watch = Watch::process(child.id());
        let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
            bail!("no pipes to the command");
        };
        let said = std::thread::spawn(move || {
            let mut text = String::new();
            // What is said is only for whoever looks for the reason of a failure.
            let _ = stderr.read_to_string(&mut text);
            text
        });
        account.read(BufReader::new(stdout))?;
        let status = child.wait()?;
        let took = started.elapsed();
        let peak = watch.end();
        let said = said.join().unwrap_or_default();

        let truth = emulator.truth();
        let counts = account.counts();
        let unreached: usize = self.method.unreached().iter().map(|word| account.count(word)).sum();
        let mut broken = account.held_against(&truth);
        let expected = i32::from(unreached > 0);
        if status.code() != Some(expected) {
            let tail: Vec<&str> = said.lines().rev().take(5).collect();
            broken.push(format!("ended with {status}, not {expected}; it said last: {tail:?}"));
        }
        Ok(Ran {
            method: self.method,
            records: self.records,
            took,
            peak,
            counts,
            calls: truth.tally(self.method.method()).received,
            faults: emulator.log().len(),
            broken,
        })
    }

    /// The world with one fault after the other; which requests they meet is drawn from a seed.
    fn troubled(&self, world: EmulatorConfig) -> EmulatorConfig {
        let each = f64::from(self.faults) / 1000.0 / f64::from(u32::try_from(FAULTS.len()).unwrap_or(1));
        let rules = FAULTS
            .iter()
            .zip(1..)
            .map(|(fault, seed)| FaultRule::new(*fault).on(self.method.method()).probability(each, seed));
        world.faults(rules)
    }

    fn set_up(&self, url: &str) -> Command {
        let mut command = Command::new(self.command);
        command
            .env_clear()
            .args(self.method.args())
            .args("--yes --rate off -o ndjson -q --timeout".split(' '))
            .arg(TIMEOUT)
            .arg("--concurrency")
            .arg(self.concurrency.to_string());
        for name in ["CALLTOUCH_BASE_URL", "DELLIN_BASE_URL", "THULIUM_BASE_URL"] {
            command.env(name, url);
        }
        for name in [
            "CALLTOUCH_TOKEN",
            "CALLTOUCH_SITE_ID",
            "DELLIN_APPKEY",
            "DELLIN_SESSION",
            "THULIUM_USER",
            "THULIUM_PASSWORD",
        ] {
            command.env(name, "any");
        }
        command
    }
}

const MIB: u64 = 1024 * 1024;

impl Ran {
    pub(crate) const HEAD: &'static str = "\
| method | records | peak memory, MiB | descriptors | calls | faults | s | outcomes |\n|---|---|---|---|---|---|---|---|";

    /// What it took more than another job and should not have.
    pub(crate) fn grew(&self, before: &Self, most: u64) -> Vec<String> {
        let mut grew = Vec::new();
        let what = format!("{}, {} records after {}", self.method, self.records, before.records);
        let more = self.peak.memory.saturating_sub(before.peak.memory);
        if more > most {
            grew.push(format!(
                "{what}: {more} bytes more of memory, at most {most} are expected"
            ));
        }
        // Connections come and go with faults; a leak would have one for each of them.
        let descriptors = self.peak.descriptors.saturating_sub(before.peak.descriptors);
        if descriptors > 8 {
            grew.push(format!("{what}: {descriptors} descriptors more"));
        }
        grew
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.peak.memory * 10 / MIB;
        write!(
            f,
            "| {} | {} | {}.{} | {} | {} | {} | {:.0} | {} |",
            self.method,
            self.records,
            tenths / 10,
            tenths % 10,
            self.peak.descriptors,
            self.calls,
            self.faults,
            self.took.as_secs_f64(),
            self.counts
        )
    }
}
