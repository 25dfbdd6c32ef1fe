//! The answer that nearly always comes, read in place.

use batchwise_core::transport::Answer;
use batchwise_core::{Documented, Facts, Reply, Said, Statement};
use http::StatusCode;

use crate::record::Member;

/// Reads an answer in which every member, in the order of the request, was removed with one record; `None` for any other.
pub(super) fn read<M: Member>(answer: &Answer, sent: &[M]) -> Option<Reply> {
    if answer.status() != StatusCode::OK {
        return None;
    }
    let mut expected = sent.iter();
    let mut statements = Vec::with_capacity(sent.len());
    let mut json = Documented::new(answer.trimmed_body());
    json.members(|name, json| {
        let member = expected.next().filter(|member| member.is_named(name))?;
        let facts = Facts::none().with("record_id", removed(json)?);
        statements.push((member.identity(), Statement::new(Said::Done).with_facts(facts)));
        Some(())
    })?;
    json.end()?;
    // A request without members is never sent, and an answer without any says nothing.
    (expected.next().is_none() && !statements.is_empty()).then_some(Reply::Named(statements))
}

/// The record that was removed.
fn removed(json: &mut Documented<'_>) -> Option<u64> {
    if json.spelled(r#"{"http_status":200,"record_id":"#).is_some() {
        let record_id = json.number()?;
        json.spelled(r#","status":"REMOVED"}"#)?;
        return Some(record_id);
    }
    let mut record_id = None;
    json.object(&["http_status", "record_id", "status"], |name, json| match name {
        "http_status" => (json.number()? == 200).then_some(()),
        "record_id" => {
            record_id = Some(json.number()?);
            Some(())
        }
        _ => json.exactly("REMOVED"),
    })?;
    record_id
}
