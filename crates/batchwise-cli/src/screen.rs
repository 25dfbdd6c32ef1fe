//! Standard error, and the live lines that may stand at its end.
//!
//! A process has one standard error, so what is drawn there is known to the whole process: whoever writes to it, or to a
//! standard output that may be the same terminal, goes through [`aside`].

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use indicatif::MultiProgress;
use tracing_subscriber::fmt::MakeWriter;

static LIVE: Mutex<Option<MultiProgress>> = Mutex::new(None);

/// Live lines stand on the terminal from now on.
pub(crate) fn begin(lines: MultiProgress) {
    *LIVE.lock().unwrap_or_else(PoisonError::into_inner) = Some(lines);
}

/// No live lines any more; what was drawn is cleared.
pub(crate) fn end() {
    let ended = LIVE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(lines) = ended {
        // A terminal that is gone shows nothing anyway.
        let _ = lines.clear();
    }
}

/// Writes with the live lines out of the way.
pub(crate) fn aside<T>(write: impl FnOnce() -> T) -> T {
    // Not held while the other side is written to: a terminal may stand still.
    let lines = LIVE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match lines {
        Some(lines) => lines.suspend(write),
        None => write(),
    }
}

/// Writes a text to standard error. Where standard error is gone the job goes on unheard.
pub(crate) fn write(text: &str) {
    aside(|| {
        let _ = io::stderr().write_all(text.as_bytes());
    });
}

/// A writer that keeps out of the live lines' way where it may be the same terminal. It writes whole pieces as they come.
#[derive(Debug)]
pub(crate) struct Aside<W> {
    inner: W,
    on_terminal: bool,
}

impl<W: IsTerminal> Aside<W> {
    /// Around a stream of this process.
    pub(crate) fn new(inner: W) -> Self {
        let on_terminal = inner.is_terminal();
        Self { inner, on_terminal }
    }
}

impl<W: Write> Aside<W> {
    fn with<T>(&mut self, write: impl FnOnce(&mut W) -> T) -> T {
        if self.on_terminal {
            aside(|| write(&mut self.inner))
        } else {
            write(&mut self.inner)
        }
    }
}

impl<W: Write> Write for Aside<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(Write::flush)
    }
}

/// Standard error for the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Log;

impl MakeWriter<'_> for Log {
    type Writer = Aside<io::Stderr>;

    fn make_writer(&self) -> Self::Writer {
        Aside::new(io::stderr())
    }
}
