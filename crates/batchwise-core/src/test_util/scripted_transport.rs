//! A transport for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::transport::{SharedTransport, Transport, TransportError, TransportErrorKind};

/// Answers requests from a script, in order, and keeps them for the test to look at.
///
/// A request beyond the script is a failed connect. Clones share script and requests.
#[derive(Debug, Clone, Default)]
pub struct ScriptedTransport(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    steps: VecDeque<Result<Response<Bytes>, TransportErrorKind>>,
    requests: Vec<Request<Bytes>>,
}

impl ScriptedTransport {
    /// An empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The script with one more answer.
    #[must_use]
    pub fn answer(self, status: u16, body: impl Into<Bytes>) -> Self {
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.respond(response)
    }

    /// The script with one more answer, headers included.
    #[must_use]
    pub fn respond(self, response: Response<Bytes>) -> Self {
        self.with(|script| script.steps.push_back(Ok(response)));
        self
    }

    /// The script with one more failure.
    #[must_use]
    pub fn fail(self, kind: TransportErrorKind) -> Self {
        self.with(|script| script.steps.push_back(Err(kind)));
        self
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.with(|script| script.requests.clone())
    }

    /// The same transport as a client takes it.
    #[must_use]
    pub fn shared(&self) -> SharedTransport {
        Arc::new(self.clone())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Script) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.with(|script| {
            script.requests.push(request);
            script
                .steps
                .pop_front()
                .unwrap_or(Err(TransportErrorKind::Connect))
                .map_err(TransportError::new)
        })
    }
}
