//! Calltouch, from its two articles.

pub(crate) mod import;
pub(crate) mod leads;
mod wire;

use bytes::Bytes;
use http::Response;

/// An error by its status: a refusal of the request in the envelope that is documented for one, anything else bare.
pub(crate) fn error(status: u16) -> Response<Bytes> {
    if matches!(status, 400 | 409 | 422) {
        return wire::api_error(status, 2, "Запрос не может быть выполнен");
    }
    let text = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason());
    wire::bare(status, text.unwrap_or("Error"))
}
