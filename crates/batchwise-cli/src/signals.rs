//! Ctrl-C, SIGTERM and SIGHUP: the first stops gracefully, the second at once.

use batchwise::StopToken;

use crate::failure::Exit;

/// Stops the job at the first signal and the command at the second.
pub(crate) fn watch(stop: StopToken) {
    tokio::spawn(async move {
        let mut signals = match Signals::new() {
            Ok(signals) => signals,
            Err(error) => {
                eprintln!("batchwise: signals cannot be watched ({error}); Ctrl-C stops at once");
                return;
            }
        };
        signals.next().await;
        eprintln!("batchwise: stopping; the call in flight is finished first (once more stops at once)");
        stop.stop();
        signals.next().await;
        std::process::exit(i32::from(Exit::Stopped.code()));
    });
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
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
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
