//! Leads as they are read, checked and written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::HashSet;
use std::num::NonZeroU32;

use batchwise_core::{Identity, InvalidRecord, Record};
use calltouch_leads::{
    AND, CallContactParams, CallParams, FieldValue, LONGEST_SEARCH_DEPTH, LeadContactParams, LeadDate, LeadError,
    LeadUpdate, LeadUpdateBuilder, MAX_FIELDS, MAX_ROWS, Matching, NEAREST, NEAREST_UNIQ, NEAREST_UNIQ_LEAD,
    RequestContactParams, RequestParams,
};
use serde_json::{Value, json};

fn date() -> LeadDate {
    LeadDate::new(2024, 3, 5, 14, 30, 0).unwrap()
}

fn depth(minutes: u32) -> NonZeroU32 {
    NonZeroU32::new(minutes).unwrap()
}

fn of(row: impl Into<Matching>) -> LeadUpdateBuilder {
    LeadUpdate::builder().matching(row).field("contract_no", "A-17")
}

/// The first row as it is sent.
fn sent(row: impl Into<Matching>) -> Value {
    of(row).build().unwrap().to_json()["matching"][0].clone()
}

fn refused(builder: LeadUpdateBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

fn with_row(row: &Value) -> Value {
    json!({"matching": [row], "addCustomFields": {"customFields": [{"field": "a", "value": 1}]}})
}

fn with_value(value: &Value) -> Value {
    json!({
        "matching": [{"type": "call", "callParams": {"callId": 1}}],
        "addCustomFields": {"overwrite": true, "customFields": [{"field": "a", "value": value}]}
    })
}

fn bad(lead: &Value) -> LeadError {
    LeadUpdate::from_json(lead).unwrap_err()
}

#[test]
fn the_documented_lead_is_written_as_documented() {
    let lead = LeadUpdate::builder()
        .matching(RequestParams::by_request_id(900_100))
        .matching(
            LeadContactParams::new()
                .phone("+7 (000) 000-00-00")
                .email("ann@example.com")
                .date(date())
                .type_to_match(NEAREST)
                .search_depth(depth(LONGEST_SEARCH_DEPTH)),
        )
        .field("contract_no", "A-17")
        .field("amount", 123.4)
        .build()
        .unwrap();
    assert_eq!(
        lead.as_json(),
        concat!(
            r#"{"matching":[{"type":"request","requestParams":{"requestId":900100}},"#,
            r#"{"type":"leadContact","leadContactParams":{"phones":["+7 (000) 000-00-00"],"emails":["ann@example.com"],"#,
            r#""date":"05-03-2024 14:30:00","leadTypeToMatch":"nearest","searchDepth":262800}}],"#,
            r#""addCustomFields":{"overwrite":false,"customFields":[{"field":"contract_no","value":"A-17"},"#,
            r#"{"field":"amount","value":123.4}]}}"#
        )
    );
    assert_eq!(lead.encoded_len(), lead.as_json().len() + 1);
}

#[test]
fn id_rows_hold_exactly_one_id_and_numbers_are_written_as_numbers() {
    let row = |kind: &str, params: Value| json!({"type": kind, format!("{kind}Params"): params});
    let call = |params| row("call", params);
    assert_eq!(sent(CallParams::by_call_id(2)), call(json!({"callId": 2})));
    assert_eq!(sent(CallParams::by_call_id("700200")), call(json!({"callId": 700_200})));
    assert_eq!(sent(CallParams::by_call_id("abc-1")), call(json!({"callId": "abc-1"})));
    let by_reference = CallParams::by_call_reference_id("17");
    assert_eq!(sent(by_reference), call(json!({"callReferenceId": "17"})));
    assert_eq!(
        sent(CallParams::by_sip_call_id("abc-1")),
        call(json!({"sipCallId": "abc-1"}))
    );
    let request = |params| row("request", params);
    let tagged = RequestParams::by_request_id(1).tags(["a", "b"]).tags_logic(AND);
    let expected = request(json!({"requestId": 1, "tags": ["a", "b"], "tagsLogic": "and"}));
    assert_eq!(sent(tagged), expected);
    let by_number = RequestParams::by_request_number("900100");
    assert_eq!(sent(by_number), request(json!({"requestNumber": "900100"})));
}

#[test]
fn contact_rows_hold_every_member_of_their_type() {
    let call = CallContactParams::new()
        .phones(["79157771122", "+7 (915) 888-11-22"])
        .md5_phone("4FEC00B25336E719D4A0B255EA5AA0F5")
        .emails(["ann@example.com"])
        .date(date())
        .type_to_match(NEAREST_UNIQ_LEAD)
        .search_depth(depth(120))
        .search_among_phones_in_text(false)
        .tags(["a"])
        .tags_logic(AND);
    let members = |type_to_match: &str, word: &str| {
        json!({
            "phones": ["79157771122", "+7 (915) 888-11-22"],
            "md5Phones": ["4fec00b25336e719d4a0b255ea5aa0f5"],
            "emails": ["ann@example.com"],
            "date": "05-03-2024 14:30:00",
            type_to_match: word,
            "searchDepth": 120,
            "searchAmongPhonesInText": false,
            "tags": ["a"],
            "tagsLogic": "and"
        })
    };
    assert_eq!(
        sent(call),
        json!({"type": "callContact", "callContactParams": members("callTypeToMatch", "nearestUniqLead")})
    );
    for (row, params, type_to_match) in [
        ("callContact", "callContactParams", "callTypeToMatch"),
        ("requestContact", "requestContactParams", "requestTypeToMatch"),
        ("leadContact", "leadContactParams", "leadTypeToMatch"),
    ] {
        let row = json!({"type": row, params: members(type_to_match, "nearestUniq")});
        let lead = LeadUpdate::from_json(&with_row(&row)).unwrap();
        assert_eq!(lead.to_json()["matching"][0], row);
    }
}

#[test]
fn the_words_for_matching_are_open_and_three_are_named() {
    assert_eq!(
        (NEAREST, NEAREST_UNIQ, NEAREST_UNIQ_LEAD),
        ("nearest", "nearestUniq", "nearestUniqLead")
    );
    let row = RequestContactParams::new()
        .email("ann@example.com")
        .date(date())
        .type_to_match("farthest")
        .search_depth(depth(1));
    assert_eq!(sent(row)["requestContactParams"]["requestTypeToMatch"], "farthest");
}

#[test]
fn a_typed_contact_row_needs_a_contact_a_date_a_type_and_a_depth() {
    let whole = || {
        LeadContactParams::new()
            .phone("79157771122")
            .date(date())
            .type_to_match(NEAREST)
            .search_depth(depth(1))
    };
    assert!(of(whole()).build().is_ok());
    let empty = LeadContactParams::new;
    for (row, missing) in [
        (
            empty().date(date()).type_to_match(NEAREST).search_depth(depth(1)),
            "a phone",
        ),
        (
            empty().phone("1").type_to_match(NEAREST).search_depth(depth(1)),
            "`date`",
        ),
        (
            empty().phone("1").date(date()).search_depth(depth(1)),
            "`leadTypeToMatch`",
        ),
        (empty().phone("1").date(date()).type_to_match(NEAREST), "`searchDepth`"),
    ] {
        let error = refused(of(whole()).matching(row));
        assert!(error.starts_with("`matching[1].leadContactParams`"), "{error}");
        assert!(error.contains(missing), "{error}");
    }
}

#[test]
fn a_call_is_not_found_by_an_e_mail_alone() {
    let row = CallContactParams::new()
        .email("ann@example.com")
        .date(date())
        .type_to_match(NEAREST)
        .search_depth(depth(1));
    assert!(refused(of(row.clone())).contains("md5Phone"));
    assert!(of(row.phone("79157771122")).build().is_ok());
}

#[test]
fn a_hash_that_is_none_is_refused_when_built() {
    let row = LeadContactParams::new()
        .md5_phone("79157771122")
        .date(date())
        .type_to_match(NEAREST)
        .search_depth(depth(1));
    assert!(refused(of(row)).contains("md5Phones[0]"));
}

#[test]
fn values_are_texts_and_finite_numbers() {
    let written = |value: FieldValue| {
        let lead = LeadUpdate::builder()
            .matching(CallParams::by_call_id(1))
            .field("a", value);
        lead.build().unwrap().to_json()["addCustomFields"]["customFields"][0]["value"].clone()
    };
    assert_eq!(written("1990-01-01".into()), json!("1990-01-01"));
    assert_eq!(written(String::new().into()), json!(""));
    assert_eq!(written(7.into()), json!(7));
    assert_eq!(written((-7_i64).into()), json!(-7));
    assert_eq!(written(u64::MAX.into()), json!(u64::MAX));
    assert_eq!(written(123.4.into()), json!(123.4));
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = refused(of(CallParams::by_call_id(1)).field("b", odd));
        assert!(error.contains("addCustomFields.customFields[1].value"), "{error}");
    }
}

