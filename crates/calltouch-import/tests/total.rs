//! The decoder takes anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use batchwise_core::transport::Answer;
use batchwise_core::{Identity, Reply, Said};
use calltouch_import::{ImportLogId, reply};
use http::StatusCode;
use proptest::prelude::*;
use serde_json::{Value, json};

const SENT: [u64; 3] = [51001, 51002, 51999];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(SENT.to_vec()).prop_map(Value::from),
        prop::sample::select(SENT.to_vec()).prop_map(|id| Value::from(id.to_string())),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["success", "error", "importLogIds[0]", "importLogIds[7]"]).prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
    ]
}

fn element() -> impl Strategy<Value = Value> {
    let members = ["importLogId", "deleteStatus", "error", "fieldPath", "message"];
    prop_oneof![
        4 => prop::collection::btree_map(prop::sample::select(members.to_vec()), scalar(), 0..5)
            .prop_map(|members| json!(members)),
        1 => scalar(),
    ]
}

fn body() -> impl Strategy<Value = Value> {
    let elements = || prop::collection::vec(element(), 0..6);
    prop_oneof![
        elements().prop_map(|list| json!({"meta": [], "data": {"importLogs": list}})),
        elements()
            .prop_map(|list| json!({"data": {"type": "validationError", "validationErrorData": {"violations": list}}})),
        scalar().prop_map(|data| json!({"message": data})),
        (scalar(), scalar()).prop_map(|(data, message)| json!({"data": data, "message": message})),
        scalar(),
    ]
}

fn sent() -> [ImportLogId; 3] {
    SENT.map(ImportLogId::new)
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic_and_done_is_said_only_of_an_element_that_says_success(
        status in 100_u16..600, body in body()
    ) {
        let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body.to_string());
        if let Ok(Reply::Named(statements)) = reply(&answer, &sent()) {
            let data = &body["data"];
            let list = data["importLogs"].as_array().or(data["validationErrorData"]["violations"].as_array()).unwrap();
            let successes = list.iter().filter(|element| element["deleteStatus"] == "success").count();
            let done = statements.iter().filter(|(_, statement)| statement.said == Said::Done).count();
            prop_assert!(done <= successes);
            let named = statements.iter().all(|(id, _)| matches!(id, Identity::Number { space: 0, .. }));
            prop_assert!(named);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let answer = Answer::of(StatusCode::from_u16(status).unwrap(), body);
        let _ = reply(&answer, &sent());
    }

    #[test]
    fn no_cut_answer_is_a_reply(cut in 0_usize..100) {
        let whole = r#"{"meta":[],"data":{"importLogs":[{"importLogId":51001,"deleteStatus":"success","error":null}]}}"#;
        let answer = Answer::of(StatusCode::OK, &whole.as_bytes()[..cut.min(whole.len() - 1)]);
        prop_assert!(reply(&answer, &sent()).is_err());
    }
}
