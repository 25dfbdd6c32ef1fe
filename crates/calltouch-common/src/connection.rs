//! What the clients of both methods hold: an origin, credentials, a transport and quotas.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use batchwise_core::quota::QuotaHandle;
use batchwise_core::transport::{Answer, HttpCaller, ReqwestTransport, SharedTransport, TransportOptions};
use batchwise_core::{BaseUrl, BuildError, CallError};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Uri};

use crate::{CalltouchCredentials, CalltouchQuota};

/// The documented origin of the API.
pub const BASE_URL: &str = "https://api.calltouch.ru";

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A checked way to one Calltouch account: cheap to clone, shared by nothing but what it holds.
#[derive(Clone)]
pub struct Connection {
    base: BaseUrl,
    credentials: CalltouchCredentials,
    caller: HttpCaller,
    /// The same for all clones, which share their connections: they are one caller.
    quota: Arc<CalltouchQuota>,
}

impl Connection {
    /// Starts with the documented origin, a time-out of 30 s and a quota of its own of 5 requests a second.
    #[must_use]
    pub fn builder(credentials: CalltouchCredentials) -> ConnectionBuilder {
        ConnectionBuilder {
            credentials,
            base_url: BASE_URL.to_owned(),
            allow_http: false,
            options: TransportOptions::default(),
            transport: None,
            quota: None,
        }
    }

    /// The origin that requests go to.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.base
    }

    /// The account's id.
    #[must_use]
    pub fn site_id(&self) -> &str {
        self.credentials.site_id()
    }

    /// The quotas that a call counts against, slowest first.
    #[must_use]
    pub fn quotas(&self) -> &[QuotaHandle] {
        self.quota.quotas()
    }

    /// Builds a `POST` of a JSON body to a documented path, which begins with `/` and keeps its case.
    ///
    /// # Errors
    /// [`CallError`] of kind `Local` for a path that makes no URL.
    pub fn post(&self, path: &str, body: Bytes) -> Result<Request<Bytes>, CallError> {
        let uri: Uri = format!("{}{path}", self.base)
            .parse()
            .map_err(|_| CallError::local("the address of the method makes no URL"))?;
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(ACCEPT, JSON);
        self.credentials.write_headers(headers)?;
        Ok(request)
    }

    /// Sends one request and brings the whole answer.
    ///
    /// # Errors
    /// As [`HttpCaller::send`]: no whole answer, a 429, a redirect.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Answer, CallError> {
        self.caller.send(request).await
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("base", &self.base)
            .field("site_id", &self.credentials.site_id())
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Connection`].
#[derive(Clone)]
pub struct ConnectionBuilder {
    credentials: CalltouchCredentials,
    base_url: String,
    allow_http: bool,
    options: TransportOptions,
    transport: Option<SharedTransport>,
    quota: Option<CalltouchQuota>,
}

impl fmt::Debug for ConnectionBuilder {
    /// Leaves out the address: nobody has looked yet whether a password stands in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionBuilder")
            .field("credentials", &self.credentials)
            .field("allow_http", &self.allow_http)
            .field("options", &self.options)
            .field("quota", &self.quota)
            .finish_non_exhaustive()
    }
}

impl ConnectionBuilder {
    /// Sends requests to another origin, such as an emulator; the documented path is put behind it.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Lets plain `http://` out of the machine; loopback needs no leave.
    #[must_use]
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Bounds one call, from connect to the last byte of the answer; 30 s unless set. A transport of your own keeps its own.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.with_timeout(timeout);
        self
    }

    /// Sets everything about the default transport: its time-outs, issuers that are trusted beside those of the machine, the
    /// version of HTTP. A transport of your own keeps its own.
    #[must_use]
    pub fn transport_options(mut self, options: TransportOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends requests over a transport of your own.
    #[must_use]
    pub fn transport(mut self, transport: SharedTransport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Shares a quota with other clients; a bare [`QuotaHandle`] stands for the one of the IP address.
    #[must_use]
    pub fn quota(mut self, quota: impl Into<CalltouchQuota>) -> Self {
        self.quota = Some(quota.into());
        self
    }

    /// Checks the settings. Nothing is sent.
    ///
    /// # Errors
    /// [`BuildError`] for an unusable address, a time-out of zero, or a transport that cannot be set up.
    pub fn build(self) -> Result<Connection, BuildError> {
        if self.options.timeout.is_zero() {
            return Err(BuildError::setting("timeout", "no call can be made in no time"));
        }
        let base = BaseUrl::parse(&self.base_url, self.allow_http)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(ReqwestTransport::new(&base, &self.options)?),
        };
        Ok(Connection {
            caller: HttpCaller::new(transport, self.credentials.secrets()),
            base,
            credentials: self.credentials,
            quota: Arc::new(self.quota.unwrap_or_default()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> ConnectionBuilder {
        let credentials = CalltouchCredentials::new("t0ken", "12345").unwrap();
        Connection::builder(credentials).base_url("http://127.0.0.1:9/api/")
    }

    #[test]
    fn clones_share_their_connections_and_are_one_caller_of_the_quota() {
        let connection = builder().build().unwrap();
        assert!(std::ptr::eq(connection.quotas(), connection.clone().quotas()));
    }

    #[test]
    fn a_post_goes_to_the_path_behind_the_origin_as_json() {
        let connection = builder().build().unwrap();
        let request = connection.post("/a/RestAPI/b", Bytes::from_static(b"{}")).unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri(), "http://127.0.0.1:9/a/RestAPI/b");
        assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(request.headers()[ACCEPT], "application/json");
        assert!(!format!("{request:?}").contains("t0ken"));
    }

    #[test]
    fn debug_shows_no_token() {
        let connection = builder().build().unwrap();
        assert!(!format!("{:?} {connection:?}", builder()).contains("t0ken"));
    }

    #[test]
    fn plain_http_to_another_machine_and_a_time_out_of_zero_are_refused() {
        assert!(builder().base_url("http://a.example").build().is_err());
        assert!(builder().base_url("http://a.example").allow_http(true).build().is_ok());
        assert!(builder().timeout(Duration::ZERO).build().is_err());
    }
}
