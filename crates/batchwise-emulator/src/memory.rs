//! The world behind the transport seam: no socket.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use batchwise_core::clock::SharedClock;
use batchwise_core::transport::{Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::{Request, Response};

use crate::action::Delivery;
use crate::config::EmulatorConfig;
use crate::log::LogEntry;
use crate::shared::Shared;
use crate::truth::Truth;

/// The emulator as a transport: requests go straight into the world, on the clock that it is given.
///
/// Faults come back as the errors that a transport makes of them: a refusal as `Connect`, a dead connection as `Closed`,
/// no answer as `Timeout` once the clock has passed the time-out, half an answer as `Cut`. A clone shares the world.
#[derive(Debug, Clone)]
pub struct InMemoryTransport {
    shared: Arc<Shared>,
    timeout: Duration,
    latency: Duration,
}

/// The time-out of a call when nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(30);

impl InMemoryTransport {
    /// A world of its own on this clock.
    #[must_use]
    pub fn new(config: EmulatorConfig, clock: SharedClock) -> Self {
        Self::into_shared(Arc::new(Shared::new(config, clock)))
    }

    pub(crate) const fn into_shared(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            timeout: TIMEOUT,
            latency: Duration::ZERO,
        }
    }

    /// The same with this time-out for a call. Default: 30 s.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The same with this time from the call to its answer; a request arrives after half of it. Default: none.
    #[must_use]
    pub const fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// What truly happened so far.
    #[must_use]
    pub fn truth(&self) -> Truth {
        self.shared.truth()
    }

    /// The faults that fired and the requests over quota, each with why.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.shared.log()
    }

    async fn pass(&self, time: Duration) {
        if !time.is_zero() {
            self.shared.sleep(time).await;
        }
    }
}

#[async_trait]
impl Transport for InMemoryTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let half = self.latency / 2;
        self.pass(half).await;
        let action = self.shared.handle(&request);
        let rest = self.timeout.saturating_sub(half);
        let timed_out = || TransportError::new(TransportErrorKind::Timeout);
        match action.delivery {
            Delivery::Never => {
                self.pass(rest).await;
                return Err(timed_out());
            }
            Delivery::Slow(time) if half.saturating_add(time) >= rest => {
                self.pass(rest).await;
                return Err(timed_out());
            }
            Delivery::Slow(time) => self.pass(time).await,
            Delivery::Whole | Delivery::Cut | Delivery::Refused | Delivery::Reset | Delivery::Closed => {}
        }
        self.pass(half).await;
        let error = match action.delivery {
            Delivery::Refused => TransportErrorKind::Connect,
            Delivery::Reset | Delivery::Closed => TransportErrorKind::Closed,
            Delivery::Cut => TransportErrorKind::Cut(action.answer.status()),
            Delivery::Whole | Delivery::Slow(_) | Delivery::Never => return Ok(action.answer),
        };
        Err(TransportError::new(error))
    }
}
