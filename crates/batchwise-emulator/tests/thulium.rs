//! Thulium: removal by customer and by phone.
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

use std::time::Duration;

use batchwise_emulator::{
    Busy, CampaignConfig, EmulatorConfig, Fault, FaultRule, PhonesConfig, SpaceConfig, ThuliumConfig,
};
use bytes::Bytes;
use http::Request;
use support::{any, ask, assert_json, at, delete, world};

fn customers(customers: SpaceConfig<batchwise_emulator::NumberSet>) -> batchwise_emulator::World {
    world(EmulatorConfig::default().campaign(CampaignConfig::new("00042").customers(customers)))
}

#[test]
fn the_sample_of_the_document_gets_its_answer() {
    let answer = ask(
        &mut any(),
        &delete("/api/batch/crm_outbounds/00001/records?customer_id[]=441&customer_id[]=442"),
    );
    assert_eq!(
        answer,
        (
            200,
            r#"{"441":{"http_status":200,"record_id":5235,"status":"REMOVED"},"442":{"http_status":404,"status":"NOT_EXIST"}}"#.to_owned()
        )
    );
}

#[test]
fn escaped_brackets_and_a_slash_before_the_query_are_understood() {
    let mut world = any();
    for target in [
        "/api/batch/crm_outbounds/00042/records?customer_id%5B%5D=7001",
        "/api/batch/crm_outbounds/00042/records/?customer_id[]=7002",
    ] {
        let (status, body) = ask(&mut world, &delete(target));
        assert!(status == 200 && body.contains("REMOVED"), "{body}");
    }
    assert_eq!(world.truth().thulium.removed_count(), 2);
}

