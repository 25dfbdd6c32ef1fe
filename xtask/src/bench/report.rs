//! What is written: tables for people, JSON for programs.

use std::fmt::Write;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::Extent;
use super::machine::Machine;
use super::method::Method;
use super::row::{Section, median, number};
use super::throughput::{Speed, to_float};

/// Everything that was measured.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) machine: Machine,
    extent: Extent,
    pub(super) speeds: Vec<Speed>,
    sections: Vec<Section>,
    /// What could not be measured, and why.
    missing: Vec<String>,
    took: Duration,
}

impl Report {
    pub(super) fn new(machine: Machine, extent: Extent) -> Self {
        if machine.load.is_some_and(|load| load > 0.5) {
            eprintln!("bench: this machine is busy; only counts of instructions and allocations can be trusted");
        }
        Self {
            machine,
            extent,
            speeds: Vec::new(),
            sections: Vec::new(),
            missing: Vec::new(),
            took: Duration::ZERO,
        }
    }

    /// Says what is being measured.
    #[expect(clippy::unused_self, reason = "one way to speak")]
    pub(super) fn note(&self, text: &str) {
        eprintln!("bench: {text}");
    }

    /// Notes what cannot be measured here.
    pub(super) fn lack(&mut self, what: String) {
        eprintln!("bench: MISSING {what}");
        self.missing.push(what);
    }

    pub(super) fn push(&mut self, section: Section) {
        for row in &section.rows {
            let mark = mark(row.is_met());
            eprintln!(
                "  {} {} {} {mark} {}",
                row.measure,
                row.figure_text(),
                row.target_text(),
                row.detail
            );
        }
        self.sections.push(section);
    }

    pub(super) fn took(&mut self, took: Duration) {
        self.took = took;
    }

    /// The end, for whoever waits.
    pub(super) fn say(&self) {
        let rows = self.sections.iter().flat_map(|section| &section.rows);
        let missed: Vec<String> = rows
            .filter(|row| row.is_met() == Some(false))
            .map(|row| {
                format!(
                    "  missed: {}: {} (target {})",
                    row.measure,
                    row.figure_text(),
                    row.target_text()
                )
            })
            .collect();
        eprintln!("bench: {} s, {} targets missed", self.took.as_secs(), missed.len());
        for line in missed.iter().chain(
            &self
                .missing
                .iter()
                .map(|what| format!("  missing: {what}"))
                .collect::<Vec<_>>(),
        ) {
            eprintln!("{line}");
        }
    }