#[test]
fn limits_of_rows_and_fields_are_kept() {
    let rows = |count| {
        (0..count).fold(LeadUpdate::builder().field("a", 1), |lead, id| {
            lead.matching(CallParams::by_call_id(id))
        })
    };
    assert!(rows(20).build().is_ok());
    assert!(refused(rows(0)).contains("`matching`"));
    assert!(refused(rows(21)).contains("1 to 20"));
    let fields = |count| {
        let lead = LeadUpdate::builder().matching(CallParams::by_call_id(1));
        (0..count).fold(lead, |lead, number: i32| lead.field(format!("f{number}"), number))
    };
    assert!(fields(20).build().is_ok());
    assert!(refused(fields(0)).contains("`addCustomFields.customFields`"));
    assert!(refused(fields(21)).contains("1 to 20"));
    assert_eq!((MAX_ROWS, MAX_FIELDS), (20, 20));
}

#[test]
fn blank_texts_are_refused_with_their_place() {
    for (builder, place) in [
        (of(CallParams::by_call_id(" ")), "matching[0].callParams.callId"),
        (
            of(RequestParams::by_request_number("")),
            "matching[0].requestParams.requestNumber",
        ),
        (
            of(CallParams::by_call_id(1).tags(["a", ""])),
            "matching[0].callParams.tags[1]",
        ),
        (
            of(LeadContactParams::new().phone(" ")),
            "matching[0].leadContactParams.phones[0]",
        ),
        (
            of(CallParams::by_call_id(1)).field(" ", 1),
            "addCustomFields.customFields[1].field",
        ),
    ] {
        assert_eq!(builder.build().unwrap_err().path(), place);
    }
}

