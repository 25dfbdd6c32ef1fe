//! Why a transport brought no whole answer.

use std::error::Error;
use std::fmt;

use std::time::Duration;

use http::StatusCode;

/// How far a request got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made: the request did not leave.
    Connect,
    /// The server did not prove who it is, or speaks no TLS that can be used: the request did not leave. Told apart from a
    /// failed connect where rustls is the back end.
    Untrusted,
    /// The connection ended, or broke, before an answer began: the request may have arrived.
    Closed,
    /// The time was up: the request may have arrived.
    Timeout,
    /// An answer with this status began and was cut or could not be decoded.
    Cut(StatusCode),
    /// An answer with this status was larger than is read.
    TooLarge(StatusCode),
    /// The request could not be built: it did not leave.
    Build,
}

/// The error of a transport. Its text names neither the URL's query nor any header.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    retry_after: Option<Duration>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl TransportError {
    /// An error without a cause.
    #[must_use]
    pub const fn new(kind: TransportErrorKind) -> Self {
        Self {
            kind,
            retry_after: None,
            source: None,
        }
    }

    /// The same with how long the head of a cut answer asked to wait.
    #[must_use]
    pub const fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// How long the head of a cut answer asked to wait.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The same with its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// How far the request got.
    #[must_use]
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TransportErrorKind::Connect => f.write_str("could not connect")?,
            TransportErrorKind::Untrusted => f.write_str("no TLS connection")?,
            TransportErrorKind::Closed => f.write_str("connection closed before an answer")?,
            TransportErrorKind::Timeout => f.write_str("time-out")?,
            TransportErrorKind::Cut(status) => write!(f, "answer with status {} was cut", status.as_u16())?,
            TransportErrorKind::TooLarge(status) => {
                write!(
                    f,
                    "answer with status {} is larger than {} bytes",
                    status.as_u16(),
                    super::MAX_ANSWER_BYTES
                )?;
            }
            TransportErrorKind::Build => f.write_str("request could not be built")?,
        }
        // The innermost cause is the one that helps: "Connection refused", "invalid peer certificate".
        let mut cause = self.source();
        let mut innermost = None;
        while let Some(error) = cause {
            innermost = Some(error);
            cause = error.source();
        }
        if let Some(error) = innermost {
            write!(f, " ({error})")?;
        }
        match self.source().and_then(super::tls::advice) {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
