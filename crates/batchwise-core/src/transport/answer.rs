//! A whole answer, saved before anything is decoded.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{MAX_ANSWER_VALUES, parse_retry_after};
use crate::json_values::json_values;
use crate::secret::Secrets;

/// Most bytes of an answer that an error keeps.
const SNIPPET_BYTES: usize = 512;

/// Where the server names the request.
const REQUEST_ID: &str = "x-request-id";

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

    /// The trimmed bytes for a JSON parser; nothing of them where they hold more than [`MAX_ANSWER_VALUES`] values, whose
    /// tree would take a hundred times the memory of its text. Nothing is no JSON.
    #[must_use]
    pub fn json_body(&self) -> &[u8] {
        self.json_body_of(MAX_ANSWER_VALUES)
    }

    /// The same with another bound, for lists: [`MAX_LIST_VALUES`](super::MAX_LIST_VALUES).
    #[must_use]
    pub fn json_body_of(&self, most: usize) -> &[u8] {
        let body = self.trimmed_body();
        if json_values(body) > most { &[] } else { body }
    }

    /// A text from the answer with known secrets masked: everything that is quoted goes through here.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        self.secrets.mask(text)
    }

    /// The first bytes as text, at most 512, masked before they are cut; `None` for an empty body and for what is no text:
    /// a coding that was not undone hides secrets from masking.
    #[must_use]
    pub fn snippet(&self) -> Option<String> {
        let body = self.trimmed_body();
        let coded = self.headers.contains_key(http::header::CONTENT_ENCODING);
        if body.is_empty() || coded || body.contains(&0) {
            return None;
        }
        Some(self.secrets.mask_start(&String::from_utf8_lossy(body), SNIPPET_BYTES))
    }

    /// The same answer with nothing that could be quoted: neither its body nor the server's id of the request. For an answer
    /// that may hold a secret which nobody knows yet.
    #[must_use]
    pub fn unquoted(&self) -> Self {
        let mut headers = self.headers.clone();
        headers.remove(REQUEST_ID);
        Self {
            status: self.status,
            headers,
            body: Bytes::new(),
            secrets: self.secrets.clone(),
        }
    }

    /// How long the server asks to wait (`Retry-After`: seconds or a date).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after_of(&self.headers)
    }

    /// The server's id of the request from `X-Request-Id`, if it is a plain short text.
    #[must_use]
    pub fn request_id(&self) -> Option<String> {
        let id = self.headers.get(REQUEST_ID)?.to_str().ok()?;
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
    fn a_snippet_of_secrets_alone_shows_none_of_them() {
        let secret = Secret::new("s".to_owned() + &"0123456789".repeat(9));
        let body = Bytes::from(secret.expose().repeat(1000));
        let answer = Answer::new(http::Response::new(body), Secrets::new([&secret]));
        let snippet = answer.snippet().unwrap();
        assert!(snippet.chars().all(|c| c == '*'), "{snippet}");
    }

    #[test]
    fn what_is_no_text_is_not_quoted() {
        assert_eq!(Answer::of(StatusCode::OK, "t\0o\0k\0e\0n\0").snippet(), None);
        let coded = http::Response::builder().header("content-encoding", "br");
        let answer = Answer::new(coded.body(Bytes::from_static(b"token")).unwrap(), Secrets::default());
        assert_eq!(answer.snippet(), None);
    }

    #[test]
    fn an_unquoted_answer_keeps_its_status_and_its_secrets_alone() {
        let response = http::Response::builder()
            .status(503)
            .header("x-request-id", "r-1")
            .header("retry-after", "7")
            .body(Bytes::from_static(b"text"))
            .unwrap();
        let answer = Answer::new(response, Secrets::new([&Secret::new("s3cret")])).unquoted();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!((answer.snippet(), answer.request_id()), (None, None));
        assert_eq!(answer.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(answer.mask("s3cret"), "***");
    }

    #[test]
    fn an_answer_of_too_many_values_is_no_json() {
        let of = |values: usize| Answer::of(StatusCode::OK, format!("[{}0]", "0,".repeat(values - 2)));
        assert!(!of(MAX_ANSWER_VALUES).json_body().is_empty());
        let beyond = of(MAX_ANSWER_VALUES + 1);
        assert!(beyond.json_body().is_empty());
        assert!(!beyond.trimmed_body().is_empty());
        // A long text is one value.
        let long = Answer::of(StatusCode::OK, format!("\"{}\"", ",".repeat(MAX_ANSWER_VALUES)));
        assert!(!long.json_body().is_empty());
    }

    #[test]
    fn a_snippet_ends_at_a_character() {
        let answer = Answer::of(StatusCode::OK, "ж".repeat(600));
        assert!(answer.snippet().unwrap().chars().all(|c| c == 'ж'));
    }
}
