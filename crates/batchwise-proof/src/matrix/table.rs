//! The matrix as a document. It holds no time, no port and nothing else that changes from one run to the next.

use std::fmt::Write;

use super::case::{Case, Ended, Place, Played};
use crate::wires::Wire;

const HEAD: &str = "\
# The matrix of faults

<!-- Written by `cargo xtask fault-matrix`; `cargo xtask ci fault-matrix` fails when it is not true. -->

Every fault of the emulator, at the first, the middle, the last and every request of every method, over real sockets: HTTP/1.1 and
HTTP/2, plain and over TLS. Each run is a job of 24 records, one of which is not there, in requests of at most six; every outcome is
held against the emulator's own account of that record, the calls against those that arrived and their bound.

A cell says what became of the 24 records, and the calls that carried some (logins are not among them). `stopped` is why the job
ended before it had tried everything. Where wires differ, the cell says which.

A fault that *acts* strikes after the provider has done its work. The time-outs are the library's own (30 s); the time is not waited
for but moved. A port that listens cannot refuse a connection: `refuse` is a reset before anything is acted on. Over HTTP/2 it is
`RST_STREAM` with `REFUSED_STREAM`; a reset is the end of the whole connection, a close in good order is `GOAWAY`, and a cut answer is a
stream that ends before the length that its head announced.
";

/// The document.
pub(crate) fn of(cases: &[Case], ended: &[Ended]) -> String {
    let mut text = HEAD.to_owned();
    let survived = ended.iter().filter(|ended| ended.broken.is_empty()).count();
    // A `String` takes everything.
    let _ = writeln!(text, "\n**{} runs; {survived} survived.**", cases.len());
    let runs: Vec<(&Case, &Ended)> = cases.iter().zip(ended).collect();
    let cells: Vec<_> = runs.chunks(Wire::ALL.len()).collect();
    let alike = cells.iter().filter(|cell| {
        cell.iter()
            .all(|(_, ended)| Some(*ended) == cell.first().map(|(_, ended)| *ended))
    });
    let _ = writeln!(
        text,
        "In {} of {} cells all four wires agree.",
        alike.count(),
        cells.len()
    );
    for played in Played::ALL {
        let _ = write!(text, "\n## {played}\n\n| fault |");
        for place in Place::ALL {
            let _ = write!(text, " {place} |");
        }
        let _ = writeln!(text, "\n|---|---|---|---|---|");
        let of_method: Vec<&(&Case, &Ended)> = runs.iter().filter(|(case, _)| case.played == played).collect();
        for row in of_method.chunks(Place::ALL.len() * Wire::ALL.len()) {
            let Some((case, _)) = row.first() else { continue };
            let _ = write!(text, "| {} |", case.fault);
            for cell in row.chunks(Wire::ALL.len()) {
                let _ = write!(text, " {} |", cell_of(cell));
            }
            text.push('\n');
        }
    }
    text
}

/// What the wires have in common is said once.
fn cell_of(runs: &[&(&Case, &Ended)]) -> String {
    let mut said: Vec<(String, Vec<Wire>)> = Vec::new();
    for (case, ended) in runs {
        let words = ended.to_string();
        match said.iter_mut().find(|(known, _)| *known == words) {
            Some((_, wires)) => wires.push(case.wire),
            None => said.push((words, vec![case.wire])),
        }
    }
    match said.as_slice() {
        [(words, _)] => words.clone(),
        several => {
            let each = several.iter().map(|(words, wires)| {
                let wires: Vec<String> = wires.iter().map(ToString::to_string).collect();
                format!("{words} ({})", wires.join(", "))
            });
            each.collect::<Vec<_>>().join("<br>")
        }
    }
}
