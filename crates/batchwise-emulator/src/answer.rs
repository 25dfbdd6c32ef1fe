//! Answers as bytes.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use serde::{Serialize, Serializer};

/// An answer with this body; a status that is none becomes 500.
pub(crate) fn body(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// An answer in JSON.
pub(crate) fn json(status: u16, value: &impl Serialize) -> Response<Bytes> {
    // The types here have text keys and no failing serializer.
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    body(status, "application/json; charset=utf-8", bytes)
}

/// A page as a front server makes it.
pub(crate) fn html(status: u16) -> Response<Bytes> {
    let title = StatusCode::from_u16(status).map_or_else(|_| status.to_string(), |status| status.to_string());
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    body(status, "text/html", page)
}

/// The same answer with `Retry-After`, if there is one to say.
pub(crate) fn retry_after(mut response: Response<Bytes>, seconds: Option<u64>) -> Response<Bytes> {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A JSON object whose members keep their order and may repeat; without members PHP prints `[]`.
pub(crate) struct Members<V>(pub(crate) Vec<(String, V)>);

impl<V: Serialize> Serialize for Members<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() {
            return serializer.collect_seq(std::iter::empty::<()>());
        }
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}
