//! A client whose every call gets the answer of the input.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use batchwise_core::transport::{SharedTransport, Transport, TransportError};
use batchwise_core::{BatchMethod, CallError, Reply};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response, StatusCode};

/// The secret of every client here: no text that comes out of a decoder may repeat it.
pub const SECRET: &str = "s3cret-0f-th3-cl1ent";

/// A transport that brings the same answer again and again.
#[derive(Debug, Default)]
struct SameAnswer(Mutex<(StatusCode, Bytes)>);

#[async_trait]
impl Transport for SameAnswer {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let (status, body) = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut response = Response::new(body);
        *response.status_mut() = status;
        Ok(response)
    }
}

/// A client and the answer that its calls get.
#[derive(Debug)]
pub struct Answered<M> {
    transport: Arc<SameAnswer>,
    /// The client.
    pub client: M,
}

impl<M> Answered<M> {
    /// Builds the client over the transport.
    pub fn new(build: impl FnOnce(SharedTransport) -> M) -> Self {
        let transport = Arc::new(SameAnswer::default());
        let client = build(Arc::clone(&transport) as SharedTransport);
        Self { transport, client }
    }

    /// A number that depends on the answer alone, and on all of its bytes.
    pub(crate) fn chance(&self) -> u32 {
        let (_, body) = &*self.transport.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.iter().fold(0x811C_9DC5, |sum: u32, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)) >> 8
    }

    /// Bytes of the answer's body.
    pub(crate) fn body_len(&self) -> usize {
        self.transport.0.lock().unwrap_or_else(PoisonError::into_inner).1.len()
    }

    /// Takes an input for the answer: the status stands on the first line, the body below it. Without a status it is 200,
    /// and all of the input is the body. Returns status and body.
    pub fn answer<'a>(&self, input: &'a [u8]) -> (u16, &'a [u8]) {
        let (status, body) = split(input);
        let code = StatusCode::from_u16(status).expect("a status from 200 to 599");
        *self.transport.0.lock().unwrap_or_else(PoisonError::into_inner) = (code, Bytes::copy_from_slice(body));
        (status, body)
    }
}

impl<M: BatchMethod> Answered<M> {
    /// One call with these records.
    pub fn call(&self, records: &[M::Record]) -> Result<Reply, CallError> {
        now(self.client.call(records))
    }
}

pub(crate) fn split(input: &[u8]) -> (u16, &[u8]) {
    let line = input.iter().position(|byte| *byte == b'\n');
    let status = line.and_then(|end| std::str::from_utf8(&input[..end]).ok()?.trim().parse().ok());
    match (status, line) {
        (Some(status @ 200..=599), Some(end)) => (status, &input[end + 1..]),
        _ => (200, input),
    }
}

/// The value of a future that has nothing to wait for.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing to wait for")
}
