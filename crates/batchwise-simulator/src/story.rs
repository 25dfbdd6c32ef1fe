//! What happened in a play, in words.

use std::fmt::Write;

use batchwise_core::Record;
use batchwise_core::clock::Tick;
use batchwise_emulator::LogEntry;

use crate::case::{Case, RunCase};
use crate::play::moment;

/// Every call, every outcome, and the faults that fired.
pub(crate) fn transcript<R: Record>(cases: &[Case<R>], log: &[LogEntry], end: Tick) -> String {
    let mut text = String::new();
    for (at, case) in (1..).zip(cases) {
        for (nth, run) in (1..).zip(&case.runs) {
            line(&mut text, format_args!("job {at}, run {nth}"));
            tell(&mut text, run);
        }
        let Some(whole) = &case.whole else { continue };
        line(&mut text, format_args!("job {at} in the end"));
        for outcome in &whole.outcomes {
            line(&mut text, format_args!("  {}", whole.line(outcome)));
        }
    }
    line(&mut text, format_args!("the server's log"));
    for entry in log {
        line(&mut text, format_args!("{entry}"));
    }
    line(&mut text, format_args!("over at {}", moment(end)));
    text
}

fn tell<R: Record>(text: &mut String, run: &RunCase<R>) {
    let evidence = &run.evidence;
    for (call, seen) in (1..).zip(&evidence.calls) {
        let names = seen.names.join(" ");
        let end = match seen.end {
            None => "nobody waited for its end".to_owned(),
            Some(Ok(())) => "answered".to_owned(),
            Some(Err(kind)) => format!("{kind:?}"),
        };
        line(
            text,
            format_args!("  call {call} at {}: {names}: {end}", moment(seen.at)),
        );
    }
    for outcome in &evidence.outcomes {
        line(text, format_args!("  {}", evidence.line(outcome)));
    }
    let (summary, stop) = (&evidence.summary, evidence.summary.stop.as_ref());
    line(
        text,
        format_args!(
            "  {} calls (at least {}), {} logins, {} repeats, {} of earlier runs, stopped: {:?}, dropped: {}, {} polls",
            summary.calls,
            run.least,
            summary.logins,
            summary.duplicates,
            summary.recalled,
            stop.map(ToString::to_string),
            evidence.dropped,
            run.polls
        ),
    );
    for sight in &run.sights {
        line(text, format_args!("  journal: {sight}"));
    }
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    // A `String` takes everything.
    let _ = writeln!(text, "{words}");
}
