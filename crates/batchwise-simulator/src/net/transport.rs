//! The net as the transport of an HTTP client, with the emulator's world at its other end.

use async_trait::async_trait;
use batchwise_core::clock::Tick;
use batchwise_core::transport::{Transport, TransportError, TransportErrorKind};
use batchwise_emulator::{Action, Delivery, World};
use bytes::Bytes;
use http::{Request, Response};

use super::{End, Net, Server};

/// The four providers.
#[derive(Debug)]
pub struct WebServer(pub World);

impl Server for WebServer {
    type Request = Request<Bytes>;
    type Answer = Response<Bytes>;

    fn arrive(&mut self, now: Tick, request: &Request<Bytes>) -> (Response<Bytes>, Delivery) {
        let Action { answer, delivery } = self.0.handle(now, request);
        (answer, delivery)
    }
}

/// The connections of one client.
#[derive(Debug)]
pub struct Line {
    net: Net<WebServer>,
    pool: usize,
}

impl Line {
    /// A client's way to the server.
    #[must_use]
    pub fn new(net: Net<WebServer>) -> Self {
        let pool = net.pool();
        Self { net, pool }
    }
}

#[async_trait]
impl Transport for Line {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let kind = match self.net.send(self.pool, request).await {
            End::Whole(answer) => return Ok(answer),
            End::Cut(answer) => TransportErrorKind::Cut(answer.status()),
            End::Refused => TransportErrorKind::Connect,
            End::Closed => TransportErrorKind::Closed,
            End::TimedOut => TransportErrorKind::Timeout,
        };
        Err(TransportError::new(kind))
    }
}
