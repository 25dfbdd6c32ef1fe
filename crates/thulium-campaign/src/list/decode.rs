//! From bytes to a page of records, and to counts of campaigns.

use batchwise_core::transport::{Answer, MAX_LIST_VALUES};
use batchwise_core::{CallError, CallErrorKind};
use serde_json::Value;

use super::{CampaignRecord, CampaignStats};
use crate::decode::{refusal, text_of};
use crate::record::{CampaignId, Member};

/// A part of a list, and how long the whole is.
#[derive(Debug)]
pub(crate) struct Page<M> {
    pub(super) count: u64,
    pub(super) records: Vec<CampaignRecord<M>>,
}

/// Reads a page: `{"count": n, "result": [...]}`.
///
/// # Errors
/// [`CallError`] by the status for a refusal; unreadable for anything but a count and a list in which each entry names its
/// member.
pub(crate) fn page<M: Member>(answer: &Answer, campaign: CampaignId) -> Result<Page<M>, CallError> {
    let value = readable(answer)?;
    let odd = |why: String| CallError::answered(CallErrorKind::Unreadable, answer).with_message(why);
    let count = value.get("count").and_then(number);
    let count = count.ok_or_else(|| odd("no `count` in the answer".to_owned()))?;
    let Some(Value::Array(entries)) = value.get("result") else {
        return Err(odd("no list `result` in the answer".to_owned()));
    };
    let records = entries.iter().enumerate().map(|(at, entry)| {
        record(entry, campaign)
            .ok_or_else(|| odd(format!("record {} of the page has no usable {}", at + 1, M::PARAMETER)))
    });
    Ok(Page {
        count,
        records: records.collect::<Result<_, _>>()?,
    })
}

fn record<M: Member>(entry: &Value, campaign: CampaignId) -> Option<CampaignRecord<M>> {
    let name = text_of(entry.get(M::PARAMETER)?)?;
    let text = |name: &str| {
        let text = entry.get(name).and_then(text_of).unwrap_or_default();
        text.trim().to_owned()
    };
    Some(CampaignRecord {
        member: M::parse(campaign, &name).ok()?,
        record_id: entry.get("record_id").and_then(number),
        system_status: text("system_status"),
        status: text("status"),
        create_date: text("create_date"),
        call_date: text("call_date"),
    })
}

/// Reads the counts of campaigns: a list of `{"id": "00042", "records_count": 12, "completion_percent": 50.5}`.
///
/// # Errors
/// [`CallError`] by the status for a refusal; unreadable for anything but a list in which each entry has an id and a count.
pub(crate) fn stats(answer: &Answer) -> Result<Vec<CampaignStats>, CallError> {
    let value = readable(answer)?;
    let odd = |why: String| CallError::answered(CallErrorKind::Unreadable, answer).with_message(why);
    let Value::Array(entries) = &value else {
        return Err(odd("no list of campaigns".to_owned()));
    };
    let campaign = |entry: &Value| {
        Some(CampaignStats {
            id: text_of(entry.get("id")?)?.trim().to_owned(),
            records: number(entry.get("records_count")?)?,
            completion_percent: entry.get("completion_percent").and_then(Value::as_f64),
        })
    };
    let read = |(at, entry): (usize, &Value)| {
        campaign(entry).ok_or_else(|| odd(format!("campaign {} of the list has no id or no count", at + 1)))
    };
    entries.iter().enumerate().map(read).collect()
}

/// The tree of a success that tells of no error.
fn readable(answer: &Answer) -> Result<Value, CallError> {
    let body = answer.json_body_of(MAX_LIST_VALUES);
    let value: Option<Value> = serde_json::from_slice(body).ok();
    match value {
        Some(value) if answer.status().is_success() => match refusal(answer, &value) {
            Some(error) => Err(error),
            None => Ok(value),
        },
        Some(value) => Err(crate::decode::explained(answer, &value)),
        None => Err(CallError::of_status(answer)),
    }
}

/// A whole number or digits in a text.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => {
            let text = text.trim();
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{CampaignCustomer, CampaignPhone};
    use http::StatusCode;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn anything_is_taken_without_a_panic(body in r#"[\[\]{}",:a-z0-9 .-]{0,60}"#, status in 200_u16..600) {
            let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body);
            let campaign = "00042".parse().unwrap();
            let _ = page::<CampaignCustomer>(&answer, campaign);
            let _ = page::<CampaignPhone>(&answer, campaign);
            let _ = stats(&answer);
        }

        #[test]
        fn records_of_any_shape_are_all_there_or_an_error(
            records in prop::collection::vec(
                prop::sample::select(&[r#"{"customer_id":7}"#, r#"{"customer_id":"8"}"#, "{}", "null", r#"{"customer_id":0}"#][..]),
                0..6,
            ),
        ) {
            let body = format!(r#"{{"count":9,"result":[{}]}}"#, records.join(","));
            let read = page::<CampaignCustomer>(&Answer::of(StatusCode::OK, body), "00042".parse().unwrap());
            let whole = records.iter().all(|record| record.contains('7') || record.contains('8'));
            prop_assert_eq!(read.is_ok(), whole);
            if let Ok(page) = read {
                prop_assert_eq!(page.records.len(), records.len());
            }
        }
    }
}
