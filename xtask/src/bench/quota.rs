//! Under a quota: how much of it is used, and whether it is ever broken.

use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Extent;
use super::method::Method;
use super::programs::{Programs, Server, Told, timed};
use super::report::Report;
use super::row::{Row, Section, Target, number};
use super::throughput::to_float;

/// Calls that the server takes in any second, and records in a call.
const PER_SECOND: u64 = 5;
const BATCH: u64 = 100;

pub(super) fn measure(programs: &Programs, extent: Extent, report: &mut Report) -> Result<()> {
    let seconds = if extent.quick { 15 } else { 60 };
    report.note(&format!("rows under a quota, all at once, {seconds} s"));
    let records = seconds * PER_SECOND * BATCH;
    let strict = ["--per-second", "5", "--delay-ms", "20"];
    let slow = [&strict[..], &["--answer-ms", "1500"]].concat();
    let (plain, slow, without, with) = (
        programs.serve(&strict)?,
        programs.serve(&slow)?,
        programs.serve(&strict)?,
        programs.serve(&strict)?,
    );
    // Both commands read it, and it is made once.
    Method::Import.input(programs, records)?;
    // They sleep nearly all the time, so that they are in nobody's way.
    let (plain, slow, without, with) = std::thread::scope(|scope| {
        let stream = |server: Server| programs.run("stream", Method::Import, server.url(), records, &["--quota"]);
        let plain = scope.spawn(move || stream(plain));
        let slow = scope.spawn(move || stream(slow));
        let without = scope.spawn(move || command(programs, &without, records, false));
        let with = scope.spawn(move || command(programs, &with, records, true));
        let lost = "a thread of the bench is gone";
        let joined = (plain.join(), slow.join(), without.join(), with.join());
        anyhow::Ok((
            joined.0.ok().context(lost)??,
            joined.1.ok().context(lost)??,
            joined.2.ok().context(lost)??,
            joined.3.ok().context(lost)??,
        ))
    })?;
    let allowed = to_float(PER_SECOND * BATCH);
    let mut rows = Vec::new();
    for (name, told, answer, least) in [
        ("5 calls a second", &plain, 0.0, 0.96),
        ("the same, answers take 1.5 s", &slow, 1.5, 0.95),
    ] {
        // From the first call to the last; how long the last answer takes is not the quota's.
        let share = told.records / (told.seconds - answer) / allowed;
        let detail = format!(
            "{} records in {} s, the last answer included",
            number(told.records),
            number(told.seconds)
        );
        let name_of_share = format!("{name}: share of the quota");
        rows.push(Row::new(name_of_share, Target::AtLeast(least), share, "").detail(detail));
        let refused = told.failed_calls.unwrap_or(f64::NAN);
        rows.push(Row::new(
            format!("{name}: calls refused"),
            Target::AtMost(0.0),
            refused,
            "",
        ));
    }
    let detail = format!("{} s / {} s", number(with.seconds), number(without.seconds));
    rows.push(
        Row::new(
            "the command with a journal / without",
            Target::AtMost(1.01),
            with.seconds / without.seconds,
            "x",
        )
        .detail(detail),
    );
    rows.push(Row::new(
        "the command: calls refused",
        Target::AtMost(0.0),
        with.failed_calls.unwrap_or(f64::NAN) + without.failed_calls.unwrap_or(f64::NAN),
        "",
    ));
    report.push(Section {
        title: "Under a quota",
        how: "batchwise-bench serve --per-second 5 --delay-ms 20 [--answer-ms 1500]: a strict sliding window, every call up to \
              20 ms on its way by chance; batchwise-bench run --peer stream --method import --quota, and the command with its \
              own quota"
            .to_owned(),
        rows,
    });
    Ok(())
}

fn command(programs: &Programs, server: &Server, records: u64, journal: bool) -> Result<Told> {
    let name = if journal { "with" } else { "without" };
    let summary = programs.scratch(&format!("quota-{name}.json"))?;
    let mut command = programs.command(server.url())?;
    command
        .args(Method::Import.words())
        .arg("-i")
        .arg(Method::Import.input(programs, records)?);
    command
        .args([
            "--yes",
            "--quiet",
            "--no-progress",
            "-o",
            "ndjson",
            "--force",
            "--summary",
        ])
        .arg(&summary);
    command.stdout(Stdio::null());
    if journal {
        let journal = programs.scratch("quota.journal")?;
        super::command::remove(&journal)?;
        command.arg("--journal").arg(journal);
    } else {
        command.arg("--no-journal");
    }
    let ran = timed(&mut command)?;
    let told: Value = serde_json::from_str(&std::fs::read_to_string(&summary)?)?;
    Ok(Told {
        records: to_float(records),
        seconds: ran.seconds,
        cpu_seconds: None,
        failed_calls: told.get("failed_calls").and_then(Value::as_f64),
        allocations: None,
        peak_bytes: None,
    })
}