#[test]
fn a_lead_in_the_providers_shape_reads_and_writes_the_same() {
    let lead = json!({
        "matching": [
            {"type": "request", "requestParams": {"requestId": 1, "tags": ["тег1", "тег2"], "tagsLogic": "and"}},
            {"type": "leadContact", "leadContactParams": {
                "emails": ["name@server.com"], "phones": ["79157771122", "+7 (915) 888-11-22"],
                "searchAmongPhonesInText": false, "date": "01-10-2020 12:00:00", "tags": ["тег1"], "tagsLogic": "and",
                "leadTypeToMatch": "nearest", "searchDepth": 262_800}},
            {"type": "requestContact", "requestContactParams": {
                "emails": ["name@server.com"], "md5Phones": ["4fec00b25336e719d4a0b255ea5aa0f5"],
                "date": "01-10-2020 12:00:00", "requestTypeToMatch": "nearestUniq", "searchDepth": 262_800}},
            {"type": "call", "callParams": {"sipCallId": "abc-1"}},
            {"type": "callContact", "callContactParams": {"phones": ["84953338877"]}}
        ],
        "addCustomFields": {"overwrite": false, "customFields": [
            {"field": "test_field", "value": "test value"}, {"field": "name", "value": 123.4},
            {"field": "birthday", "value": "1990-01-01"}]}
    });
    let read = LeadUpdate::from_json(&lead).unwrap();
    assert_eq!(read.to_json(), lead);
    assert_eq!(LeadUpdate::from_json(&read.to_json()).unwrap(), read);
    assert_eq!(read.as_json().parse::<LeadUpdate>().unwrap(), read);
    assert_eq!(read.key(), "1");
}

