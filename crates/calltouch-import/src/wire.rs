//! The exact request.

use batchwise_core::CallError;
use bytes::Bytes;
use calltouch_common::Connection;
use http::Request;

use crate::ImportLogId;

/// The documented path; its case matters.
pub const PATH: &str = "/report-service/RestAPI/api/users-import/delete";

/// Most ids in one request.
pub const MAX_RECORDS: usize = 100;

/// The member of the request that holds the ids, and that violations name.
pub(crate) const IDS: &str = "importLogIds";

/// `POST {"importLogIds":[51001,51002]}`.
pub(crate) fn request(connection: &Connection, ids: &[ImportLogId]) -> Result<Request<Bytes>, CallError> {
    if ids.is_empty() || ids.len() > MAX_RECORDS {
        return Err(CallError::local(format!(
            "a request takes 1 to {MAX_RECORDS} import log ids, not {}",
            ids.len()
        )));
    }
    connection.post(PATH, body(ids))
}

fn body(ids: &[ImportLogId]) -> Bytes {
    /// Room for most ids and their commas.
    const BYTES_OF_AN_ID: usize = 12;
    let mut body = String::with_capacity(IDS.len() + 8 + ids.len() * BYTES_OF_AN_ID);
    body.push_str("{\"");
    body.push_str(IDS);
    body.push_str("\":[");
    let mut digits = itoa::Buffer::new();
    for (index, id) in ids.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(digits.format(id.get()));
    }
    body.push_str("]}");
    Bytes::from(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_bare_numbers() {
        let ids = [51001, 51002].map(ImportLogId::new);
        assert_eq!(body(&ids), r#"{"importLogIds":[51001,51002]}"#);
        assert_eq!(body(&ids[..1]), r#"{"importLogIds":[51001]}"#);
    }
}
