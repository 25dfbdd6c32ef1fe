//! Calltouch: deletion of imports.
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

use batchwise_emulator::{CalltouchConfig, EmulatorConfig, Method, SpaceConfig, Token};
use bytes::Bytes;
use http::Request;
use support::{any, ask, assert_json, at, import, world};

#[test]
fn all_ids_that_exist_are_deleted() {
    let answer = ask(&mut any(), &import(r#"{"importLogIds":[123,124]}"#));
    assert_eq!(
        answer.1,
        r#"{"meta":[],"data":{"importLogs":[{"importLogId":123,"deleteStatus":"success","error":null},{"importLogId":124,"deleteStatus":"success","error":null}]}}"#
    );
    assert_eq!(answer.0, 200);
}

#[test]
fn an_unknown_id_gives_a_validation_error_that_carries_results() {
    let mut world = world(EmulatorConfig::default().calltouch_import(SpaceConfig::only([123])));
    let answer = ask(&mut world, &import(r#"{"importLogIds":[123,124]}"#));
    assert_json(
        answer,
        400,
        r#"{"meta":[],"data":{"type":"validationError","apiErrorData":null,"validationErrorData":{"violations":[
            {"importLogId":123,"deleteStatus":"success","error":null},
            {"importLogId":124,"deleteStatus":"error","error":"Указанный идентификатор импорта не найден."}]}}}"#,
    );
    let truth = world.truth().calltouch;
    assert!(truth.is_removed(&123) && !truth.is_removed(&124));
    assert!(truth.existed(&123) && !truth.existed(&124));
    assert_eq!(truth.account(&123).removed_by(), Some(1));
}

