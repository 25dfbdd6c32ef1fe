//! Any paths of violations, one a line: alone, and all of them in one refusal.
#![no_main]

use batchwise_core::transport::{Answer, MAX_ANSWER_VALUES};
use batchwise_core::{CallErrorKind, Record};
use calltouch_common::violation_path;
use calltouch_import::{ImportLogId, reply};
use http::StatusCode;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|input: &str| {
    for line in input.lines() {
        for list in ["importLogIds", "leads"] {
            let Some((index, rest)) = violation_path(line, list) else { continue };
            assert!(line.ends_with(rest) || line.trim_end().ends_with(rest), "what is left is the path's own end");
            for canonical in [format!("{list}[{index}]"), format!("[{list}][{index}]")] {
                assert_eq!(violation_path(&canonical, list), Some((index, "")), "an index reads back");
            }
            let joint = if rest.is_empty() || rest.starts_with('[') { "" } else { "." };
            let again = format!("{list}[{index}]{joint}{rest}");
            assert_eq!(violation_path(&again, list), Some((index, rest)), "a path reads back");
        }
    }
    if input.lines().count() > MAX_ANSWER_VALUES / 10 {
        // An answer of more values than any has is not read.
        return;
    }
    let ids: Vec<ImportLogId> = (1..=100).map(ImportLogId::new).collect();
    let violations: Vec<_> = input.lines().map(|path| json!({ "fieldPath": path, "message": "no" })).collect();
    let body = json!({ "data": { "type": "validationError", "validationErrorData": { "violations": violations } } });
    let answer = Answer::of(StatusCode::BAD_REQUEST, body.to_string());
    let error = reply(&answer, &ids).expect_err("a refusal holds no results");
    assert_eq!(error.kind(), CallErrorKind::Refused);
    let named: Vec<usize> = error.violations().iter().map(|violation| violation.index).collect();
    let mut expected: Vec<usize> = Vec::new();
    for line in input.lines() {
        if let Some((index, _)) = violation_path(line, "importLogIds").filter(|(index, _)| *index < ids.len()) {
            if !expected.contains(&index) {
                expected.push(index);
            }
        }
    }
    assert_eq!(named, expected, "each record that a path names is named once");
    assert!(ids.iter().all(|id| id.key().parse() == Ok(*id)));
});