#[test]
fn what_the_documents_leave_open_is_left_to_the_server() {
    for row in [
        json!({"type": "leadContact", "leadContactParams": {}}),
        json!({"type": "leadContact", "leadContactParams": {"phones": ["1"], "date": "Дата и время лида", "searchDepth": 0}}),
        json!({"type": "callContact", "callContactParams": {"emails": ["a@b"], "callTypeToMatch": "any"}}),
        json!({"type": "call", "callParams": {"callReferenceId": 17}}),
        json!({"type": "request", "requestParams": {"requestNumber": "900100", "tagsLogic": "or"}}),
    ] {
        let lead = LeadUpdate::from_json(&with_row(&row)).unwrap();
        assert_eq!(lead.to_json()["matching"][0], row);
    }
}

#[test]
fn a_numeric_id_given_as_a_text_is_written_as_a_number() {
    let row = json!({"type": "request", "requestParams": {"requestId": "900100"}});
    let lead = LeadUpdate::from_json(&with_row(&row)).unwrap();
    assert_eq!(
        lead.to_json()["matching"][0]["requestParams"],
        json!({"requestId": 900_100})
    );
}

#[test]
fn an_absent_overwrite_is_sent_as_false() {
    let row = json!({"type": "call", "callParams": {"callId": 1}});
    let lead = LeadUpdate::from_json(&with_row(&row)).unwrap();
    assert_eq!(lead.to_json()["addCustomFields"]["overwrite"], false);
    assert!(!lead.overwrite());
    assert!(LeadUpdate::from_json(&with_value(&json!(1))).unwrap().overwrite());
}

#[test]
fn a_bad_row_is_refused_with_its_place_and_what_was_expected() {
    let contact = |params: Value| json!({"type": "callContact", "callContactParams": params});
    let call = |params: Value| json!({"type": "call", "callParams": params});
    for (row, path, expected) in [
        (json!("call"), "matching[0]", "an object"),
        (json!({}), "matching[0].type", "one of `call`"),
        (
            json!({"type": "session", "sessionParams": {}}),
            "matching[0].type",
            "one of `call`",
        ),
        (json!({"type": null}), "matching[0].type", "one of `call`"),
        (json!({"type": "call"}), "matching[0]", "`callParams`"),
        (
            json!({"type": "call", "requestParams": {"requestId": 1}}),
            "matching[0].requestParams",
            "known",
        ),
        (call(json!([])), "matching[0].callParams", "an object"),
        (
            call(json!({})),
            "matching[0].callParams",
            "exactly one of `callId`, `callReferenceId`, `sipCallId`",
        ),
        (
            call(json!({"callId": 1, "sipCallId": "a"})),
            "matching[0].callParams",
            "exactly one",
        ),
        (call(json!({"callId": null})), "matching[0].callParams.callId", "an id"),
        (call(json!({"callId": -1})), "matching[0].callParams.callId", "an id"),
        (call(json!({"callId": 1.5})), "matching[0].callParams.callId", "an id"),
        (
            call(json!({"callId": ""})),
            "matching[0].callParams.callId",
            "not blank",
        ),
        (
            call(json!({"requestId": 1})),
            "matching[0].callParams.requestId",
            "known",
        ),
        (
            contact(json!({"phones": [79_157_771_122_u64]})),
            "matching[0].callContactParams.phones[0]",
            "a text",
        ),
        (
            contact(json!({"phones": "79157771122"})),
            "matching[0].callContactParams.phones",
            "a list of texts",
        ),
        (
            contact(json!({"phones": [""]})),
            "matching[0].callContactParams.phones[0]",
            "not blank",
        ),
        (
            contact(json!({"phones": null})),
            "matching[0].callContactParams.phones",
            "a list",
        ),
        (
            contact(json!({"date": 1})),
            "matching[0].callContactParams.date",
            "a text",
        ),
        (
            contact(json!({"searchDepth": "120"})),
            "matching[0].callContactParams.searchDepth",
            "a whole number",
        ),
        (
            contact(json!({"searchDepth": -1})),
            "matching[0].callContactParams.searchDepth",
            "a whole number",
        ),
        (
            contact(json!({"searchAmongPhonesInText": 0})),
            "matching[0].callContactParams.searchAmongPhonesInText",
            "true",
        ),
        (
            contact(json!({"leadTypeToMatch": "nearest"})),
            "matching[0].callContactParams.leadTypeToMatch",
            "known",
        ),
        (
            contact(json!({"withChats": true})),
            "matching[0].callContactParams.withChats",
            "known",
        ),
    ] {
        let error = bad(&with_row(&row));
        assert_eq!(error.path(), path, "{row}");
        assert!(error.expected().contains(expected), "{row}: {error}");
    }
}

