//! The command by itself: its start, its memory, its journal.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;

use super::Extent;
use super::method::Method;
use super::programs::{Programs, Server, timed, watched};
use super::report::Report;
use super::row::{Row, Section, Target, median, number};
use super::throughput::to_float;

const MIB: f64 = 1024.0 * 1024.0;

/// Random ids of the job that others are compared with.
const BASE: u64 = 100_000;

pub(super) fn measure(programs: &Programs, extent: Extent, report: &mut Report) -> Result<()> {
    let mut rows = Vec::new();
    start(programs, &mut rows, report)?;
    memory(programs, extent, &mut rows, report)?;
    leads(programs, extent, &mut rows, report)?;
    journal(programs, extent, &mut rows, report)?;
    report.push(Section {
        title: "The command",
        how: "batchwise --version; batchwise calltouch-import delete -i -, with --no-journal, --journal FILE or neither, --rate \
              off -o ndjson; peaks as the system tells them (VmHWM); unthrottled jobs and their servers are on no core in particular"
            .to_owned(),
        rows,
    });
    Ok(())
}

fn start(programs: &Programs, rows: &mut Vec<Row>, report: &mut Report) -> Result<()> {
    report.note("start of the command");
    let mut versions = Vec::new();
    for _ in 0..30 {
        let mut command = programs.command("http://127.0.0.1:1")?;
        versions.push(timed(command.arg("--version"))?.seconds * 1e3);
    }
    rows.push(Row::new("--version", Target::AtMost(5.0), median(&versions), " ms").detail("median of 30"));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let mut firsts = Vec::new();
    for _ in 0..10 {
        let mut command = programs.command(&url)?;
        command.args(Method::Import.words()).args(["51001", "--yes", "--quiet"]);
        let started = Instant::now();
        let mut process = command.spawn()?;
        let (mut stream, _) = listener.accept()?;
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        firsts.push(started.elapsed().as_secs_f64() * 1e3);
        process.kill()?;
        process.wait()?;
    }
    let detail = "median of 10, with a journal, as by default";
    rows.push(
        Row::new(
            "from start to the first byte sent",
            Target::AtMost(50.0),
            median(&firsts),
            " ms",
        )
        .detail(detail),
    );
    Ok(())
}

/// Random ids of 32 bits through a pipe.
fn memory(programs: &Programs, extent: Extent, rows: &mut Vec<Row>, report: &mut Report) -> Result<()> {
    let many = if extent.quick { 1_000_000 } else { 10_000_000 };
    let server = programs.serve(&[])?;
    let peak = |records: u64, journal: bool| -> Result<(f64, f64)> {
        report.note(&format!(
            "memory of {} random ids from a pipe",
            number(to_float(records))
        ));
        let input = random(programs, records)?;
        let mut command = programs.command(server.url())?;
        command
            .args(Method::Import.words())
            .args(["-i", "-", "--yes", "--quiet", "--no-progress"]);
        command.args(["--rate", "off", "-o", "ndjson"]);
        if journal {
            let journal = programs.scratch("memory.journal")?;
            remove(&journal)?;
            command.arg("--journal").arg(journal);
        } else {
            command.arg("--no-journal");
        }
        let mut source = std::process::Command::new("cat");
        let mut source = source.arg(input).stdout(std::process::Stdio::piped()).spawn()?;
        if let Some(pipe) = source.stdout.take() {
            command.stdin(pipe);
        }
        let ran = watched(&mut command)?;
        source.wait()?;
        Ok((ran.peak_bytes.unwrap_or(f64::NAN), ran.seconds))
    };
    // A shorter job would be over before its peak is looked at.
    let (base, _) = peak(BASE, false)?;
    let (most, seconds) = peak(many, false)?;
    let name = format!(
        "peak memory, {} random ids from a pipe, repeats dropped",
        number(to_float(many))
    );
    let detail = format!(
        "{} MiB with {} ids; {} s",
        number(base / MIB),
        number(to_float(BASE)),
        number(seconds)
    );
    rows.push(Row::new(name, Target::AtMost(64.0), most / 1e6, " MB").detail(detail));
    let each = (most - base) / to_float(many - BASE);
    let target = if extent.quick {
        Target::None
    } else {
        Target::AtMost(4.0)
    };
    rows.push(Row::new("bytes for each distinct id beyond the base", target, each, ""));
    if !extent.quick {
        let (most, seconds) = peak(1_000_000, true)?;
        let detail = format!("{} s", number(seconds));
        rows.push(
            Row::new(
                "peak memory, 1,000,000 random ids from a pipe, with a journal",
                Target::AtMost(64.0),
                most / 1e6,
                " MB",
            )
            .detail(detail),
        );
    }
    Ok(())
}

