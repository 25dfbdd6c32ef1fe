//! Any answer to custom fields for leads, told by position.
#![no_main]

use std::sync::LazyLock;

use batchwise_core::Said;
use batchwise_fuzz::{Answered, SECRET, hold};
use calltouch_leads::{CalltouchCredentials, CalltouchLeads, CalltouchQuota, LeadUpdate, RequestParams};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static CLIENT: LazyLock<Answered<CalltouchLeads>> = LazyLock::new(|| {
    Answered::new(|transport| {
        CalltouchLeads::builder(CalltouchCredentials::new(SECRET, "1").expect("credentials"))
            .transport(transport)
            .quota(CalltouchQuota::unlimited())
            .build()
            .expect("a client")
    })
});

/// Every other one overwrites.
static LEADS: LazyLock<Vec<LeadUpdate>> = LazyLock::new(|| {
    let lead = |id: u64| {
        LeadUpdate::builder()
            .matching(RequestParams::by_request_id(id))
            .field("contract_no", "A-17")
            .overwrite(id % 2 == 0)
            .build()
            .expect("a lead")
    };
    (900_100..900_103).map(lead).collect()
});

fuzz_target!(|input: &[u8]| {
    let (_, body) = CLIENT.answer(input);
    let held = hold(&CLIENT, &LEADS);
    let read: Value = serde_json::from_slice(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)).unwrap_or_default();
    let rows = read["data"]["leads"].as_array().map_or(&[][..], Vec::as_slice);
    for (index, said) in held.said.iter().enumerate() {
        let Some(said) = said else { continue };
        assert_eq!(rows.len(), LEADS.len(), "positions count only when the lengths agree");
        let flag = |wanted: bool| {
            ["isCustomFieldsAdded", "isCustonFieldsAdded"].iter().any(|name| rows[index][*name] == wanted)
        };
        match said {
            Said::Done => assert!(flag(true), "lead {index} was written to, and no flag says so"),
            Said::Unchanged => assert!(flag(false) && !LEADS[index].overwrite(), "lead {index} is unchanged by a false flag"),
            Said::Unmatched => assert!(flag(false), "lead {index} is unmatched by a false flag"),
            _ => {}
        }
    }
});
