//! What happened in a play, in words.

use std::fmt::Write;

use batchwise_core::Record;
use batchwise_core::clock::Tick;
use batchwise_emulator::LogEntry;

use crate::law::Case;
use crate::play::moment;

/// Every call, every outcome, and the faults that fired.
pub(crate) fn transcript<R: Record>(cases: &[Case<R>], log: &[LogEntry], end: Tick) -> String {
    let mut text = String::new();
    for (at, case) in (1..).zip(cases) {
        let evidence = &case.evidence;
        line(&mut text, format_args!("job {at}"));
        for (call, seen) in (1..).zip(&evidence.calls) {
            let names = seen.names.join(" ");
            let end = match seen.end {
                None => "nobody waited for its end".to_owned(),
                Some(Ok(())) => "answered".to_owned(),
                Some(Err(kind)) => format!("{kind:?}"),
            };
            line(
                &mut text,
                format_args!("  call {call} at {}: {names}: {end}", moment(seen.at)),
            );
        }
        for outcome in &evidence.outcomes {
            line(&mut text, format_args!("  {}", evidence.line(outcome)));
        }
        let stop = evidence.summary.stop.as_ref().map(ToString::to_string);
        line(
            &mut text,
            format_args!(
                "  {} calls (at least {}), {} logins, {} repeats, stopped: {stop:?}, dropped: {}, {} polls",
                evidence.summary.calls,
                case.least,
                evidence.summary.logins,
                evidence.summary.duplicates,
                evidence.dropped,
                case.polls
            ),
        );
    }
    line(&mut text, format_args!("the server's log"));
    for entry in log {
        line(&mut text, format_args!("{entry}"));
    }
    line(&mut text, format_args!("over at {}", moment(end)));
    text
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    // A `String` takes everything.
    let _ = writeln!(text, "{words}");
}
