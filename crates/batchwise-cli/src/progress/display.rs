//! Shows progress from a thread of its own.

use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use batchwise::observe::{CallFinished, CallStarted, Observer, Waiting};
use batchwise::{CallErrorKind, StopToken, Verdict};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::tally::{Look, Tally, Words};
use super::wait::Wait;
use super::{Mode, Outlook, Paint};
use crate::screen;

/// How often live lines are drawn anew.
const FRAME: Duration = Duration::from_millis(100);

/// A job that ends sooner is not worth drawing.
const WORTH_SHOWING: Duration = Duration::from_millis(300);

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Progress of one job. It ends when it is dropped.
pub(crate) struct Progress {
    watched: Watched,
    ended: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the display and the job share. The job only ever notes something; it never draws.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    tally: Arc<Mutex<Tally>>,
    started: Instant,
}

impl Watched {
    fn note(&self, change: impl FnOnce(&mut Tally, Duration)) {
        let now = self.started.elapsed();
        change(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner), now);
    }

    fn look(&self, paint: Paint) -> Look {
        let now = self.started.elapsed();
        self.tally
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .look(now, paint)
    }
}

impl Progress {
    /// Begins to show progress. `total` is what is known of the input; `stop` is the token that the job stops by.
    pub(crate) fn begin(mode: Mode, words: Words, outlook: Outlook, total: Option<u64>, stop: &StopToken) -> Self {
        let watched = Watched {
            tally: Arc::new(Mutex::new(Tally::new(words, outlook, total))),
            started: Instant::now(),
        };
        let (ended, end) = channel();
        let (seen, stop) = (watched.clone(), stop.clone());
        let show = std::thread::Builder::new();
        // Where no thread can be had the job goes on unseen.
        let thread = match mode {
            Mode::Off => None,
            Mode::Live => show.spawn(move || live(&seen, &stop, &end)).ok(),
            Mode::Lines => show.spawn(move || lines(&seen, LINE_EVERY, &end, screen::write)).ok(),
        };
        Self {
            watched,
            ended: Some(ended),
            thread,
        }
    }

    /// Who tells it what happens.
    pub(crate) fn observer(&self) -> impl Observer + 'static {
        self.watched.clone()
    }

    /// Ends it: live lines are cleared.
    pub(crate) fn end(mut self) {
        self.close();
    }

    fn close(&mut self) {
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            // It ends by itself; a panic in it has ended the command already.
            let _ = thread.join();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}

/// False once the other side has ended.
fn goes_on(end: &Receiver<()>, wait: Duration) -> bool {
    matches!(end.recv_timeout(wait), Err(RecvTimeoutError::Timeout))
}

fn live(watched: &Watched, stop: &StopToken, end: &Receiver<()>) {
    if !goes_on(end, WORTH_SHOWING) {
        return;
    }
    let paint = Paint::of_stderr();
    let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
    let (head, tail) = (lines.add(ProgressBar::no_length()), lines.add(ProgressBar::no_length()));
    let style =
        |template: &str| ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = if paint == Paint::PLAIN {
        "{bar:20}"
    } else {
        "{bar:20.cyan/black.bright}"
    };
    let with_share = style(&format!("{bar} {{wide_msg}}")).progress_chars("━╸─");
    let without_share = style("{spinner} {wide_msg}").tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ");
    let mut shows_share = None;
    tail.set_style(style("{wide_msg}"));
    screen::begin(lines);
    loop {
        if stop.is_stopped() {
            watched.note(|tally, _| tally.stopping());
        }
        let look = watched.look(paint);
        if shows_share != Some(look.share.is_some()) {
            shows_share = Some(look.share.is_some());
            head.set_style(if look.share.is_some() {
                with_share.clone()
            } else {
                without_share.clone()
            });
        }
        if let Some((done, total)) = look.share {
            head.set_length(total);
            head.set_position(done);
        }
        head.set_message(look.head);
        head.tick();
        tail.set_message(look.tail);
        if !goes_on(end, FRAME) {
            break;
        }
    }
    screen::end();
}

fn lines(watched: &Watched, every: Duration, end: &Receiver<()>, write: impl Fn(&str)) {
    while goes_on(end, every) {
        write(&format!("batchwise: {}\n", watched.look(Paint::PLAIN).line()));
    }
}

impl Observer for Watched {
    fn call_started(&self, call: &CallStarted) {
        self.note(|tally, now| tally.call_started(call.call, now));
    }

    fn call_finished(&self, call: &CallFinished) {
        // Having to log in first is no request and no failure.
        let requested = call.error != Some(CallErrorKind::NoSession);
        self.note(|tally, _| tally.call_finished(call.call, requested, requested && call.error.is_some()));
    }

    fn waiting(&self, waiting: &Waiting) {
        self.note(|tally, now| tally.waiting(Wait::new(waiting.on, waiting.wait, waiting.records, now)));
    }

    fn duplicate(&self, _line: u64, _first: Option<u64>) {
        self.note(|tally, _| tally.duplicate());
    }

    fn recalled(&self) {
        self.note(|tally, _| tally.recalled());
    }

    fn outcome(&self, verdict: Verdict, _reached: bool) {
        self.note(|tally, _| tally.outcome(verdict));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: Words = Words {
        records: ["import log", "import logs"],
        busy: ["import log in use", "import logs in use"],
    };

    #[test]
    fn plain_lines_come_until_the_job_ends() {
        let watched = Watched {
            tally: Arc::new(Mutex::new(Tally::new(WORDS, Outlook::new(100, &[]), Some(7)))),
            started: Instant::now(),
        };
        watched.outcome(Verdict::Deleted, true);
        let (ended, end) = channel();
        let ended = Mutex::new(Some(ended));
        let written = Mutex::new(Vec::new());
        lines(&watched, Duration::ZERO, &end, |line| {
            let mut written = written.lock().unwrap();
            written.push(line.to_owned());
            if written.len() == 3 {
                drop(ended.lock().unwrap().take());
            }
        });
        let written = written.into_inner().unwrap();
        assert_eq!(written.len(), 3);
        assert!(
            written.iter().all(|line| line.starts_with("batchwise: progress: 1/7")),
            "{written:?}"
        );
        assert!(written.iter().all(|line| line.ends_with("1 deleted\n")), "{written:?}");
    }
}
