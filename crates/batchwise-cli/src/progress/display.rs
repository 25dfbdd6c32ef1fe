//! Shows progress from a thread of its own.

use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use batchwise::observe::{CallFinished, CallStarted, Observer, Waiting};
use batchwise::{CallErrorKind, StopToken, Verdict};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::finds::Finds;
use super::look::{Course, Look};
use super::tally::{Tally, Words};
use super::wait::Wait;
use super::{Mode, Outlook, Paint};
use crate::screen;

/// How often live lines are drawn anew.
const FRAME: Duration = Duration::from_millis(100);

/// A job that ends sooner is not worth drawing.
const WORTH_SHOWING: Duration = Duration::from_millis(300);

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Progress of a job, or of lists that are read. It ends when it is dropped.
pub(crate) struct Progress<C> {
    watched: Watched<C>,
    ended: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the display and the job share. The job only ever notes something; it never draws.
#[derive(Debug)]
struct Watched<C> {
    course: Arc<Mutex<C>>,
    started: Instant,
}

impl<C> Clone for Watched<C> {
    fn clone(&self) -> Self {
        Self {
            course: Arc::clone(&self.course),
            started: self.started,
        }
    }
}

impl<C: Course> Watched<C> {
    fn begin(course: C) -> Self {
        Self {
            course: Arc::new(Mutex::new(course)),
            started: Instant::now(),
        }
    }

    /// How long it has been watched. Asked only where a time is noted: a record has none, and there are many.
    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn note<T>(&self, change: impl FnOnce(&mut C) -> T) -> T {
        change(&mut self.course.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn look(&self, paint: Paint) -> Look {
        let now = self.now();
        self.note(|course| course.look(now, paint))
    }
}

impl Progress<Tally> {
    /// Begins to show the progress of a job. `total` is what is known of the input; `stop` is the token that the job stops by.
    pub(crate) fn of_job(mode: Mode, words: Words, outlook: Outlook, total: Option<u64>, stop: &StopToken) -> Self {
        Self::begin(mode, Tally::new(words, outlook, total), stop)
    }
}

impl Progress<Finds> {
    /// Begins to show how far lists are read. `words` are one entry and several.
    pub(crate) fn of_lists(mode: Mode, words: [&'static str; 2], stop: &StopToken) -> Self {
        Self::begin(mode, Finds::new(words), stop)
    }

    /// An entry was found.
    pub(crate) fn found(&self) {
        self.watched.note(Finds::found);
    }
}

impl<C: Course> Progress<C> {
    fn begin(mode: Mode, course: C, stop: &StopToken) -> Self {
        let watched = Watched::begin(course);
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

    /// Requests so far.
    pub(crate) fn requests(&self) -> u64 {
        self.watched.note(|course| course.calls().requests())
    }

    /// Ends it: live lines are cleared.
    pub(crate) fn end(mut self) {
        self.close();
    }
}

impl<C> Progress<C> {
    fn close(&mut self) {
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            // It ends by itself; a panic in it has ended the command already.
            let _ = thread.join();
        }
    }
}

impl<C> Drop for Progress<C> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<C> fmt::Debug for Progress<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}

/// False once the other side has ended.
fn goes_on(end: &Receiver<()>, wait: Duration) -> bool {
    matches!(end.recv_timeout(wait), Err(RecvTimeoutError::Timeout))
}

fn live<C: Course>(watched: &Watched<C>, stop: &StopToken, end: &Receiver<()>) {
    if !goes_on(end, WORTH_SHOWING) {
        return;
    }
    let paint = Paint::of_stderr();
    let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
    let head = lines.add(ProgressBar::no_length());
    // A line of its own as soon as there is something to say in it.
    let mut tail: Option<ProgressBar> = None;
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
    screen::begin(lines.clone());
    loop {
        if stop.is_stopped() {
            watched.note(|course| course.calls().stopping());
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
        if tail.is_none() && !look.tail.is_empty() {
            tail = Some(lines.add(ProgressBar::no_length().with_style(style("{wide_msg}"))));
        }
        if let Some(tail) = &tail {
            tail.set_message(look.tail);
        }
        if !goes_on(end, FRAME) {
            break;
        }
    }
    screen::end();
}

fn lines<C: Course>(watched: &Watched<C>, every: Duration, end: &Receiver<()>, write: impl Fn(&str)) {
    while goes_on(end, every) {
        write(&format!("batchwise: {}\n", watched.look(Paint::PLAIN).line()));
    }
}

impl<C: Course> Observer for Watched<C> {
    fn call_started(&self, call: &CallStarted) {
        let now = self.now();
        self.note(|course| course.calls().started(call.call, now));
    }

    fn call_finished(&self, call: &CallFinished) {
        // Having to log in first is no request and no failure.
        let requested = call.error != Some(CallErrorKind::NoSession);
        self.note(|course| {
            course
                .calls()
                .finished(call.call, requested, requested && call.error.is_some());
        });
    }

    fn waiting(&self, waiting: &Waiting) {
        let now = self.now();
        self.note(|course| {
            course
                .calls()
                .waiting(Wait::new(waiting.on, waiting.wait, waiting.records, now));
        });
    }

    fn duplicate(&self, _line: u64, _first: Option<u64>) {
        self.note(C::duplicate);
    }

    fn recalled(&self) {
        self.note(C::recalled);
    }

    fn outcome(&self, verdict: Verdict, _reached: bool) {
        self.note(|course| course.outcome(verdict));
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
        let watched = Watched::begin(Tally::new(WORDS, Outlook::new(100, &[]), Some(7)));
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