#[test]
fn a_bad_lead_is_refused_with_its_place_and_what_was_expected() {
    let rows = json!([{"type": "call", "callParams": {"callId": 1}}]);
    let fields = json!([{"field": "a", "value": 1}]);
    let many_rows: Vec<Value> = vec![rows[0].clone(); 21];
    let many_fields: Vec<Value> = vec![fields[0].clone(); 21];
    for (lead, path) in [
        (json!(null), ""),
        (json!([]), ""),
        (json!({}), "matching"),
        (
            json!({"matching": {}, "addCustomFields": {"customFields": fields}}),
            "matching",
        ),
        (
            json!({"matching": [], "addCustomFields": {"customFields": fields}}),
            "matching",
        ),
        (
            json!({"matching": many_rows, "addCustomFields": {"customFields": fields}}),
            "matching",
        ),
        (json!({"matching": rows}), "addCustomFields"),
        (
            json!({"matching": rows, "addCustomFields": {}}),
            "addCustomFields.customFields",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"customFields": []}}),
            "addCustomFields.customFields",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"customFields": many_fields}}),
            "addCustomFields.customFields",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"overwrite": null, "customFields": fields}}),
            "addCustomFields.overwrite",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"overwrite": "false", "customFields": fields}}),
            "addCustomFields.overwrite",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"customFields": fields, "x": 1}}),
            "addCustomFields.x",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"customFields": fields}, "id": 1}),
            "id",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"customFields": [{"value": 1}]}}),
            "addCustomFields.customFields[0]",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"customFields": [{"field": "a"}]}}),
            "addCustomFields.customFields[0]",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"customFields": [{"field": " ", "value": 1}]}}),
            "addCustomFields.customFields[0].field",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"customFields": [{"field": 1, "value": 1}]}}),
            "addCustomFields.customFields[0].field",
        ),
        (
            json!({"matching": rows, "addCustomFields": {"customFields": ["a"]}}),
            "addCustomFields.customFields[0]",
        ),
    ] {
        assert_eq!(bad(&lead).path(), path, "{lead}");
    }
}

#[test]
fn nulls_booleans_and_nested_values_are_refused() {
    for value in [json!(null), json!(true), json!([1]), json!({"a": 1})] {
        let error = bad(&with_value(&value));
        assert_eq!(error.path(), "addCustomFields.customFields[0].value");
        assert_eq!(error.expected(), "a text or a number");
    }
}

