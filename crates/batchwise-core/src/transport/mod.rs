//! HTTP as three nouns: a [`Transport`] takes a request and brings the whole [`Answer`]; [`HttpCaller`] is what providers hold.

mod answer;
mod caller;
mod error;
mod options;
mod reqwest_transport;
mod retry_after;
mod roots;
mod tls;

pub use answer::Answer;
pub use caller::HttpCaller;
pub use error::{TransportError, TransportErrorKind};
pub use options::{Protocol, TransportOptions};
pub use reqwest_transport::ReqwestTransport;
pub use retry_after::parse_retry_after;
pub use roots::RootCertificates;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

/// Most bytes of an answer that are read; a larger one is a cut answer.
pub const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// Most values of a JSON answer that are read: a hundred records with a thousand values each.
pub const MAX_ANSWER_VALUES: usize = 100_000;

/// Most values of a list in JSON that are read: some twenty thousand entries with twenty values each.
pub const MAX_LIST_VALUES: usize = 400_000;

/// Carries one request and brings the whole answer, with no retries, no redirects and a bounded size.
///
/// The default is [`ReqwestTransport`]; tests bring their own.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends the request and reads the answer to its last byte.
    ///
    /// # Errors
    /// [`TransportError`] when no whole answer came; its kind says how far the request got.
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError>;
}

/// A shared transport.
pub type SharedTransport = Arc<dyn Transport>;
