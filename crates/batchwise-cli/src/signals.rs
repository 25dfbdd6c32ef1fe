//! Ctrl-C, SIGTERM and SIGHUP: the first stops gracefully, the second at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use batchwise::StopToken;

use crate::failure::Exit;
use crate::notes::{say, say_at_once};
use crate::screen;

/// So long a terminal may take to be cleared and written to.
const A_MOMENT: Duration = Duration::from_millis(100);

/// Watches for signals from its own construction on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signals {
    stop: StopToken,
    /// There is something to finish; before that the first signal ends the command.
    begun: Arc<AtomicBool>,
    /// Said when the second signal ends the command.
    last_words: Arc<Mutex<Vec<String>>>,
}

impl Signals {
    /// Begins to watch; `note` is what is said at the first signal once something has begun.
    ///
    /// On a thread of its own: a reader that does not take our output must not keep the second signal from its work.
    pub(crate) fn watch(note: &'static str) -> Self {
        let signals = Self::default();
        let watched = signals.clone();
        let (ready, is_ready) = mpsc::channel();
        std::thread::spawn(move || watched.wait(note, &ready));
        // An error means that the thread gave up, and has said so.
        let _ = is_ready.recv();
        signals
    }

    /// Something has begun that wants to be finished.
    pub(crate) fn begin(&self) -> StopToken {
        self.begun.store(true, Ordering::SeqCst);
        self.stop.clone()
    }

    /// What is said when the second signal ends the command: where things are, and how to go on.
    pub(crate) fn leave(&self, last_words: Vec<String>) {
        *self.last_words.lock().unwrap_or_else(PoisonError::into_inner) = last_words;
    }

    fn wait(&self, note: &'static str, ready: &mpsc::Sender<()>) {
        let unwatched = |error| say(&format!("signals cannot be watched ({error}); Ctrl-C stops at once"));
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return unwatched(error),
        };
        runtime.block_on(async {
            let mut arrivals = match Arrivals::new() {
                Ok(arrivals) => arrivals,
                Err(error) => return unwatched(error),
            };
            let _ = ready.send(());
            arrivals.next().await;
            if !self.begun.load(Ordering::SeqCst) {
                say("interrupted before anything was sent");
                std::process::exit(i32::from(Exit::Stopped.code()));
            }
            self.stop.stop();
            // Said elsewhere: a terminal that stands still must not keep the second signal from its work.
            std::thread::spawn(move || say(note));
            arrivals.next().await;
            let last_words = std::mem::take(&mut *self.last_words.lock().unwrap_or_else(PoisonError::into_inner));
            leave_the_terminal(last_words);
            std::process::exit(i32::from(Exit::Stopped.code()));
        });
    }
}

/// Clears the live lines and says the last words, unless the terminal takes longer than a moment.
fn leave_the_terminal(last_words: Vec<String>) {
    let (done, is_done) = mpsc::channel();
    std::thread::spawn(move || {
        screen::end();
        for line in last_words {
            say_at_once(&line);
        }
        let _ = done.send(());
    });
    let _ = is_done.recv_timeout(A_MOMENT);
}

#[cfg(unix)]
struct Arrivals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Arrivals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn next(&mut self) {
        std::future::poll_fn(|cx| {
            if self.0.iter_mut().any(|signal| signal.poll_recv(cx).is_ready()) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Arrivals;

#[cfg(not(unix))]
impl Arrivals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
