//! A whole answer, saved before anything is decoded.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::parse_retry_after;
use crate::secret::Secrets;

/// Most bytes of an answer that an error keeps.
const SNIPPET_BYTES: usize = 512;

/// Status, headers and bytes of an answer, and the secrets to mask in what is quoted from it.
#[derive(Clone)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    secrets: Secrets,
}

impl Answer {
    /// Keeps a response together with the secrets that its texts must not repeat.
    #[must_use]
    pub fn new(response: http::Response<Bytes>, secrets: Secrets) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
            secrets,
        }
    }

    /// An answer of a status and bytes alone, for tests of decoders.
    #[must_use]
    pub fn of(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: body.into(),
            secrets: Secrets::default(),
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The bytes as they came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The bytes without a byte order mark and white space around them.
    #[must_use]
    pub fn trimmed_body(&self) -> &[u8] {
        self.body
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(&self.body)
            .trim_ascii()
    }

    /// A text from the answer with known secrets masked: everything that is quoted goes through here.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        self.secrets.mask(text)
    }

    /// The first bytes as text, at most 512, masked before they are cut; `None` for an empty body.
    #[must_use]
    pub fn snippet(&self) -> Option<String> {
        let body = self.trimmed_body();
        if body.is_empty() {
            return None;
        }
        // Masking needs whole secrets, so more than the snippet is looked at.
        let window = body.get(..body.len().min(16 * SNIPPET_BYTES)).unwrap_or(body);
        let mut text = self.mask(&String::from_utf8_lossy(window));
        let mut end = text.len().min(SNIPPET_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        Some(text)
    }

    /// How long the server asks to wait (`Retry-After`: seconds or a date).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after_of(&self.headers)
    }

    /// The server's id of the request from `X-Request-Id`, if it is a plain short text.
    #[must_use]
    pub fn request_id(&self) -> Option<String> {
        let id = self.headers.get("x-request-id")?.to_str().ok()?;
        (!id.is_empty() && id.len() <= 128).then(|| self.mask(id))
    }
}

impl fmt::Debug for Answer {
    /// Shows neither headers nor more of the body than an error would.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("snippet", &self.snippet())
            .finish_non_exhaustive()
    }
}

/// How long a response asks to wait, by its head alone.
pub(super) fn retry_after_of(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?;
    let date = headers.get(http::header::DATE).and_then(|date| date.to_str().ok());
    // The server's own clock is the reference of a date, where it tells the time.
    let now = date
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .unwrap_or_else(SystemTime::now);
    parse_retry_after(value, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_snippet_is_masked_before_it_is_cut() {
        let secret = Secret::new("0123456789");
        let body = format!("{}0123456789", "x".repeat(SNIPPET_BYTES - 5));
        let answer = Answer::new(http::Response::new(Bytes::from(body)), Secrets::new([&secret]));
        let snippet = answer.snippet().unwrap();
        assert!(snippet.len() <= SNIPPET_BYTES);
        assert!(!snippet.contains("01234"), "{snippet}");
    }

    #[test]
    fn a_snippet_ends_at_a_character() {
        let answer = Answer::of(StatusCode::OK, "ж".repeat(600));
        assert!(answer.snippet().unwrap().chars().all(|c| c == 'ж'));
    }
}
