//! Calltouch: custom fields of leads.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    missing_docs,
    dead_code,
    unreachable_pub
)]

mod support;

use batchwise_emulator::{EmulatorConfig, Fault, FaultRule, Lead, LeadKey, LeadsConfig, Method};
use serde_json::json;
use support::{any, ask, assert_json, leads, world};

fn lead(matching: &str, overwrite: bool, value: &str) -> String {
    format!(
        r#"{{"matching":[{matching}],"addCustomFields":{{"overwrite":{overwrite},"customFields":[{{"field":"contract_no","value":"{value}"}}]}}}}"#
    )
}

fn request(leads_: &[String]) -> http::Request<bytes::Bytes> {
    leads(format!(r#"{{"leads":[{}]}}"#, leads_.join(",")))
}

const BY_ID: &str = r#"{"type":"request","requestParams":{"requestId":900100}}"#;

#[test]
fn a_lead_that_is_found_gets_its_field() {
    let mut world = any();
    let answer = ask(&mut world, &request(&[lead(BY_ID, false, "A-17")]));
    assert_eq!(
        answer.1,
        r#"{"meta":[],"data":{"leads":[{"matchedType":"request","callInfo":null,"requestInfo":{"requestId":900100,"requestNumber":"900100"},"isCustomFieldsAdded":true,"error":null}]}}"#
    );
    assert_eq!(answer.0, 200);
    let truth = world.truth().leads;
    assert_eq!(
        truth.value(&LeadKey::request(900_100), "contract_no"),
        Some(&json!("A-17"))
    );
    assert_eq!(truth.lead(&LeadKey::request(900_100)).unwrap().writes, 1);
}

#[test]
fn a_value_that_is_there_stays_without_overwrite() {
    let mut world = any();
    ask(&mut world, &request(&[lead(BY_ID, false, "A-17")]));
    let answer = ask(&mut world, &request(&[lead(BY_ID, false, "B-1")]));
    assert_json(
        answer,
        200,
        r#"{"meta":[],"data":{"leads":[{"matchedType":"request","callInfo":null,
            "requestInfo":{"requestId":900100,"requestNumber":"900100"},"isCustomFieldsAdded":false,"error":null}]}}"#,
    );
    let truth = world.truth().leads;
    assert_eq!(
        truth.value(&LeadKey::request(900_100), "contract_no"),
        Some(&json!("A-17"))
    );
    ask(&mut world, &request(&[lead(BY_ID, true, "B-1")]));
    let truth = world.truth().leads;
    assert_eq!(
        truth.value(&LeadKey::request(900_100), "contract_no"),
        Some(&json!("B-1"))
    );
    assert_eq!(truth.lead(&LeadKey::request(900_100)).unwrap().written_by, [1, 3]);
}

#[test]
fn a_lead_that_is_not_found_is_all_null() {
    let config = LeadsConfig {
        unmatched: [LeadKey::request(900_100)].into(),
        ..LeadsConfig::default()
    };
    let answer = ask(
        &mut world(EmulatorConfig::default().calltouch_leads(config)),
        &request(&[lead(BY_ID, false, "A-17")]),
    );
    assert_json(
        answer,
        200,
        r#"{"meta":[],"data":{"leads":[{"matchedType":null,"callInfo":null,"requestInfo":null,
            "isCustomFieldsAdded":false,"error":"Лид не найден."}]}}"#,
    );
}

#[test]
fn the_first_row_that_finds_a_lead_wins() {
    let config = LeadsConfig {
        lead: vec![Lead {
            keys: vec![LeadKey::call(700_200), LeadKey::phone("+7 (915) 777-11-22")],
            ..Lead::default()
        }],
        ..LeadsConfig::default()
    };
    let by_phone = r#"{"type":"leadContact","leadContactParams":{"phones":["89157771122"]}}"#;
    let mut world = world(EmulatorConfig::default().calltouch_leads(config));
    let answer = ask(
        &mut world,
        &request(&[lead(&format!("{BY_ID},{by_phone}"), false, "A")]),
    );
    assert_json(
        answer,
        200,
        r#"{"meta":[],"data":{"leads":[{"matchedType":"leadContact","requestInfo":null,
            "callInfo":{"callId":"700200","callReferenceId":null,"sipCallId":"sip-700200"},
            "isCustomFieldsAdded":true,"error":null}]}}"#,
    );
    assert_eq!(world.truth().leads.lead(&LeadKey::call(700_200)).unwrap().writes, 1);
}

#[test]
fn a_blank_list_of_fields_is_a_violation_and_nothing_is_written() {
    let mut world = any();
    let blank = format!(r#"{{"matching":[{BY_ID}],"addCustomFields":{{"overwrite":false,"customFields":[]}}}}"#);
    let answer = ask(&mut world, &request(&[lead(BY_ID, false, "A"), blank]));
    assert_json(
        answer,
        400,
        r#"{"meta":[],"data":{"type":"validationError","apiErrorData":null,"validationErrorData":{"violations":[
            {"fieldPath":"leads[1].addCustomFields.customFields","message":"This value should not be blank."}]}}}"#,
    );
    assert_eq!(world.truth().leads.written_count(), 0);
}

#[test]
fn an_unknown_type_a_row_without_ids_and_a_bad_value_are_named() {
    let bad = |matching: &str, value: &str| {
        format!(r#"{{"matching":{matching},"addCustomFields":{{"customFields":[{{"field":"f","value":{value}}}]}}}}"#)
    };
    let sent = [
        bad("[]", "1"),
        bad(r#"[{"type":"chat"}]"#, "1"),
        bad(r#"[{"type":"call","callParams":{}}]"#, "1"),
        bad(&format!("[{BY_ID}]"), "true"),
    ];
    let (_, body) = ask(&mut any(), &request(&sent));
    for path in [
        "leads[0].matching",
        "leads[1].matching[0].type",
        "leads[2].matching[0].callParams",
        "leads[3].addCustomFields.customFields[0].value",
    ] {
        assert!(body.contains(&format!("\"fieldPath\":\"{path}\"")), "{path} in {body}");
    }
}

#[test]
fn a_field_that_does_not_exist_is_an_error_of_the_lead() {
    let config = LeadsConfig {
        fields: Some(["amount"].into()),
        ..LeadsConfig::default()
    };
    let (status, body) = ask(
        &mut world(EmulatorConfig::default().calltouch_leads(config)),
        &request(&[lead(BY_ID, false, "A")]),
    );
    assert!(
        status == 200 && body.contains(r#""isCustomFieldsAdded":false,"error":"Пользовательское"#),
        "{body}"
    );
}

#[test]
fn a_poison_lead_is_named() {
    let config = LeadsConfig {
        poison: [LeadKey::request(900_100)].into(),
        ..LeadsConfig::default()
    };
    let (status, body) = ask(
        &mut world(EmulatorConfig::default().calltouch_leads(config)),
        &request(&[lead(BY_ID, false, "A")]),
    );
    assert!(
        status == 400 && body.contains(r#""fieldPath":"leads[0].matching""#),
        "{body}"
    );
}

#[test]
fn an_answer_may_be_a_row_short() {
    let rule = FaultRule::new(Fault::WrongLength)
        .on(Method::CalltouchLeads)
        .record("request:900100");
    let mut world = world(EmulatorConfig::default().fault(rule));
    let (_, body) = ask(&mut world, &request(&[lead(BY_ID, false, "A")]));
    assert_eq!(body, r#"{"meta":[],"data":{"leads":[]}}"#);
    assert_eq!(world.truth().leads.written_count(), 1);
}
