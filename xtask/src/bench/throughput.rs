//! Records per second, all peers in turn, so that a moment of noise meets all of them.

use anyhow::Result;

use super::Extent;
use super::method::Method;
use super::peers::{self, Peers};
use super::programs::Programs;
use super::report::Report;
use super::row::{Row, Section, Target, median, number};

/// What came of one peer.
#[derive(Debug, Clone)]
pub(super) struct Speed {
    pub(super) method: Method,
    pub(super) records: u64,
    pub(super) peer: &'static str,
    /// Records per second of each round; a round that it sat out is not there.
    pub(super) rounds: Vec<f64>,
    pub(super) peak_bytes: Option<f64>,
}

/// Fewest records that say something of a peer's speed: of fewer the start is most.
const LEAST: u64 = 20_000;

pub(super) fn measure(programs: &Programs, peers: &Peers, extent: Extent, report: &mut Report) -> Result<()> {
    let server = programs.serve(&[])?;
    let sizes: &[(u64, usize)] = if extent.quick {
        &[(1_000, 3), (20_000, 3)]
    } else {
        &[(1_000, 5), (100_000, 5), (1_000_000, 3)]
    };
    let mut speeds = Vec::new();
    for method in Method::ALL {
        for (records, rounds) in sizes.iter().copied() {
            report.note(&format!(
                "{} records per second, {}",
                number(to_float(records)),
                method.provider()
            ));
            let mut of_size: Vec<Speed> = Vec::new();
            for round in 0..rounds {
                // A gigabyte of leads takes a while, and so do a million records for an interpreter.
                let heavy = records >= 1_000_000;
                if round > 0 && heavy && method == Method::Leads {
                    break;
                }
                for peer in &peers.0 {
                    if heavy && round > 0 && peer.is_slow() {
                        continue;
                    }
                    let Some(told) = peer.run(programs, method, server.url(), records)? else {
                        continue;
                    };
                    let rate = told.records / told.seconds;
                    match of_size.iter_mut().find(|speed| speed.peer == peer.name) {
                        Some(speed) => speed.rounds.push(rate),
                        None => of_size.push(Speed {
                            method,
                            records,
                            peer: peer.name,
                            rounds: vec![rate],
                            peak_bytes: told.peak_bytes,
                        }),
                    }
                }
            }
            speeds.append(&mut of_size);
        }
    }
    let rows = rows(&speeds);
    report.speeds = speeds;
    report.push(Section {
        title: "Records per second, against peers",
        how: "batchwise-bench run --peer PEER --method METHOD --records N --concurrency 4; medians of the ratios of each round"
            .to_owned(),
        rows,
    });
    Ok(())
}

fn rows(speeds: &[Speed]) -> Vec<Row> {
    let compared = [
        (peers::STREAM, peers::REQWEST, Target::AtLeast(0.97)),
        (peers::STREAM, peers::HYPER, Target::AtLeast(0.9)),
        (peers::DELETER, peers::REQWEST, Target::None),
        (peers::COMMAND, peers::AIOHTTP, Target::AtLeast(5.0)),
        (peers::COMMAND, peers::AIOHTTP_ROWS, Target::AtLeast(5.0)),
        (peers::COMMAND, peers::HTTPX, Target::None),
        (peers::COMMAND, peers::PHP, Target::AtLeast(10.0)),
        (peers::COMMAND, peers::PHP_ROWS, Target::AtLeast(10.0)),
    ];
    let mut sizes: Vec<u64> = speeds
        .iter()
        .map(|speed| speed.records)
        .filter(|size| *size >= LEAST)
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    let of = |method, records, peer| {
        let mut found = speeds.iter();
        found.find(|speed| (speed.method, speed.records, speed.peer) == (method, records, peer))
    };
    let mut rows = Vec::new();
    for method in Method::ALL {
        for (ours, theirs, target) in compared {
            // A loop that only parses, encodes and posts leads; what else is done with them has its price.
            let target = match target {
                Target::AtLeast(0.97) if method == Method::Leads => Target::AtLeast(0.9),
                target => target,
            };
            for records in sizes.iter().copied() {
                let name = format!(
                    "{}, {} records: {ours} / {theirs}",
                    method.provider(),
                    number(to_float(records))
                );
                match (of(method, records, ours), of(method, records, theirs)) {
                    (Some(ours), Some(theirs)) => {
                        let ratios: Vec<f64> = ours
                            .rounds
                            .iter()
                            .zip(&theirs.rounds)
                            .map(|(ours, theirs)| ours / theirs)
                            .collect();
                        let (ours, theirs) = (median(&ours.rounds), median(&theirs.rounds));
                        let detail = format!("{} / {} a second", number(ours), number(theirs));
                        rows.push(Row::new(name, target, median(&ratios), "x").detail(detail));
                    }
                    (None, _) if method == Method::Leads && ours == peers::DELETER => {}
                    _ => rows.push(Row::missing(name, target, "a peer is missing, see above")),
                }
            }
        }
    }
    rows
}

#[expect(clippy::cast_precision_loss, reason = "no more than ten millions")]
pub(super) fn to_float(records: u64) -> f64 {
    records as f64
}