/// A million leads from a file, through a job that knows each of them.
fn leads(programs: &Programs, extent: Extent, rows: &mut Vec<Row>, report: &mut Report) -> Result<()> {
    let many = if extent.quick { 20_000 } else { 1_000_000 };
    let server = programs.serve(&[])?;
    let peak = |records: u64| -> Result<(f64, f64)> {
        report.note(&format!("memory of {} leads from a file", number(to_float(records))));
        let mut command = programs.command(server.url())?;
        command
            .args(Method::Leads.words())
            .arg("-i")
            .arg(Method::Leads.input(programs, records)?);
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
        let ran = watched(&mut command)?;
        Ok((ran.peak_bytes.unwrap_or(f64::NAN), ran.seconds))
    };
    // A short job's peak differs by a fifth from one run to the next.
    let bases = (0..5).map(|_| peak(5_000).map(|(base, _)| base));
    let base = median(&bases.collect::<Result<Vec<_>>>()?);
    let (most, seconds) = peak(many)?;
    let name = format!(
        "leads of 1 KiB from a file: peak of {} / of 5,000",
        number(to_float(many))
    );
    let detail = format!(
        "{} MiB / {} MiB; {} s",
        number(most / MIB),
        number(base / MIB),
        number(seconds)
    );
    rows.push(Row::new(name, Target::AtMost(1.1), most / base, "x").detail(detail));
    Ok(())
}

/// The command beside a server on all the cores there are, as it is used: a journal's writer is a thread of its own.
fn journal(programs: &Programs, extent: Extent, rows: &mut Vec<Row>, report: &mut Report) -> Result<()> {
    type Serve = fn(&Programs) -> Result<Server>;
    let (records, rounds) = if extent.quick { (20_000, 3) } else { (200_000, 11) };
    let servers: [(&str, Serve); 2] = [
        ("the emulator", Programs::emulate),
        ("a server that does nothing", |programs| programs.serve(&[])),
    ];
    for (against, serve) in servers {
        report.note(&format!("a journal, unthrottled, against {against}"));
        let mut ratios = Vec::new();
        let (mut kept, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let run = |journal: bool| -> Result<f64> {
                // The emulator deletes each record once.
                let server = serve(programs)?;
                let mut command = programs.free_command(server.url())?;
                command
                    .args(Method::Import.words())
                    .arg("-i")
                    .arg(Method::Import.input(programs, records)?);
                command.args(["--yes", "--quiet", "--no-progress", "--rate", "off", "-o", "ndjson"]);
                if journal {
                    let journal = programs.scratch("speed.journal")?;
                    remove(&journal)?;
                    command.arg("--journal").arg(journal);
                } else {
                    command.arg("--no-journal");
                }
                Ok(timed(&mut command)?.seconds)
            };
            let (without, with) = (run(false)?, run(true)?);
            ratios.push(with / without);
            kept.push(with);
            plain.push(without);
        }
        let name = format!(
            "{} ids with a journal / without, unthrottled, against {against}",
            number(to_float(records))
        );
        let detail = format!("{} s / {} s", number(median(&kept)), number(median(&plain)));
        rows.push(Row::new(name, Target::AtMost(1.15), median(&ratios), "x").detail(detail));
    }
    Ok(())
}

/// Removes a journal of an earlier run, with what stands beside it.
pub(super) fn remove(journal: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm", "-journal", ".lock"] {
        let mut name = journal.as_os_str().to_owned();
        name.push(ending);
        match fs::remove_file(name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// A file of so many ids of 32 bits in the order of chance; none comes twice.
fn random(programs: &Programs, records: u64) -> Result<PathBuf> {
    let path = programs.scratch(&format!("random-{records}.txt"))?;
    let mut out = BufWriter::new(File::create(&path)?);
    // A generator of full period gives each number once.
    let mut state: u32 = 1;
    for _ in 0..records {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        writeln!(out, "{}", mixed(state))?;
    }
    out.flush()?;
    Ok(path)
}

/// Mixes the bits of a number; different numbers stay different.
fn mixed(mut number: u32) -> u32 {
    number ^= number >> 16;
    number = number.wrapping_mul(0x7feb_352d);
    number ^= number >> 15;
    number = number.wrapping_mul(0x846c_a68b);
    number ^ (number >> 16)
}
