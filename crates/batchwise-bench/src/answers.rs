//! Answers in the providers' documented shapes, written without knowing more of a request than its numbers.

use std::io::Write;

/// The answer's body to a request for `target` with this body: every record was found and done.
pub(crate) fn body(target: &str, request: &[u8], out: &mut Vec<u8>) {
    out.clear();
    if target.starts_with("/api/batch/") {
        campaign(target, out);
    } else if target.starts_with("/v2/book/") {
        book(request, out);
    } else if target.starts_with("/lead-service/") {
        leads(request, out);
    } else {
        import(request, out);
    }
}

fn import(request: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"meta\":[],\"data\":{\"importLogs\":[");
    let mut first = true;
    for id in numbers(after(request, b"[")) {
        separate(out, &mut first);
        out.extend_from_slice(b"{\"importLogId\":");
        out.extend_from_slice(id);
        out.extend_from_slice(b",\"deleteStatus\":\"success\",\"error\":null}");
    }
    out.extend_from_slice(b"]}}");
}

fn leads(request: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"meta\":[],\"data\":{\"leads\":[");
    let mut first = true;
    let mut rest = request;
    loop {
        rest = after(rest, b"\"requestId\":");
        let Some(id) = numbers(rest).next() else { break };
        separate(out, &mut first);
        out.extend_from_slice(b"{\"matchedType\":\"request\",\"callInfo\":null,\"requestInfo\":{\"requestId\":");
        out.extend_from_slice(id);
        out.extend_from_slice(b",\"requestNumber\":\"");
        out.extend_from_slice(id);
        out.extend_from_slice(b"\"},\"isCustomFieldsAdded\":true,\"error\":null}");
    }
    out.extend_from_slice(b"]}}");
}

fn book(request: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(
        b"{\"metadata\":{\"status\":200,\"generated_at\":\"2026-11-22 08:00:00\"},\"data\":{\"deleted\":{\
          \"counteragentIDs\":[],\"addressIDs\":[],\"contactIDs\":[],\"phoneIDs\":[",
    );
    let mut first = true;
    for id in numbers(after(request, b"\"phoneIDs\":[")) {
        separate(out, &mut first);
        out.extend_from_slice(id);
    }
    out.extend_from_slice(
        b"]},\"notDeleted\":{\"counteragentIDs\":[],\"addressIDs\":[],\"contactIDs\":[],\"phoneIDs\":[]}}}",
    );
}

fn campaign(target: &str, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut first = true;
    for pair in target.split_once('?').map_or("", |(_, query)| query).split('&') {
        let Some((_, id)) = pair.split_once('=') else { continue };
        separate(out, &mut first);
        // Writing into memory cannot fail.
        let _ = write!(
            out,
            "\"{id}\":{{\"http_status\":200,\"record_id\":9{id},\"status\":\"REMOVED\"}}"
        );
    }
    out.push(b'}');
}

fn separate(out: &mut Vec<u8>, first: &mut bool) {
    if !std::mem::take(first) {
        out.push(b',');
    }
}

/// What follows the first occurrence of a text; nothing where it does not occur.
fn after<'a>(bytes: &'a [u8], text: &[u8]) -> &'a [u8] {
    bytes
        .windows(text.len())
        .position(|window| window == text)
        .and_then(|at| bytes.get(at + text.len()..))
        .unwrap_or_default()
}

/// The numbers up to the first byte that is neither a digit nor a comma.
fn numbers(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = bytes
        .iter()
        .position(|byte| !byte.is_ascii_digit() && *byte != b',')
        .unwrap_or(bytes.len());
    let list = bytes.get(..end).unwrap_or_default();
    list.split(|byte| *byte == b',').filter(|number| !number.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(target: &str, request: &str) -> String {
        let mut out = Vec::new();
        body(target, request.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_record_of_a_request_is_answered_for() {
        let import = answer("/report-service/x", r#"{"importLogIds":[7,8]}"#);
        assert_eq!(import.matches("\"deleteStatus\":\"success\"").count(), 2);
        let leads = answer("/lead-service/x", r#"{"leads":[{"requestId":7},{"requestId":8}]}"#);
        assert_eq!(leads.matches("\"isCustomFieldsAdded\":true").count(), 2);
        let book = answer("/v2/book/delete.json", r#"{"appkey":"1","phoneIDs":[7,8]}"#);
        assert!(book.contains("\"phoneIDs\":[7,8]},\"notDeleted\""), "{book}");
        let campaign = answer("/api/batch/crm_outbounds/00042/records?a%5B%5D=7&a%5B%5D=8", "");
        assert_eq!(campaign.matches("REMOVED").count(), 2);
    }
}
