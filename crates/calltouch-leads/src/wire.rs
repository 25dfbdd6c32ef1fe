//! The exact request.

use batchwise_core::CallError;
use bytes::Bytes;
use calltouch_common::Connection;
use http::Request;

use crate::LeadUpdate;

/// The documented path; all of it is lower case.
pub const PATH: &str = "/lead-service/v1/api/customfield/lead/add";

/// Most leads in one request.
pub const MAX_RECORDS: usize = 100;

/// The member of request and answer that holds the leads, and that violations name.
pub(crate) const LEADS: &str = "leads";

const HEAD: &str = "{\"leads\":[";
const TAIL: &str = "]}";

/// Bytes of a request before its first lead.
pub(crate) const FIXED_BYTES: usize = HEAD.len() + TAIL.len();

/// `POST {"leads":[{...},{...}]}`, of leads that are encoded already.
pub(crate) fn request(connection: &Connection, leads: &[LeadUpdate]) -> Result<Request<Bytes>, CallError> {
    if leads.is_empty() || leads.len() > MAX_RECORDS {
        return Err(CallError::local(format!(
            "a request takes 1 to {MAX_RECORDS} leads, not {}",
            leads.len()
        )));
    }
    connection.post(PATH, body(leads))
}

fn body(leads: &[LeadUpdate]) -> Bytes {
    let len = leads
        .iter()
        .fold(FIXED_BYTES, |len, lead| len + lead.as_json().len() + 1);
    let mut body = String::with_capacity(len);
    body.push_str(HEAD);
    for (index, lead) in leads.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(lead.as_json());
    }
    body.push_str(TAIL);
    Bytes::from(body)
}