    fn command(&self) -> &'static str {
        match self.extent {
            Extent { quick: true, .. } => "cargo xtask bench --quick",
            Extent { all_builds: true, .. } => "cargo xtask bench --all-builds",
            Extent { .. } => "cargo xtask bench",
        }
    }

    pub(super) fn markdown(&self) -> String {
        let mut out = String::new();
        self.write(&mut out).unwrap_or_default();
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let machine = &self.machine;
        writeln!(out, "# What the law costs\n")?;
        writeln!(
            out,
            "Written by `{}` ({} s). All peers do the same work against the same server, which answers from memory and has {}. \
             `batchwise-bench` is `crates/batchwise-bench`; nothing here is a test, and a busy machine gives other figures. [performance.md](performance.md) says \
             where the time goes that misses a target.\n",
            self.command(),
            self.took.as_secs(),
            if machine.cores > 1 {
                "a core of its own"
            } else {
                "no core of its own"
            },
        )?;
        writeln!(out, "| | |\n|---|---|")?;
        writeln!(out, "| date, revision | {}, {} |", machine.date, machine.revision)?;
        writeln!(
            out,
            "| machine | {}, {} cores, {} GiB, {} |",
            machine.processor,
            machine.cores,
            number(machine.memory_gib),
            machine.system
        )?;
        if let Some(load) = machine.load {
            let word = if load > 0.5 {
                "busy: seconds are rough, counts are not"
            } else {
                "idle"
            };
            writeln!(out, "| load when it began | {load} ({word}) |")?;
        }
        let versions: Vec<String> = machine
            .versions
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        writeln!(out, "| versions | {} |\n", versions.join(", "))?;
        if !self.missing.is_empty() {
            writeln!(out, "**Missing from this run:**\n")?;
            for what in &self.missing {
                writeln!(out, "- {what}")?;
            }
            writeln!(out)?;
        }
        self.write_speeds(out)?;
        for section in &self.sections {
            writeln!(out, "## {}\n\n`{}`\n", section.title, section.how.replace("; ", "`; `"))?;
            writeln!(out, "| measure | target | figure | | |\n|---|---|---|---|---|")?;
            for row in &section.rows {
                writeln!(
                    out,
                    "| {} | {} | {} | {} | {} |",
                    row.measure,
                    row.target_text(),
                    row.figure_text(),
                    mark(row.is_met()),
                    row.detail
                )?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn write_speeds(&self, out: &mut String) -> std::fmt::Result {
        if self.speeds.is_empty() {
            return Ok(());
        }
        writeln!(out, "## Records per second\n\n![Records per second](bench.svg)\n")?;
        writeln!(
            out,
            "Medians. The loops in Rust, Python and PHP count from their first request, the command from its start to its end, \
             its check of the whole input before the first call included. Four calls in flight; PHP makes one after another, \
             with a connection for each, as providers' samples do. The loops by hand drop no repeats, keep no quota, retry \
             nothing and end at the first answer that is not the usual one. What runs from file to rows takes the same file as the \
             command and writes a row for each record, as it does; leads are read from a file by all.\n"
        )?;
        let mut peers: Vec<&str> = Vec::new();
        for speed in &self.speeds {
            if !peers.contains(&speed.peer) {
                peers.push(speed.peer);
            }
        }
        writeln!(out, "| method | records | {} |", peers.join(" | "))?;
        writeln!(out, "|---|---|{}", "---|".repeat(peers.len()))?;
        for method in Method::ALL {
            let mut sizes: Vec<u64> = self
                .speeds
                .iter()
                .filter(|speed| speed.method == method)
                .map(|speed| speed.records)
                .collect();
            sizes.dedup();
            for size in sizes {
                write!(out, "| {} | {} |", method.provider(), number(to_float(size)))?;
                for peer in &peers {
                    let mut speeds = self.speeds.iter();
                    let found = speeds.find(|speed| (speed.method, speed.records, &speed.peer) == (method, size, peer));
                    let rate = found.map_or_else(|| "none".to_owned(), |speed| number(median(&speed.rounds)));
                    write!(out, " {rate} |")?;
                }
                writeln!(out)?;
            }
        }
        writeln!(out)
    }

    pub(super) fn json(&self) -> Result<String> {
        let machine = &self.machine;
        let speeds = self.speeds.iter().map(|speed| {
            json!({
                "method": speed.method.provider(),
                "records": speed.records,
                "peer": speed.peer,
                "records_per_second": median(&speed.rounds),
                "rounds": speed.rounds,
                "peak_bytes": speed.peak_bytes,
            })
        });
        let sections = self.sections.iter().map(|section| {
            let rows = section.rows.iter().map(|row| {
                json!({
                    "measure": row.measure,
                    "target": row.target_text(),
                    "figure": row.figure,
                    "unit": row.unit.trim(),
                    "met": row.is_met(),
                    "detail": row.detail,
                })
            });
            json!({ "title": section.title, "how": section.how, "rows": rows.collect::<Vec<Value>>() })
        });
        let versions: serde_json::Map<String, Value> = machine
            .versions
            .iter()
            .map(|(name, version)| (name.clone(), version.clone().into()))
            .collect();
        let text = serde_json::to_string_pretty(&json!({
            "command": self.command(),
            "seconds": self.took.as_secs(),
            "machine": {
                "processor": machine.processor,
                "cores": machine.cores,
                "memory_gib": machine.memory_gib,
                "system": machine.system,
                "load": machine.load,
            },
            "date": machine.date,
            "revision": machine.revision,
            "versions": versions,
            "missing": self.missing,
            "speeds": speeds.collect::<Vec<Value>>(),
            "sections": sections.collect::<Vec<Value>>(),
        }))?;
        Ok(text + "\n")
    }
}

fn mark(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "met",
        Some(false) => "**missed**",
        None => "",
    }
}
