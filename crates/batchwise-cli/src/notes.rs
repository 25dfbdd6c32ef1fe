//! What the command says on standard error while a job runs and when it ends.

use std::time::Duration;

use batchwise::observe::{CallFinished, Observer, Waiting, WaitingFor};
use batchwise::{ReasonKind, Summary, Verdict};

use crate::args::JobArgs;
use crate::job::{Target, seconds};

/// Waits shorter than this are not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// Notes on standard error.
#[derive(Debug, Clone)]
pub(crate) struct Notes {
    quiet: bool,
    verbose: u8,
}

impl Notes {
    pub(crate) fn new(args: &JobArgs) -> Self {
        Self {
            quiet: args.quiet,
            verbose: args.verbose,
        }
    }

    /// Always shown.
    pub(crate) fn error(&self, text: &str) {
        eprintln!("batchwise: {text}");
    }

    /// Shown unless quiet.
    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            eprintln!("batchwise: {text}");
        }
    }

    /// How the job went.
    pub(crate) fn summary(&self, summary: &Summary, took: Duration, target: &Target) {
        if let Some(stop) = &summary.stop {
            self.error(&format!("stopped early: {stop}"));
        }
        if summary.found_nothing
            && summary
                .stop
                .as_ref()
                .is_none_or(|stop| stop.kind() != ReasonKind::WrongTarget)
        {
            self.warn("nothing was found: wrong campaign or account?");
        }
        if self.quiet {
            return;
        }
        let counts: Vec<String> = summary
            .counts
            .iter()
            .map(|(verdict, count)| format!("{count} {verdict}"))
            .collect();
        let counts = if counts.is_empty() {
            "no records".to_owned()
        } else {
            counts.join(", ")
        };
        eprintln!(
            "batchwise: {} {}: {counts}; {} repeated; {} calls ({} failed or refused); {}",
            summary.counts.total(),
            target.records,
            summary.duplicates,
            summary.calls,
            summary.failed_calls,
            span(took),
        );
        let left = summary.counts.of(Verdict::NotSent)
            + summary.counts.of(Verdict::Unknown)
            + summary.counts.of(Verdict::Busy);
        if left > 0 {
            eprintln!("batchwise: {left} may be tried again: run the same command with what is not settled");
        }
    }
}

impl Observer for Notes {
    fn call_finished(&self, call: &CallFinished) {
        if self.verbose == 0 && !self.quiet && call.error.is_some() {
            let status = call
                .status
                .map(|status| format!(" (HTTP {})", status.as_u16()))
                .unwrap_or_default();
            let kind = call
                .error
                .map(|kind| format!("{kind:?}").to_lowercase())
                .unwrap_or_default();
            eprintln!("batchwise: call {}: {kind}{status}", call.call);
        }
    }

    fn waiting(&self, waiting: &Waiting) {
        if self.quiet || waiting.wait < WORTH_TELLING {
            return;
        }
        let what = match waiting.on {
            WaitingFor::Quota => "quota: next slot",
            WaitingFor::Server => "the server asked to wait: next call",
            _ => "next try",
        };
        eprintln!("batchwise: {what} in {}", seconds(waiting.wait));
    }

    fn session_renewed(&self) {
        if self.verbose > 0 {
            eprintln!("batchwise: logged in");
        }
    }
}

/// A duration as people say it.
pub(crate) fn span(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_as_people_say_them() {
        assert_eq!(span(Duration::from_millis(1540)), "1.5 s");
        assert_eq!(span(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(span(Duration::from_secs(7260)), "2 h 1 min");
    }
}
