//! The decoder and the reader of leads take anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use batchwise_core::Reply;
use batchwise_core::transport::Answer;
use calltouch_leads::{LeadUpdate, RequestParams, md5_phone, reply};
use http::StatusCode;
use proptest::prelude::*;
use serde_json::{Value, json};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ]
}

/// JSON made of the names that the method uses, so that it often comes close to what is taken.
fn tree() -> impl Strategy<Value = Value> {
    let names = [
        "matching",
        "type",
        "callParams",
        "callId",
        "leadContactParams",
        "phones",
        "addCustomFields",
        "customFields",
        "field",
        "value",
        "overwrite",
        "isCustomFieldsAdded",
        "isCustonFieldsAdded",
        "callInfo",
        "requestInfo",
        "error",
    ];
    scalar().prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(names.to_vec()), inner, 0..5)
                .prop_map(|members| json!(members)),
        ]
    })
}

fn sent() -> [LeadUpdate; 2] {
    [false, true].map(|overwrite| {
        let lead = LeadUpdate::builder().matching(RequestParams::by_request_id(1));
        lead.field("a", 1).overwrite(overwrite).build().unwrap()
    })
}

proptest! {
    #[test]
    fn every_element_of_an_answer_is_one_statement(
        status in 100_u16..600, leads in prop::collection::vec(tree(), 0..5)
    ) {
        let count = leads.len();
        let body = json!({"meta": [], "data": {"leads": leads}}).to_string();
        let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body);
        let Ok(Reply::Positional(statements)) = reply(&answer, &sent()) else {
            return Err(TestCaseError::fail("a list of results is a reply"));
        };
        prop_assert_eq!(statements.len(), count);
    }

    #[test]
    fn no_bytes_make_it_panic(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body);
        let _ = reply(&answer, &sent());
    }

    #[test]
    fn what_is_read_is_written_so_that_it_reads_the_same(rows in tree(), add in tree()) {
        for value in [&rows, &json!({"matching": rows, "addCustomFields": add})] {
            if let Ok(lead) = LeadUpdate::from_json(value) {
                prop_assert_eq!(LeadUpdate::from_json(&lead.to_json()).unwrap(), lead);
            }
        }
    }

    #[test]
    fn any_text_survives_the_way_to_json(field in "\\PC{1,20}", value in any::<String>(), phone in any::<String>()) {
        let given = json!({
            "matching": [{"type": "leadContact", "leadContactParams": {"phones": [format!("x{phone}")]}}],
            "addCustomFields": {"overwrite": true, "customFields": [{"field": format!("f{field}"), "value": value}]}
        });
        let lead = LeadUpdate::from_json(&given).unwrap();
        prop_assert_eq!(lead.to_json(), given);
    }

    #[test]
    fn a_phone_is_hashed_or_refused(phone in any::<String>()) {
        if let Ok(hash) = md5_phone(&phone) {
            prop_assert_eq!(hash.len(), 32);
        }
    }
}
