//! Why one call brought no reply, and whether it may have acted all the same.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::transport::{Answer, TransportError, TransportErrorKind};

/// How far a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sent {
    /// The request never left: nothing can have been done. Only a failed connect proves this.
    No,
    /// The request may have arrived; no answer came.
    Maybe,
    /// An answer with this status came, readable or not.
    Answered(StatusCode),
}

/// What went wrong with a call. The kind decides what is done next; texts never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallErrorKind {
    /// No connection: refused, no such host, broken off while it was made. Tried again.
    Connect,
    /// The server did not prove who it is, or speaks no TLS that can be used. No request was made; three times in a row, and
    /// the job stops.
    Untrusted,
    /// The connection ended before an answer came. May have acted; tried again.
    Closed,
    /// No (whole) answer in time. May have acted; tried again.
    Timeout,
    /// An answer began and was cut, or could not be decoded, or was too large. May have acted; tried again.
    Unreadable,
    /// The server failed (5xx, 408). May have acted; tried again.
    Server,
    /// Too many requests (429). Nothing was done; the quota pauses for all who share it.
    RateLimited,
    /// Credentials refused (401, 403, or said so in the answer). Nothing was done. Renewed once where the client can,
    /// else the job stops.
    Credentials,
    /// There is no session yet; the client has to log in first. No request was made.
    NoSession,
    /// The target is not there (404 of a campaign or of the method's address, a redirect). Nothing was done; the job stops.
    Target,
    /// The request was too large (413, 414). Nothing was done; the batch is halved.
    TooLarge,
    /// The batch was refused with a readable answer. Nothing was done for the named records; what it means for the others
    /// is in [`Descriptor::named_refusal`](crate::Descriptor::named_refusal).
    Refused,
    /// The request could not be built here. No request was made; the records are refused.
    Local,
}

impl CallErrorKind {
    /// The word for it in logs, journals and reports: snake_case, stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Untrusted => "untrusted",
            Self::Closed => "closed",
            Self::Timeout => "timeout",
            Self::Unreadable => "unreadable",
            Self::Server => "server",
            Self::RateLimited => "rate_limited",
            Self::Credentials => "credentials",
            Self::NoSession => "no_session",
            Self::Target => "target",
            Self::TooLarge => "too_large",
            Self::Refused => "refused",
            Self::Local => "local",
        }
    }
}

/// A record that a refusal names by its position in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Zero-based position in the request.
    pub index: usize,
    /// The path as it came: `importLogIds[2]`.
    pub path: String,
    /// The provider's text, secrets masked.
    pub message: String,
}

