//! Calltouch, from its two articles.

pub(crate) mod import;
pub(crate) mod leads;
mod wire;

use bytes::Bytes;
use http::Response;

/// An error that Calltouch does not document, in its bare form.
pub(crate) fn error(status: u16) -> Response<Bytes> {
    let text = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason());
    wire::bare(status, text.unwrap_or("Error"))
}
