//! Settings of the default transport.

use std::time::Duration;

use super::RootCertificates;

/// Settings of the default transport.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportOptions {
    /// One call from connect to the last byte of the answer; default 30 s, as the providers' own samples use.
    pub timeout: Duration,
    /// The connect alone; default 10 s, and never more than three quarters of `timeout`: when both were up at once, nobody
    /// could tell a connect that failed from a request that got no answer.
    pub connect_timeout: Duration,
    /// Issuers that are trusted beside those of the machine; default none.
    pub roots: RootCertificates,
    /// The version of HTTP; default [`Protocol::Http1`].
    pub protocol: Protocol,
}

/// Which HTTP is spoken.
///
/// HTTP/1.1 unless set otherwise, even where another crate of the program turns HTTP/2 on for reqwest: each call in flight
/// has a connection of its own there, so that a connection which breaks leaves a doubt on one batch and not on all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2 where a TLS server chooses it, else HTTP/1.1.
    #[cfg(feature = "http2")]
    Http2OrHttp1,
    /// HTTP/2 and nothing else, without asking on a plain connection.
    #[cfg(feature = "http2")]
    Http2,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            roots: RootCertificates::default(),
            protocol: Protocol::default(),
        }
    }
}

impl TransportOptions {
    /// The same with another time for one call.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The same with issuers that are trusted beside those of the machine.
    #[must_use]
    pub fn with_roots(mut self, roots: RootCertificates) -> Self {
        self.roots = roots;
        self
    }

    /// The same with another version of HTTP.
    #[must_use]
    pub const fn with_protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    pub(super) fn connect_timeout(&self) -> Duration {
        self.connect_timeout.min(self.timeout / 4 * 3)
    }
}