/// The error of one call: opaque, asked by its methods, cheap to clone.
///
/// Texts in it come from the server with known secrets masked; the snippet is at most 512 bytes.
#[derive(Clone)]
pub struct CallError(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: CallErrorKind,
    sent: Sent,
    message: Option<String>,
    code: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    violations: Vec<Violation>,
    snippet: Option<String>,
    epoch: Option<u64>,
    /// The answer leaves open whether the call acted.
    doubtful: bool,
    /// It tells of a call that somebody else made.
    secondhand: bool,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl CallError {
    fn build(kind: CallErrorKind, sent: Sent) -> Inner {
        Inner {
            kind,
            sent,
            message: None,
            code: None,
            request_id: None,
            retry_after: None,
            violations: Vec::new(),
            snippet: None,
            epoch: None,
            doubtful: false,
            secondhand: false,
            source: None,
        }
    }

    /// An error about an answer that came: status, the first bytes (masked) and `Retry-After` are kept.
    #[must_use]
    pub fn answered(kind: CallErrorKind, answer: &Answer) -> Self {
        let mut inner = Self::build(kind, Sent::Answered(answer.status()));
        inner.snippet = answer.snippet();
        inner.retry_after = answer.retry_after();
        inner.request_id = answer.request_id();
        Self(Arc::new(inner))
    }

    /// The error that an answer's status alone stands for; `Unreadable` for a 2xx.
    ///
    /// Decoders call it when the content decides nothing. A 4xx that means nothing by itself (400, 409, 422, ...) and was not
    /// read leaves open whether the call acted; with the provider's message or code it is a readable refusal.
    #[must_use]
    pub fn of_status(answer: &Answer) -> Self {
        let kind = match answer.status().as_u16() {
            200..=299 => CallErrorKind::Unreadable,
            300..=399 | 404 | 405 | 410 => CallErrorKind::Target,
            401 | 403 | 407 => CallErrorKind::Credentials,
            408 => CallErrorKind::Server,
            413 | 414 | 431 => CallErrorKind::TooLarge,
            429 => CallErrorKind::RateLimited,
            400..=499 => CallErrorKind::Refused,
            // 1xx never gets here; what is not HTTP's is a fault of the server.
            _ => CallErrorKind::Server,
        };
        let error = Self::answered(kind, answer);
        if kind == CallErrorKind::Refused {
            error.with_doubt()
        } else {
            error
        }
    }

    /// The error of a transport that brought no whole answer.
    #[must_use]
    pub fn from_transport(error: TransportError) -> Self {
        let (kind, sent) = match error.kind() {
            TransportErrorKind::Connect => (CallErrorKind::Connect, Sent::No),
            TransportErrorKind::Untrusted => (CallErrorKind::Untrusted, Sent::No),
            TransportErrorKind::Closed => (CallErrorKind::Closed, Sent::Maybe),
            TransportErrorKind::Timeout => (CallErrorKind::Timeout, Sent::Maybe),
            TransportErrorKind::Cut(status) | TransportErrorKind::TooLarge(status) => {
                // These say by their status alone that nothing was done.
                let kind = match status.as_u16() {
                    401 | 403 => CallErrorKind::Credentials,
                    429 => CallErrorKind::RateLimited,
                    _ => CallErrorKind::Unreadable,
                };
                (kind, Sent::Answered(status))
            }
            TransportErrorKind::Build => (CallErrorKind::Local, Sent::No),
        };
        let mut inner = Self::build(kind, sent);
        inner.retry_after = error.retry_after();
        inner.source = Some(Arc::new(error));
        Self(Arc::new(inner))
    }

    /// There is no session yet: a login has to come first.
    #[must_use]
    pub fn no_session() -> Self {
        Self(Arc::new(Self::build(CallErrorKind::NoSession, Sent::No)))
    }

    /// The request could not be built; no request was made.
    #[must_use]
    pub fn local(message: impl Into<String>) -> Self {
        let mut inner = Self::build(CallErrorKind::Local, Sent::No);
        inner.message = Some(message.into());
        Self(Arc::new(inner))
    }

    fn map(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The same with the provider's text (masked).
    #[must_use]
    pub fn with_message(self, message: impl Into<String>) -> Self {
        self.map(|inner| {
            inner.message = Some(message.into());
            inner.doubtful = false;
        })
    }

    /// The same with the provider's code.
    #[must_use]
    pub fn with_code(self, code: impl Into<String>) -> Self {
        self.map(|inner| {
            inner.code = Some(code.into());
            inner.doubtful = false;
        })
    }

    /// The same for an answer that leaves open whether the call acted, whatever its kind says.
    #[must_use]
    pub fn with_doubt(self) -> Self {
        self.map(|inner| inner.doubtful = true)
    }

    /// The same for somebody who waited for this call instead of making one: it sent nothing and has no connection left over.
    #[must_use]
    pub fn secondhand(self) -> Self {
        self.map(|inner| inner.secondhand = true)
    }

    /// The same with the provider's id of the request.
    #[must_use]
    pub fn with_request_id(self, id: impl Into<String>) -> Self {
        self.map(|inner| inner.request_id = Some(id.into()))
    }

    /// The same with the records that the refusal names.
    #[must_use]
    pub fn with_violations(self, violations: Vec<Violation>) -> Self {
        self.map(|inner| inner.violations = violations)
    }

    /// The same with the number of the credentials (session) that the call was made with.
    #[must_use]
    pub fn with_epoch(self, epoch: u64) -> Self {
        self.map(|inner| inner.epoch = Some(epoch))
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> CallErrorKind {
        self.0.kind
    }

    /// How far the call came.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.0.sent
    }

    /// The status of the answer, if one came.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self.0.sent {
            Sent::Answered(status) => Some(status),
            Sent::No | Sent::Maybe => None,
        }
    }

    /// True when an answer to a call of one's own came to its last byte, whatever it says.
    pub(crate) fn came_whole(&self) -> bool {
        // Only a transport that brought no whole answer is a source.
        self.status().is_some() && self.0.source.is_none() && !self.0.secondhand
    }

    /// True when the call may have acted on its records: its answer was lost, cut, unreadable or a 5xx.
    ///
    /// A refusal that came with a 5xx status counts as one that may have acted.
    #[must_use]
    pub fn may_have_acted(&self) -> bool {
        if self.0.doubtful {
            return true;
        }
        match self.0.kind {
            CallErrorKind::Closed | CallErrorKind::Timeout | CallErrorKind::Unreadable | CallErrorKind::Server => true,
            CallErrorKind::Connect
            | CallErrorKind::Untrusted
            | CallErrorKind::RateLimited
            | CallErrorKind::Credentials
            | CallErrorKind::NoSession
            | CallErrorKind::Target
            | CallErrorKind::TooLarge
            | CallErrorKind::Refused
            | CallErrorKind::Local => self.status().is_some_and(|status| status.is_server_error()),
        }
    }

    /// True when the same call may succeed later (connect, closed, time-out, unreadable, server, rate limit).
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self.0.kind,
            CallErrorKind::Connect
                | CallErrorKind::Closed
                | CallErrorKind::Timeout
                | CallErrorKind::Unreadable
                | CallErrorKind::Server
                | CallErrorKind::RateLimited
        )
    }

    /// How long the server asked to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The records that the refusal names.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// The provider's text, secrets masked.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The provider's code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The provider's id of the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The first bytes of the answer, at most 512, secrets masked.
    #[must_use]
    pub fn snippet(&self) -> Option<&str> {
        self.0.snippet.as_deref()
    }

    /// The number of the credentials (session) that the call was made with.
    #[must_use]
    pub fn epoch(&self) -> Option<u64> {
        self.0.epoch
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.0.kind {
            CallErrorKind::Connect | CallErrorKind::Untrusted => "no connection",
            CallErrorKind::Closed => "the connection ended before an answer came",
            CallErrorKind::Timeout => "no answer in time",
            CallErrorKind::Unreadable => "the answer could not be read",
            CallErrorKind::Server => "the server failed",
            CallErrorKind::RateLimited => "too many requests",
            CallErrorKind::Credentials => "credentials refused",
            CallErrorKind::NoSession => "no session",
            CallErrorKind::Target => "the target was not found",
            CallErrorKind::TooLarge => "the request was too large",
            CallErrorKind::Refused => "the request was refused",
            CallErrorKind::Local => "the request could not be built",
        };
        f.write_str(what)?;
        if let Some(status) = self.status() {
            write!(f, " (HTTP {})", status.as_u16())?;
        }
        if let Some(code) = &self.0.code {
            write!(f, " [{code}]")?;
        }
        if let Some(message) = &self.0.message {
            write!(f, ": {message}")?;
        } else if let Some(source) = &self.0.source {
            write!(f, ": {source}")?;
        }
        if let Some(id) = &self.0.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallError")
            .field("kind", &self.0.kind)
            .field("sent", &self.0.sent)
            .field("message", &self.0.message)
            .field("code", &self.0.code)
            .field("request_id", &self.0.request_id)
            .field("retry_after", &self.0.retry_after)
            .field("violations", &self.0.violations)
            .field("snippet", &self.0.snippet)
            .field("source", &self.0.source)
            .finish()
    }
}

