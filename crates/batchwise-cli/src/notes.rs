//! What the command says on standard error while a job runs and when it ends.

use std::io::Write;
use std::time::Duration;

use batchwise::CallErrorKind;
use batchwise::observe::{CallFinished, Observer, Waiting, WaitingFor};

use crate::args::ConnectArgs;
use crate::ending::Ending;
use crate::failure::Failure;
use crate::output::one_line;
use crate::progress::{Mode, Paint, span};
use crate::screen;

/// Waits shorter than this are not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// Says something on standard error. Where standard error is gone the job goes on unheard.
pub(crate) fn say(text: &str) {
    screen::write(&format!("batchwise: {}\n", one_line(text)));
}

/// Says why the command ended: what, where, and what to do.
pub(crate) fn say_failure(failure: &Failure) {
    for (at, line) in failure.lines().iter().enumerate() {
        let name = if at == 0 { "batchwise: " } else { "" };
        screen::write(&format!("{name}{}\n", one_line(line)));
    }
}

/// The same past whatever holds the terminal, for the very end.
pub(crate) fn say_at_once(text: &str) {
    let _ = writeln!(std::io::stderr(), "batchwise: {}", one_line(text));
}

/// Notes on standard error.
#[derive(Debug, Clone)]
pub(crate) struct Notes {
    quiet: bool,
    verbose: u8,
    mode: Mode,
}

impl Notes {
    pub(crate) fn new(args: &ConnectArgs, mode: Mode) -> Self {
        Self {
            quiet: args.quiet,
            verbose: args.verbose,
            mode,
        }
    }

    /// Shown unless quiet.
    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }

    /// How the job went.
    pub(crate) fn ending(&self, ending: &Ending<'_>) {
        let paint = Paint::of_stderr();
        for alarm in ending.alarms() {
            screen::write(&format!("batchwise: {}\n", paint.alarm(&one_line(&alarm))));
        }
        if self.quiet {
            return;
        }
        match self.mode {
            Mode::Live => {
                screen::write(&ending.block(paint));
                for step in ending.next_steps() {
                    screen::write(&format!("{}\n", paint.bold(&one_line(&step))));
                }
            }
            Mode::Off | Mode::Lines => {
                say(&ending.line());
                ending.results().iter().for_each(|results| say(results));
                ending.next_steps().iter().for_each(|step| say(step));
            }
        }
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
            let kind = mishap.map_or("", CallErrorKind::as_str);
            say(&format!("call {}: {kind}{status}", call.call));
        }
    }

    fn waiting(&self, waiting: &Waiting) {
        // Live lines tell every wait as it goes by.
        if self.quiet || self.mode == Mode::Live || waiting.wait < WORTH_TELLING {
            return;
        }
        let what = match waiting.on {
            WaitingFor::Quota => "quota: next slot",
            WaitingFor::Server => "the server asked to wait: next call",
            WaitingFor::Busy => "records are in use: next try",
            _ => "next try",
        };
        say(&format!("{what} in {}", span(waiting.wait)));
    }

    fn session_renewed(&self) {
        if self.verbose > 0 {
            say("logged in");
        }
    }
}