#[test]
fn a_whole_number_that_lost_its_digits_is_refused() {
    let line = with_value(&json!(0))
        .to_string()
        .replace(r#""value":0"#, r#""value":123456789012345678901234567890"#);
    let error = line.parse::<LeadUpdate>().unwrap_err();
    assert!(error.expected().contains("as a text"), "{error}");
    for kept in ["18446744073709551615", "-9223372036854775808", "0.1", "1e3"] {
        let line = with_value(&json!(0))
            .to_string()
            .replace(r#""value":0"#, &format!(r#""value":{kept}"#));
        assert!(line.parse::<LeadUpdate>().is_ok(), "{kept}");
    }
}

#[test]
fn a_line_that_is_no_json_is_refused_without_repeating_it() {
    let error = "{\"matching\": +79157771122".parse::<LeadUpdate>().unwrap_err();
    assert!(error.to_string().contains("column"), "{error}");
    assert!(!error.to_string().contains("7915"), "{error}");
    let record_error = InvalidRecord::from(bad(&json!({})));
    assert_eq!(record_error.to_string(), "`matching` is not a list of 1 to 20 rows");
}

#[test]
fn errors_and_debug_show_no_contact() {
    let row = LeadContactParams::new()
        .phone("+7 915 888-11-22")
        .email("ann@example.com");
    let debug = format!("{row:?} {:?}", of(row.clone()));
    let error = format!("{:?}", of(row).build().unwrap_err());
    let whole = CallContactParams::new()
        .phone("+7 915 888-11-22")
        .date(date())
        .type_to_match(NEAREST)
        .search_depth(depth(1));
    let lead = format!("{:?}", of(whole).build().unwrap());
    for shown in [debug, error, lead.clone()] {
        assert!(!shown.contains("888") && !shown.contains("ann@"), "{shown}");
    }
    assert!(lead.contains("***1-22"), "{lead}");
}

#[test]
fn equal_leads_are_two_records_that_never_overtake_each_other() {
    let lead = || of(CallParams::by_call_id(700_200)).build().unwrap();
    assert!(matches!(lead().identity(), Identity::Content { .. }));
    assert_eq!(lead().conflicts(), lead().conflicts());
    assert_eq!(lead().conflicts().len(), 1);
    assert_eq!((lead().key(), lead().masked_key()), ("700200".to_owned(), "700200"));
}

#[test]
fn the_hash_of_a_lead_is_that_of_its_canonical_text_in_every_run() {
    let lead = of(CallParams::by_call_id(700_200)).build().unwrap();
    let hash = 0x1b08_8409_9aa3_84ed_09c9_ce79_7462_bf55;
    assert_eq!(
        lead.as_json(),
        r#"{"matching":[{"type":"call","callParams":{"callId":700200}}],"addCustomFields":{"overwrite":false,"customFields":[{"field":"contract_no","value":"A-17"}]}}"#
    );
    assert_eq!(lead.identity(), Identity::Content { hash });
}

#[test]
fn leads_that_differ_in_anything_that_is_sent_have_different_hashes() {
    let row = || CallParams::by_call_id(700_200);
    let leads = [
        of(row()),
        of(row()).overwrite(true),
        of(row()).field("another", 1),
        of(row()).matching(CallParams::by_call_id(700_201)),
        of(row().tags(["a"])),
    ];
    let identities: HashSet<Identity> = leads.map(|lead| lead.build().unwrap().identity()).into();
    assert_eq!(identities.len(), 5);
}

#[test]
fn the_order_of_members_in_the_input_does_not_change_what_is_sent() {
    let one = r#"{"matching":[{"type":"call","callParams":{"callId":1,"tags":["a"]}}],"addCustomFields":{"customFields":[{"field":"a","value":1}],"overwrite":false}}"#;
    let two = r#"{"addCustomFields":{"customFields":[{"value":1,"field":"a"}]},"matching":[{"callParams":{"tags":["a"],"callId":"1"},"type":"call"}]}"#;
    assert_eq!(
        one.parse::<LeadUpdate>().unwrap().as_json(),
        two.parse::<LeadUpdate>().unwrap().as_json()
    );
    assert_eq!(
        one.parse::<LeadUpdate>().unwrap().identity(),
        two.parse::<LeadUpdate>().unwrap().identity()
    );
}

#[test]
fn a_depth_above_the_documented_one_is_sent_with_a_warning() {
    let row = json!({"type": "leadContact", "leadContactParams": {"phones": ["1"], "searchDepth": 262_801}});
    let lead = LeadUpdate::from_json(&with_row(&row)).unwrap();
    assert_eq!(lead.to_json()["matching"][0], row);
    assert_eq!(lead.warnings().len(), 1);
    assert!(
        lead.warnings()[0].starts_with("matching[0].leadContactParams.searchDepth"),
        "{:?}",
        lead.warnings()
    );
    let row = json!({"type": "leadContact", "leadContactParams": {"phones": ["1"], "searchDepth": 262_800}});
    assert!(LeadUpdate::from_json(&with_row(&row)).unwrap().warnings().is_empty());
}

#[test]
fn a_member_that_is_there_twice_is_refused_where_it_is() {
    for (line, why) in [
        (
            r#"{"matching":[],"matching":[],"addCustomFields":{}}"#,
            "`matching` is not there once: which of the two is meant?",
        ),
        (
            r#"{"matching":[{"type":"call","callParams":{"callId":1}}],
                "addCustomFields":{"customFields":[{"field":"a","value":1,"value":2}]}}"#,
            "`addCustomFields.customFields[0].value` is not there once: which of the two is meant?",
        ),
    ] {
        assert_eq!(line.parse::<LeadUpdate>().unwrap_err().to_string(), why);
    }
}