impl Error for CallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn of_transport(kind: TransportErrorKind) -> CallError {
        CallError::from_transport(TransportError::new(kind))
    }

    #[test]
    fn a_cut_answer_is_unreadable_unless_its_status_alone_says_that_nothing_was_done() {
        for (status, kind) in [
            (200, CallErrorKind::Unreadable),
            (401, CallErrorKind::Credentials),
            (403, CallErrorKind::Credentials),
            (429, CallErrorKind::RateLimited),
            (500, CallErrorKind::Unreadable),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(of_transport(TransportErrorKind::Cut(status)).kind(), kind, "{status}");
            assert_eq!(
                of_transport(TransportErrorKind::TooLarge(status)).kind(),
                kind,
                "{status}"
            );
        }
    }

    #[test]
    fn a_request_that_could_not_be_built_was_not_sent() {
        let error = of_transport(TransportErrorKind::Build);
        assert_eq!((error.kind(), error.sent()), (CallErrorKind::Local, Sent::No));
        assert!(!error.may_have_acted());
    }

    #[test]
    fn every_error_begins_with_what_happened() {
        let too_large = CallError::of_status(&Answer::of(StatusCode::PAYLOAD_TOO_LARGE, ""));
        for (error, words) in [
            (of_transport(TransportErrorKind::Timeout), "no answer in time: time-out"),
            (
                of_transport(TransportErrorKind::Cut(StatusCode::OK)),
                "the answer could not be read (HTTP 200): answer with status 200 was cut",
            ),
            (
                of_transport(TransportErrorKind::Build),
                "the request could not be built: request could not be built",
            ),
            (CallError::no_session(), "no session"),
            (too_large, "the request was too large (HTTP 413)"),
        ] {
            assert_eq!(error.to_string(), words);
        }
    }

    #[test]
    fn an_answer_that_is_too_large_says_how_large_it_may_be() {
        let error = TransportError::new(TransportErrorKind::TooLarge(StatusCode::OK));
        assert!(
            error.to_string().starts_with("answer with status 200 is larger than "),
            "{error}"
        );
    }
}
