//! Any answer to a deletion of import logs.
#![no_main]

use std::sync::LazyLock;

use batchwise_core::Said;
use batchwise_fuzz::{Answered, SECRET, any_object, any_value, hold, holds_number};
use calltouch_import::{CalltouchCredentials, CalltouchImport, CalltouchQuota, ImportLogId, NOT_FOUND};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static CLIENT: LazyLock<Answered<CalltouchImport>> = LazyLock::new(|| {
    Answered::new(|transport| {
        CalltouchImport::builder(CalltouchCredentials::new(SECRET, "1").expect("credentials"))
            .transport(transport)
            .quota(CalltouchQuota::unlimited())
            .build()
            .expect("a client")
    })
});

fuzz_target!(|input: &[u8]| {
    let (_, body) = CLIENT.answer(input);
    let ids = [51001, 51002, 51003, 51004, 51005];
    let held = hold(&CLIENT, &ids.map(ImportLogId::new));
    let read: Value = serde_json::from_slice(trimmed(body)).unwrap_or_default();
    for (id, said) in ids.into_iter().zip(held.said) {
        let told = |status: &str, text: Option<&str>| {
            any_object(&read, &|result| {
                let has = |name: &str, wanted: &dyn Fn(&Value) -> bool| result.get(name).is_some_and(wanted);
                has("importLogId", &|value| holds_number(value, id))
                    && has("deleteStatus", &|value| value == status)
                    && text.is_none_or(|text| {
                        has("error", &|value| any_value(value, &|value| value.as_str().map(str::trim) == Some(text)))
                    })
            })
        };
        match said {
            Some(Said::Done) => assert!(told("success", None), "{id} was deleted, and no result says so"),
            Some(Said::Absent) => assert!(told("error", Some(NOT_FOUND)), "{id} is absent, and no result says so"),
            _ => {}
        }
    }
});

fn trimmed(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii()
}
