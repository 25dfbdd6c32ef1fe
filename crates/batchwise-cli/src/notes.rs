//! What the command says on standard error while a job runs and when it ends.

use std::io::Write;
use std::time::Duration;

use batchwise::observe::{CallFinished, Observer, Waiting, WaitingFor};
use batchwise::{CallError, CallErrorKind, Reason, ReasonKind, Summary, Verdict};

use crate::args::JobArgs;
use crate::output::one_line;
use crate::target::Target;

/// Waits shorter than this are not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// Says something on standard error. Where standard error is gone the job goes on unheard.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "batchwise: {}", one_line(text));
}

/// Notes on standard error.
#[derive(Debug, Clone)]
pub(crate) struct Notes {
    quiet: bool,
    verbose: u8,
    allow_missing: bool,
}

impl Notes {
    pub(crate) fn new(args: &JobArgs) -> Self {
        Self {
            quiet: args.quiet,
            verbose: args.verbose,
            allow_missing: args.allow_missing,
        }
    }

    /// Always shown.
    pub(crate) fn error(&self, text: &str) {
        say(text);
    }

    /// Shown unless quiet.
    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }

    /// How the job went; `unwritable` when the output failed and stopped it.
    pub(crate) fn summary(
        &self,
        summary: &Summary,
        unwritable: Option<&std::io::Error>,
        took: Duration,
        target: &Target,
    ) {
        match (unwritable, &summary.stop) {
            (Some(error), _) => self.error(&format!("stopped early: standard output is not writable ({error})")),
            (None, Some(stop)) => self.error(&stopped(stop, target.contacts)),
            (None, None) => {}
        }
        if summary.input_left {
            self.error("the input had not ended; what was not read is in no outcome");
        }
        if summary.found_nothing
            && !self.allow_missing
            && summary
                .stop
                .as_ref()
                .is_none_or(|stop| stop.kind() != ReasonKind::WrongTarget)
        {
            self.error("nothing was found: wrong campaign or account?");
        }
        if self.quiet {
            return;
        }
        let mut text = target.count(summary.counts.total());
        for (at, (verdict, count)) in summary.counts.iter().enumerate() {
            text.push_str(if at == 0 { ": " } else { ", " });
            text.push_str(&format!("{count} {verdict}"));
        }
        if summary.duplicates > 0 {
            text.push_str(&format!("; {} repeated", summary.duplicates));
        }
        text.push_str(&format!(
            "; {} call{}",
            summary.calls,
            if summary.calls == 1 { "" } else { "s" }
        ));
        if summary.failed_calls > 0 {
            text.push_str(&format!(" ({} failed or refused)", summary.failed_calls));
        }
        say(&format!("{text}; {}", span(took)));
        let left = summary.counts.of(Verdict::NotSent)
            + summary.counts.of(Verdict::Unknown)
            + summary.counts.of(Verdict::Busy);
        if left > 0 {
            say(&format!(
                "{left} may be tried again: run the same command with what is not settled"
            ));
        }
    }
}

/// Why the job stopped, and what helps. Where records are contacts nothing that the provider says is repeated; it stands with
/// the outcomes.
fn stopped(stop: &Reason, contacts: bool) -> String {
    let status = stop.error().and_then(CallError::status);
    match stop.kind() {
        ReasonKind::Input => stop.text().unwrap_or("the input cannot be read").to_owned(),
        ReasonKind::Cancelled => "stopped early: interrupted".to_owned(),
        ReasonKind::Deadline => "stopped early: the deadline came".to_owned(),
        ReasonKind::Limit => "stopped early: --limit".to_owned(),
        ReasonKind::WrongTarget => format!("stopped early: {stop} (--allow-missing goes on)"),
        // A provider that refuses records may quote a contact.
        kind if kind == ReasonKind::Refused || contacts && status.is_some() => {
            let status = status.map_or_else(String::new, |status| format!(" (HTTP {})", status.as_u16()));
            format!("stopped early: {}{status}", Reason::new(kind))
        }
        _ => format!("stopped early: {stop}"),
    }
}

impl Observer for Notes {
    fn call_finished(&self, call: &CallFinished) {
        // Having to log in first is no mishap.
        let mishap = call.error.filter(|kind| *kind != CallErrorKind::NoSession);
        if self.verbose == 0 && !self.quiet && mishap.is_some() {
            let status = call
                .status
                .map(|status| format!(" (HTTP {})", status.as_u16()))
                .unwrap_or_default();
            let kind = call
                .error
                .map(|kind| format!("{kind:?}").to_lowercase())
                .unwrap_or_default();
            say(&format!("call {}: {kind}{status}", call.call));
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
        say(&format!("{what} in {}", seconds(waiting.wait)));
    }

    fn session_renewed(&self) {
        if self.verbose > 0 {
            say("logged in");
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

/// The time of a wait, rounded up to what a person wants to know.
fn seconds(wait: Duration) -> String {
    format!("{:.1} s", wait.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use batchwise::transport::Answer;
    use http::StatusCode;

    use super::*;

    #[test]
    fn where_records_are_contacts_the_providers_words_are_not_repeated() {
        let answer = Answer::of(StatusCode::UNAUTHORIZED, "+79157771122");
        let error = CallError::of_status(&answer).with_message("who is +79157771122?");
        let stop = Reason::from_error(ReasonKind::Credentials, error);
        assert!(stopped(&stop, false).contains("who is"));
        assert_eq!(stopped(&stop, true), "stopped early: credentials refused (HTTP 401)");
    }

    #[test]
    fn spans_are_as_people_say_them() {
        assert_eq!(span(Duration::from_millis(1540)), "1.5 s");
        assert_eq!(span(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(span(Duration::from_secs(7260)), "2 h 1 min");
    }
}
