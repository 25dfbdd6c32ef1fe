//! Any answer to a removal of customers from a campaign.
#![no_main]

use std::sync::LazyLock;

use batchwise_core::Said;
use batchwise_fuzz::{Answered, any_object, hold, thulium};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use thulium_campaign::{CampaignCustomer, ThuliumCampaign};

static CLIENT: LazyLock<Answered<ThuliumCampaign>> = LazyLock::new(thulium::customers);
static RECORDS: LazyLock<Vec<CampaignCustomer>> = LazyLock::new(thulium::customer_records);

fuzz_target!(|input: &[u8]| {
    let (_, body) = CLIENT.answer(input);
    let held = hold(&CLIENT, &RECORDS);
    let read: Value = serde_json::from_slice(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)).unwrap_or_default();
    for (record, said) in RECORDS.iter().zip(held.said) {
        let named: &dyn Fn(&str) -> bool = &|name| name.trim() == record.customer.to_string();
        let told = |status: &str| {
            let says = |entry: &Value| {
                any_object(entry, &|entry| {
                    entry.get("status").and_then(Value::as_str).is_some_and(|said| said.trim().eq_ignore_ascii_case(status))
                })
            };
            match &read {
                Value::Object(members) => members.iter().any(|(name, entries)| named(name) && says(entries)),
                Value::Array(entries) => entries.iter().any(|entry| {
                    let name = match &entry["customer_id"] {
                        Value::String(name) => name.clone(),
                        name => name.to_string(),
                    };
                    named(&name) && says(entry)
                }),
                _ => false,
            }
        };
        match said {
            Some(Said::Done) => assert!(told("REMOVED"), "{record} was removed, and no entry says so"),
            Some(Said::Absent) => assert!(told("NOT_EXIST"), "{record} is absent, and no entry says so"),
            Some(Said::Busy { .. }) => assert!(told("CALL_IN_PROGRESS"), "{record} is busy, and no entry says so"),
            _ => {}
        }
    }
});
