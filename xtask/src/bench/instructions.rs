//! Instructions and allocations per record: figures that a busy machine does not blur.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::Extent;
use super::method::Method;
use super::programs::{Programs, Told, output};
use super::report::Report;
use super::row::{Row, Section, Target, number};
use super::throughput::to_float;

/// Two sizes of a job; what the larger takes more is the price of its further records, without the start.
const SIZES: [u64; 2] = [4_000, 12_000];

const ONE_CALL: [&str; 2] = ["--concurrency", "1"];

pub(super) fn measure(programs: &Programs, extent: Extent, report: &mut Report) -> Result<()> {
    let server = programs.serve(&[])?;
    let peers: &[&str] = if extent.quick {
        &["reqwest", "stream"]
    } else {
        &["hyper", "reqwest", "stream", "deleter"]
    };
    let mut rows = Vec::new();
    let mut further = Vec::new();
    for method in Method::ALL {
        report.note(&format!(
            "instructions and allocations per record, {}",
            method.provider()
        ));
        let mut counted = Vec::new();
        for peer in peers.iter().copied() {
            if peer == "deleter" && method == Method::Leads {
                continue;
            }
            let instructions = if has_callgrind() {
                Some(per_record(SIZES, |records| {
                    callgrind(programs, peer, method, server.url(), records)
                })?)
            } else {
                None
            };
            let allocations = per_record(SIZES, |records| {
                let mut command = programs.counting();
                programs.job(&mut command, peer, method, server.url(), records, &ONE_CALL)?;
                Told::read(&output(&mut command)?)?
                    .allocations
                    .context("allocations are not counted")
            })?;
            counted.push((peer, instructions, allocations));
        }
        let of = |peer: &str| counted.iter().find(|(name, ..)| *name == peer);
        let (Some((_, ours, our_memory)), Some((_, theirs, their_memory))) = (of("stream"), of("reqwest")) else {
            continue;
        };
        let name = format!("{}: instructions, stream / reqwest loop", method.provider());
        let target = Target::AtMost(1.1);
        rows.push(match (ours, theirs) {
            (Some(ours), Some(theirs)) => {
                let detail = format!("{} / {} a record", number(*ours), number(*theirs));
                Row::new(name, target, ours / theirs, "x").detail(detail)
            }
            _ => Row::missing(name, target, "valgrind is missing"),
        });
        let target = if method == Method::Leads {
            Target::None
        } else {
            Target::AtMost(0.1)
        };
        let name = format!("{}: allocations beyond the reqwest loop", method.provider());
        let detail = format!("{} / {} a record", number(*our_memory), number(*their_memory));
        rows.push(Row::new(name, target, our_memory - their_memory, "").detail(detail));
        for (peer, instructions, allocations) in &counted {
            if let Some(instructions) = instructions {
                let name = format!("{}: instructions a record, {peer}", method.provider());
                let detail = format!("{} allocations", number(*allocations));
                further.push(Row::new(name, Target::None, *instructions, "").detail(detail));
            }
        }
    }
    if !has_callgrind() {
        report.lack("instructions: no valgrind".to_owned());
    }
    rows.append(&mut further);
    let how = "valgrind --tool=callgrind batchwise-bench run --peer PEER --method METHOD --records 4000 and 12000 --concurrency 1: \
               the difference, by 8000; allocations the same with `--features count-allocations`";
    report.push(Section {
        title: "Instructions and allocations per record",
        how: how.to_owned(),
        rows,
    });
    Ok(())
}

/// What a record costs in jobs of all sizes.
pub(super) fn flat(programs: &Programs, extent: Extent, report: &mut Report) -> Result<()> {
    let server = programs.serve(&[])?;
    let mut rows = Vec::new();
    let decades: &[u64] = if extent.quick {
        &[1_000, 10_000, 100_000]
    } else {
        &[1_000, 10_000, 100_000, 1_000_000]
    };
    if has_callgrind() {
        let mut counts = Vec::new();
        for records in decades.iter().copied() {
            report.note(&format!("instructions of {} records", number(to_float(records))));
            counts.push((
                records,
                callgrind(programs, "stream", Method::Import, server.url(), records)?,
            ));
        }
        let mut first = None;
        for pair in counts.windows(2) {
            let [(fewer, little), (more, much)] = pair else {
                continue;
            };
            let each = (much - little) / to_float(more - fewer);
            let first = *first.get_or_insert(each);
            let name = format!(
                "instructions a record, {} to {} records",
                number(to_float(*fewer)),
                number(to_float(*more))
            );
            rows.push(
                Row::new(name, Target::AtMost(1.1), each / first, "x").detail(format!("{} a record", number(each))),
            );
        }
    }
    let timed: &[u64] = if extent.quick {
        &[100_000, 1_000_000]
    } else {
        &[100_000, 1_000_000, 10_000_000]
    };
    let mut first = None;
    for records in timed.iter().copied() {
        report.note(&format!("processor time of {} records", number(to_float(records))));
        let told = programs.run("stream", Method::Import, server.url(), records, &["--concurrency", "4"])?;
        let Some(seconds) = told.cpu_seconds else { break };
        let each = seconds / told.records * 1e9;
        let first = *first.get_or_insert(each);
        let name = format!("processor time a record, {} records", number(to_float(records)));
        let detail = format!(
            "{} ns a record, {} MiB at most",
            number(each),
            number(told.peak_bytes.unwrap_or_default() / 1024.0 / 1024.0)
        );
        rows.push(Row::new(name, Target::AtMost(1.1), each / first, "x").detail(detail));
    }
    report.push(Section {
        title: "Cost per record with the number of records",
        how: "batchwise-bench run --peer stream --method import --records N, under callgrind (the difference of two sizes) and \
              by the clock of the processor, kernel included"
            .to_owned(),
        rows,
    });
    Ok(())
}

pub(super) fn has_callgrind() -> bool {
    let mut version = Command::new("valgrind");
    version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

fn per_record(sizes: [u64; 2], mut count: impl FnMut(u64) -> Result<f64>) -> Result<f64> {
    let [fewer, more] = sizes;
    Ok((count(more)? - count(fewer)?) / to_float(more - fewer))
}

/// All instructions of a run.
fn callgrind(programs: &Programs, peer: &str, method: Method, url: &str, records: u64) -> Result<f64> {
    let out = programs.scratch("callgrind.out")?;
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--tool=callgrind"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(programs.bench_path());
    programs.job(&mut command, peer, method, url, records, &ONE_CALL)?;
    output(&mut command)?;
    let profile = fs::read_to_string(&out)?;
    let line = profile
        .lines()
        .find_map(|line| line.strip_prefix("summary:").or(line.strip_prefix("totals:")));
    line.and_then(|count| count.trim().parse().ok())
        .context("callgrind told no sum")
}