#[test]
fn a_busy_record_stays_busy_for_its_answers() {
    let mut world = customers(SpaceConfig::any().busy([7003], Busy::Answers(2)));
    let request = delete("/api/batch/crm_outbounds/00042/records?customer_id[]=7003");
    for _ in 0..2 {
        let answer = ask(&mut world, &request);
        assert_json(
            answer,
            200,
            r#"{"7003":{"http_status":400,"status":"CALL_IN_PROGRESS"}}"#,
        );
    }
    assert!(!world.truth().thulium.is_removed("00042", 7003));
    let record_id = world.truth().thulium.campaign("00042").unwrap().record_id(7003);
    let expected = format!(r#"{{"7003":{{"http_status":200,"record_id":{record_id},"status":"REMOVED"}}}}"#);
    assert_json(ask(&mut world, &request), 200, &expected);
}

#[test]
fn a_busy_record_stays_busy_for_its_time() {
    let mut world = customers(SpaceConfig::any().busy([7003], Busy::For(Duration::from_secs(60))));
    let request = delete("/api/batch/crm_outbounds/00042/records?customer_id[]=7003");
    assert!(
        at(&mut world, Duration::from_secs(59), &request)
            .1
            .contains("CALL_IN_PROGRESS")
    );
    assert!(at(&mut world, Duration::from_secs(60), &request).1.contains("REMOVED"));
}

#[test]
fn several_statuses_may_come_with_207() {
    let config = EmulatorConfig::default().thulium(ThuliumConfig {
        multi_status: true,
        ..ThuliumConfig::default()
    });
    let mut world = world(config);
    assert_eq!(
        ask(
            &mut world,
            &delete("/api/batch/crm_outbounds/00001/records?customer_id[]=441&customer_id[]=442")
        )
        .0,
        207
    );
    assert_eq!(
        ask(
            &mut world,
            &delete("/api/batch/crm_outbounds/00001/records?customer_id[]=443")
        )
        .0,
        200
    );
}

#[test]
fn an_empty_map_is_an_empty_list() {
    let mut world = customers(SpaceConfig::any().silent([7001]));
    let answer = ask(
        &mut world,
        &delete("/api/batch/crm_outbounds/00042/records?customer_id[]=7001"),
    );
    assert_eq!(answer, (200, "[]".to_owned()));
    assert!(world.truth().thulium.is_removed("00042", 7001));
}

#[test]
fn wrong_credentials_are_401_with_a_request_id() {
    let request = Request::delete("/api/batch/crm_outbounds/00042/records?customer_id[]=1")
        .header("Accept", "application/json")
        .body(Bytes::new())
        .unwrap();
    assert_json(
        ask(&mut any(), &request),
        401,
        r#"{"request_id":"6a1b200000001","errors":[{"message":"Wrong user or password.","code":10401}]}"#,
    );
}

#[test]
fn an_error_is_a_page_for_who_does_not_ask_for_json() {
    let request = Request::delete("/api/batch/crm_outbounds/00042/records?customer_id[]=1")
        .body(Bytes::new())
        .unwrap();
    let (status, body) = ask(&mut any(), &request);
    assert!(status == 401 && body.starts_with("<html>"), "{body}");
}

#[test]
fn an_unknown_campaign_is_404() {
    let mut world = customers(SpaceConfig::any());
    assert_eq!(
        ask(
            &mut world,
            &delete("/api/batch/crm_outbounds/00043/records?customer_id[]=1")
        )
        .0,
        404
    );
    assert_eq!(
        ask(
            &mut any(),
            &delete("/api/batch/crm_outbounds/42/records?customer_id[]=1")
        )
        .0,
        404
    );
}

#[test]
fn no_ids_and_bad_ids_are_400() {
    assert_eq!(
        ask(&mut any(), &delete("/api/batch/crm_outbounds/00042/records")).0,
        400
    );
    assert_eq!(
        ask(
            &mut any(),
            &delete("/api/batch/crm_outbounds/00042/records?customer_id=1")
        )
        .0,
        400
    );
    assert_eq!(
        ask(
            &mut any(),
            &delete("/api/batch/crm_outbounds/00042/records?customer_id[]=x")
        )
        .0,
        400
    );
}

#[test]
fn a_long_request_line_is_414_with_a_page() {
    let ids = "customer_id%5B%5D=1234567&".repeat(320);
    let mut world = any();
    let (status, body) = ask(
        &mut world,
        &delete(&format!("/api/batch/crm_outbounds/00042/records?{ids}")),
    );
    assert!(status == 414 && body.contains("<html>"), "{body}");
    assert_eq!(world.truth().thulium.removed_count(), 0);
}

#[test]
fn parameters_beyond_the_limit_are_dropped_in_silence() {
    let config = EmulatorConfig::default().thulium(ThuliumConfig {
        max_input_vars: 2,
        ..ThuliumConfig::default()
    });
    let mut world = world(config);
    let (status, body) = ask(
        &mut world,
        &delete("/api/batch/crm_outbounds/00042/records?customer_id[]=1&customer_id[]=2&customer_id[]=3"),
    );
    assert!(status == 200 && !body.contains("\"3\""), "{body}");
    assert!(!world.truth().thulium.is_removed("00042", 3));
}

#[test]
fn a_number_with_several_records_has_an_entry_for_each() {
    let phones = PhonesConfig {
        numbers: SpaceConfig::only(["600700801"]).busy(["600700801"], Busy::Answers(1)),
        records: [("600700801".to_owned(), 2)].into(),
        additional: [("600700999".to_owned(), "600700801".to_owned())].into(),
    };
    let mut world = world(EmulatorConfig::default().campaign(CampaignConfig::new("00042").phones(phones)));
    let target = "/api/batch/outbounds/00042/records/?phone_number[]=600700801&phone_number[]=600700802";
    let (status, body) = ask(&mut world, &delete(target));
    assert_eq!(status, 200);
    assert!(
        body.contains(r#""status":"REMOVED"},{"http_status":400,"status":"CALL_IN_PROGRESS"}]"#),
        "{body}"
    );
    assert!(
        body.ends_with(r#""600700802":[{"http_status":404,"status":"NOT_EXIST"}]}"#),
        "{body}"
    );
    assert!(!world.truth().thulium.is_phone_removed("00042", "600700801"));

    let additional = "/api/batch/outbounds/00042/records?phone_number[]=600700999";
    assert!(ask(&mut world, &delete(additional)).1.contains("NOT_EXIST"));
    let (_, body) = ask(
        &mut world,
        &delete(&format!("{additional}&search_in_additional_numbers=true")),
    );
    assert!(body.starts_with(r#"{"600700999":[{"http_status":200"#), "{body}");
    assert!(world.truth().thulium.is_phone_removed("00042", "600700801"));
    assert_eq!(
        world
            .truth()
            .thulium
            .campaign("00042")
            .unwrap()
            .phone_records_removed("600700801"),
        2
    );
}

#[test]
fn a_poison_customer_fails_alone_and_a_nameless_one_spoils_the_batch() {
    let mut world = customers(SpaceConfig::any().poison([1]).poison_nameless([2]));
    let (status, body) = ask(
        &mut world,
        &delete("/api/batch/crm_outbounds/00042/records?customer_id[]=1&customer_id[]=3"),
    );
    assert!(
        status == 200 && body.contains("FAILED") && body.contains("REMOVED"),
        "{body}"
    );
    assert_eq!(
        ask(
            &mut world,
            &delete("/api/batch/crm_outbounds/00042/records?customer_id[]=2&customer_id[]=4")
        )
        .0,
        400
    );
    assert!(!world.truth().thulium.is_removed("00042", 4));
}

#[test]
fn a_member_may_repeat_itself() {
    let mut world = world(EmulatorConfig::default().fault(FaultRule::new(Fault::Duplicate)));
    let (_, body) = ask(
        &mut world,
        &delete("/api/batch/crm_outbounds/00042/records?customer_id[]=7001"),
    );
    assert_eq!(body.matches("\"7001\":").count(), 2, "{body}");
}

fn get(target: &str) -> Request<Bytes> {
    let mut request = delete(target);
    *request.method_mut() = http::Method::GET;
    request
}

fn page(answer: (u16, String)) -> (u64, Vec<u64>) {
    assert_eq!(answer.0, 200, "{}", answer.1);
    let value: serde_json::Value = serde_json::from_str(&answer.1).unwrap();
    let rows = value["result"].as_array().unwrap();
    let ids = rows.iter().map(|row| row["customer_id"].as_u64().unwrap());
    (value["count"].as_u64().unwrap(), ids.collect())
}

#[test]
fn a_campaign_is_listed_page_by_page_and_shrinks_with_what_is_removed() {
    let campaign = CampaignConfig::new("00042").customers(SpaceConfig::only(7001..=7150));
    let mut world = world(EmulatorConfig::default().campaign(campaign));
    let path = "/api/crm_outbounds/00042/records";
    let (count, first) = page(ask(&mut world, &get(path)));
    assert_eq!((count, first.len(), first[0]), (150, 100, 7001));
    let (_, second) = page(ask(&mut world, &get(&format!("{path}?limit=500&offset=100"))));
    assert_eq!((second.len(), second[49]), (50, 7150));
    ask(
        &mut world,
        &delete("/api/batch/crm_outbounds/00042/records?customer_id[]=7001"),
    );
    let (count, first) = page(ask(&mut world, &get(&format!("{path}?limit=1"))));
    assert_eq!((count, first), (149, vec![7002]));
}

#[test]
fn a_list_may_be_narrowed_to_statuses() {
    let campaign = CampaignConfig::new("00042")
        .customers(SpaceConfig::only(7001..=7004))
        .status("NO_CALL", [7002])
        .status("CALL", [7003]);
    let mut world = world(EmulatorConfig::default().campaign(campaign));
    let path = "/api/crm_outbounds/00042/records?system_status[]=NO_CALL&system_status%5B%5D=CALL";
    assert_eq!(page(ask(&mut world, &get(path))), (2, vec![7002, 7003]));
}

#[test]
fn a_number_is_listed_as_often_as_it_has_records() {
    let campaign = CampaignConfig::new("00042").phones(PhonesConfig {
        numbers: SpaceConfig::only(["600700801", "600700802"]),
        records: [("600700801".to_owned(), 2)].into(),
        ..PhonesConfig::default()
    });
    let mut world = world(EmulatorConfig::default().campaign(campaign));
    let answer = ask(&mut world, &get("/api/outbounds/00042/records"));
    assert_eq!(answer.1.matches(r#""phone_number":"600700801""#).count(), 2);
    assert_eq!(
        world.truth().thulium.campaign("00042").unwrap().listed_phones().len(),
        3
    );
}

#[test]
fn campaigns_are_counted_with_what_is_left_in_them() {
    let campaign = |id: &str| CampaignConfig::new(id).customers(SpaceConfig::only(7001..=7003));
    let mut world = world(
        EmulatorConfig::default()
            .campaign(campaign("00042"))
            .campaign(campaign("00043")),
    );
    ask(
        &mut world,
        &delete("/api/batch/crm_outbounds/00043/records?customer_id[]=7001"),
    );
    assert_json(
        ask(&mut world, &get("/api/outbounds/stats")),
        200,
        r#"[{"id":"00042","records_count":3,"completion_percent":50.5},
            {"id":"00043","records_count":2,"completion_percent":50.5}]"#,
    );
}

#[test]
fn lists_of_an_unknown_campaign_and_without_credentials_are_refused() {
    let mut world = world(EmulatorConfig::default().campaign(CampaignConfig::new("00042")));
    assert_eq!(ask(&mut world, &get("/api/crm_outbounds/00043/records")).0, 404);
    let bare = Request::get("/api/outbounds/stats").body(Bytes::new()).unwrap();
    assert_eq!(ask(&mut world, &bare).0, 401);
    assert_eq!(ask(&mut world, &delete("/api/outbounds/stats")).0, 405);
}
