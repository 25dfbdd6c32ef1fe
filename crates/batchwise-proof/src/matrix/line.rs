//! The client's end of a wire, with someone who counts and keeps the time.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use batchwise_core::test_util::FakeClock;
use batchwise_core::transport::{SharedTransport, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::{Request, Response};

use crate::still::outlast;

/// What a call takes on the driver's clock; nobody measures it.
const TAKES: Duration = Duration::from_millis(20);

/// Requests that the server has left without an answer so far.
pub(crate) type Hung = Arc<dyn Fn() -> usize + Send + Sync>;

/// A transport over real sockets on which time passes only when a call ends, or when a server hangs.
pub(crate) struct Line {
    socket: SharedTransport,
    clock: FakeClock,
    /// The time-out of the socket's calls.
    timeout: Duration,
    under_way: Arc<AtomicUsize>,
    hung: Option<Hung>,
}

impl Line {
    pub(crate) fn new(socket: SharedTransport, clock: FakeClock, timeout: Duration, hung: Option<Hung>) -> Self {
        Self {
            socket,
            clock,
            timeout,
            under_way: Arc::default(),
            hung,
        }
    }

    /// Requests under way.
    pub(crate) fn under_way(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.under_way)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for Line {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let result = match &self.hung {
            None => self.socket.send(request).await,
            Some(hung) => tokio::select! {
                result = self.socket.send(request) => result,
                () = outlast(|| hung(), self.timeout) => Err(TransportError::new(TransportErrorKind::Build)),
            },
        };
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        let timed_out = matches!(&result, Err(error) if error.kind() == TransportErrorKind::Timeout);
        self.clock.advance(if timed_out { self.timeout } else { TAKES });
        result
    }
}