#[test]
fn a_deleted_id_is_not_found_again() {
    let mut world = any();
    ask(&mut world, &import(r#"{"importLogIds":[1]}"#));
    let (status, body) = ask(&mut world, &import(r#"{"importLogIds":[1]}"#));
    assert!(status == 400 && body.contains("не найден"), "{body}");
    let account = world.truth().calltouch.account(&1);
    assert_eq!((account.received, account.acted, account.removed_by()), (2, 2, Some(1)));
}

#[test]
fn missing_credentials_are_refused_with_a_bare_message() {
    let request = Request::post("/report-service/RestAPI/api/users-import/delete")
        .body(Bytes::from_static(br#"{"importLogIds":[1]}"#))
        .unwrap();
    let mut world = any();
    assert_json(
        ask(&mut world, &request),
        403,
        r#"{"message":"Access token не найден"}"#,
    );
    assert!(!world.truth().calltouch.is_removed(&1));
}

#[test]
fn wrong_credentials_are_refused_where_they_are_known() {
    let calltouch = CalltouchConfig {
        tokens: vec![Token {
            token: "another".to_owned(),
            site_id: "1".to_owned(),
        }],
        unauthorized_status: 401,
        ..CalltouchConfig::default()
    };
    let answer = ask(
        &mut world(EmulatorConfig::default().calltouch(calltouch)),
        &import(r#"{"importLogIds":[1]}"#),
    );
    assert_json(answer, 401, r#"{"message":"Access token не найден"}"#);
}

#[test]
fn a_body_that_is_no_json_is_a_syntax_error() {
    let expected = r#"{"meta":[],"data":{"type":"apiError","apiErrorData":{"errorCode":1,
        "errorMessage":"Синтаксическая ошибка JSON в запросе или запрос пустой","errorDescription":null},"validationErrorData":null}}"#;
    assert_json(ask(&mut any(), &import("{")), 400, expected);
    assert_json(ask(&mut any(), &import("")), 400, expected);
}

#[test]
fn a_missing_field_is_named_without_a_type() {
    assert_json(
        ask(&mut any(), &import("{}")),
        400,
        r#"{"meta":[],"data":{"message":"В запросе не указано обязательное поле \"importLogIds\""}}"#,
    );
}

#[test]
fn an_invalid_element_is_named_and_nothing_is_deleted() {
    let mut world = any();
    let answer = ask(&mut world, &import(r#"{"importLogIds":[1,2,"x"]}"#));
    assert_json(
        answer,
        400,
        r#"{"meta":[],"data":{"type":"validationError","apiErrorData":null,"validationErrorData":{"violations":[
            {"fieldPath":"importLogIds[2]","message":"Невалидное значение."}]}}}"#,
    );
    assert_eq!(world.truth().calltouch.removed_count(), 0);
    assert_eq!(world.truth().tally(Method::CalltouchImport).acted, 0);
}

#[test]
fn a_refusal_may_have_deleted_the_others_where_it_is_so_configured() {
    let calltouch = CalltouchConfig {
        refusal_deletes_others: true,
        ..CalltouchConfig::default()
    };
    let mut world = world(EmulatorConfig::default().calltouch(calltouch));
    let (status, _) = ask(&mut world, &import(r#"{"importLogIds":[1,0]}"#));
    assert_eq!(status, 400);
    assert!(world.truth().calltouch.is_removed(&1));
}

#[test]
fn more_than_a_hundred_ids_are_refused() {
    let ids: Vec<u64> = (1..=101).collect();
    let (status, body) = ask(&mut any(), &import(format!("{{\"importLogIds\":{ids:?}}}")));
    assert_eq!(status, 400);
    assert!(body.contains(r#""fieldPath":"importLogIds","#), "{body}");
}

#[test]
fn a_poison_record_is_named_and_a_nameless_one_is_not() {
    let space = SpaceConfig::any().poison([7]).poison_nameless([8]);
    let mut world = world(EmulatorConfig::default().calltouch_import(space));
    let (status, body) = ask(&mut world, &import(r#"{"importLogIds":[6,7]}"#));
    assert!(
        status == 400 && body.contains(r#""fieldPath":"importLogIds[1]""#),
        "{body}"
    );
    let (status, body) = ask(&mut world, &import(r#"{"importLogIds":[6,8]}"#));
    assert!(status == 400 && body.contains(r#""type":"apiError""#), "{body}");
    assert_eq!(world.truth().calltouch.removed_count(), 0);
}

#[test]
fn a_refused_import_has_a_result_of_its_own_where_it_is_so_configured() {
    let calltouch = CalltouchConfig {
        refusal_is_a_result: true,
        ..CalltouchConfig::default()
    };
    let config = EmulatorConfig::default().calltouch(calltouch);
    let mut world = world(config.calltouch_import(SpaceConfig::any().poison([7])));
    assert_json(
        ask(&mut world, &import(r#"{"importLogIds":[6,7]}"#)),
        400,
        r#"{"meta":[],"data":{"type":"validationError","apiErrorData":null,"validationErrorData":{"violations":[
            {"importLogId":6,"deleteStatus":"success","error":null},
            {"importLogId":7,"deleteStatus":"error","error":"Импорт не может быть удалён."}]}}}"#,
    );
    assert!(world.truth().calltouch.is_removed(&6) && !world.truth().calltouch.is_removed(&7));
}

#[test]
fn a_silent_record_is_deleted_and_not_mentioned() {
    let mut world = world(EmulatorConfig::default().calltouch_import(SpaceConfig::any().silent([7])));
    let (status, body) = ask(&mut world, &import(r#"{"importLogIds":[6,7]}"#));
    assert!(status == 200 && !body.contains("\"importLogId\":7"), "{body}");
    assert!(world.truth().calltouch.is_removed(&7));
}

#[test]
fn the_sixth_request_in_a_second_is_refused_and_deletes_nothing() {
    let mut world = world(EmulatorConfig::default());
    for id in 1..=5 {
        assert_eq!(ask(&mut world, &import(format!("{{\"importLogIds\":[{id}]}}"))).0, 200);
    }
    assert_eq!(
        at(
            &mut world,
            Duration::from_millis(999),
            &import(r#"{"importLogIds":[6]}"#)
        )
        .0,
        429
    );
    assert!(!world.truth().calltouch.is_removed(&6));
    assert_eq!(
        at(&mut world, Duration::from_secs(1), &import(r#"{"importLogIds":[6]}"#)).0,
        200
    );
    let truth = world.truth();
    assert_eq!(truth.tally(Method::CalltouchImport).over_quota, 1);
    assert_eq!(truth.windows[0].most, 6);
    assert_eq!(world.log()[0].why, "5 in 1s are allowed");
}

#[test]
fn a_state_file_may_narrow_everything() {
    let config = EmulatorConfig::from_toml("[calltouch-import]\nids = [\"1-3\"]\nabsent = [2]\n").unwrap();
    let truth = world(config).truth().calltouch;
    assert_eq!((1..=4).filter(|id| truth.existed(id)).collect::<Vec<_>>(), [1, 3]);
}
