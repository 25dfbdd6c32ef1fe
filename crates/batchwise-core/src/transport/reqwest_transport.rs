//! The default transport, the only place that knows reqwest.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};

use super::answer::retry_after_of;
use super::{MAX_ANSWER_BYTES, Protocol, Transport, TransportError, TransportErrorKind, TransportOptions};
use crate::base_url::BaseUrl;
use crate::build_error::BuildError;

/// HTTP over reqwest: time-outs always on, no redirects, no automatic retries, bounded answers.
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    /// The address of a request and what was read from it: most methods send all of theirs to one, and to read it anew would
    /// be a good part of the price of a small request.
    last: Arc<Mutex<Option<(http::Uri, reqwest::Url)>>>,
}

impl ReqwestTransport {
    /// A transport for one origin. Proxies of the environment are used, but never for loopback.
    ///
    /// # Errors
    /// [`BuildError`] when the origin wants TLS and this build has none, when feature `rustls-no-provider` finds no
    /// installed crypto provider, when a text of [`TransportOptions::roots`] holds no certificate, or when the TLS back end
    /// cannot start.
    pub fn new(base: &BaseUrl, options: &TransportOptions) -> Result<Self, BuildError> {
        if base.is_https() && !HAS_TLS {
            return Err(BuildError::no_tls());
        }
        // Even for plain HTTP: reqwest sets TLS up in any case and panics without a provider.
        if no_provider() {
            return Err(BuildError::no_crypto_provider());
        }
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(options.timeout)
            .connect_timeout(options.connect_timeout())
            .tcp_nodelay(true);
        builder = match options.protocol {
            // Said aloud: another crate of the program may have turned HTTP/2 on for all.
            Protocol::Http1 => builder.http1_only(),
            #[cfg(feature = "http2")]
            Protocol::Http2OrHttp1 => builder,
            #[cfg(feature = "http2")]
            Protocol::Http2 => builder.http2_prior_knowledge(),
        };
        builder = trusting(builder, base, options)?;
        if base.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = builder
            .build()
            .map_err(|error| BuildError::transport(error.without_url()))?;
        let last = Arc::default();
        Ok(Self { client, last })
    }

    /// What was read from this address, if it is that of the last request.
    fn known(&self, address: &http::Uri) -> Option<reqwest::Url> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, url) = last.as_ref().filter(|(uri, _)| uri == address)?;
        Some(url.clone())
    }

    fn request(&self, request: http::Request<Bytes>) -> Result<reqwest::Request, TransportError> {
        if let Some(url) = self.known(request.uri()) {
            let (head, body) = request.into_parts();
            let mut request = reqwest::Request::new(head.method, url);
            *request.headers_mut() = head.headers;
            *request.version_mut() = head.version;
            *request.body_mut() = Some(body.into());
            return Ok(request);
        }
        let uri = request.uri().clone();
        let request = reqwest::Request::try_from(request.map(reqwest::Body::from))
            .map_err(|error| TransportError::new(TransportErrorKind::Build).with_source(error.without_url()))?;
        // One with a query, which may be long, is another one each time.
        if uri.query().is_none() {
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((uri, request.url().clone()));
        }
        Ok(request)
    }
}

/// True when this build can speak TLS.
const HAS_TLS: bool = cfg!(any(
    feature = "rustls",
    feature = "native-tls",
    feature = "rustls-no-provider"
));

/// Trusts the machine's roots and those of the options. Plain HTTP that never leaves the machine needs none, and a bare
/// container has none.
#[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
fn trusting(
    builder: reqwest::ClientBuilder,
    base: &BaseUrl,
    options: &TransportOptions,
) -> Result<reqwest::ClientBuilder, BuildError> {
    let roots = options.roots.read()?;
    Ok(if base.is_loopback() && !base.is_https() {
        builder.tls_certs_only([])
    } else if roots.is_empty() {
        builder
    } else {
        builder.tls_certs_merge(roots)
    })
}

#[cfg(not(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider")))]
#[expect(clippy::unnecessary_wraps, reason = "as with TLS")]
fn trusting(
    builder: reqwest::ClientBuilder,
    _: &BaseUrl,
    _: &TransportOptions,
) -> Result<reqwest::ClientBuilder, BuildError> {
    Ok(builder)
}

/// True when the build leaves the crypto provider to the application and none is installed.
fn no_provider() -> bool {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls")))]
    {
        rustls::crypto::CryptoProvider::get_default().is_none()
    }
    #[cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls"))))]
    {
        false
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let request = self.request(request)?;
        let mut response = self.client.execute(request).await.map_err(before_answer)?;
        let status = response.status();
        let mut head = http::Response::new(());
        *head.status_mut() = status;
        std::mem::swap(head.headers_mut(), response.headers_mut());
        let mut body = BytesMut::new();
        let cut = |error: reqwest::Error| {
            // The answer had begun: its status is known, so the request was received.
            TransportError::new(TransportErrorKind::Cut(status))
                .with_retry_after(retry_after_of(head.headers()))
                .with_source(error.without_url())
        };
        while let Some(chunk) = response.chunk().await.map_err(cut)? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(TransportError::new(TransportErrorKind::TooLarge(status)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(head.map(|()| body.freeze()))
    }
}

/// Only a failed connect, TLS included, proves that nothing was sent; everything else may have arrived.
fn before_answer(error: reqwest::Error) -> TransportError {
    let kind = if error.is_connect() && super::tls::is_refused(&error) {
        TransportErrorKind::Untrusted
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_builder() {
        TransportErrorKind::Build
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else {
        TransportErrorKind::Closed
    };
    TransportError::new(kind).with_source(error.without_url())
}
