//! Values as an encoder with loose types may write them.

use batchwise_core::parse_number;
use batchwise_core::transport::Answer;
use serde_json::Value;

/// Most bytes of a provider's text that are quoted.
const QUOTED_BYTES: usize = 1024;

/// Reads a whole number, given as a number or as a text of digits.
#[must_use]
pub fn u64_of(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => parse_number(text, "").ok(),
        _ => None,
    }
}

/// Reads a text, given as a text or as a number; blank ones are none.
#[must_use]
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Reads an `error` member: `None` for null, a blank text and an empty array or object; else the text itself, else a text
/// under `message` or `errorMessage`, else the value as compact JSON.
///
/// The documents show `null` and a text, and type it as an object.
#[must_use]
pub fn error_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(items) if items.is_empty() => None,
        Value::Object(members) if members.is_empty() => None,
        Value::Object(members) => {
            let named = ["message", "errorMessage"]
                .into_iter()
                .filter_map(|name| members.get(name).and_then(Value::as_str))
                .map(str::trim)
                .find(|text| !text.is_empty());
            Some(named.map_or_else(|| value.to_string(), str::to_owned))
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => Some(value.to_string()),
    }
}

/// True for what an encoder with loose types may write for "nothing": null, false, a blank text, an empty array or object,
/// and an array or object of nothing but such.
#[must_use]
pub fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(yes) => !yes,
        Value::Number(_) => false,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(members) => members.values().all(is_blank),
    }
}

/// A provider's text as it may be quoted: known secrets masked, at most 1,024 bytes.
#[must_use]
pub fn quote(answer: &Answer, text: &str) -> String {
    let mut quoted = answer.mask(text);
    if quoted.len() > QUOTED_BYTES {
        let mut end = QUOTED_BYTES;
        while !quoted.is_char_boundary(end) {
            end -= 1;
        }
        quoted.truncate(end);
        quoted.push('…');
    }
    quoted
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_may_come_as_a_text() {
        assert_eq!(u64_of(&json!(51001)), Some(51001));
        assert_eq!(u64_of(&json!("51001")), Some(51001));
        for none in [json!(-1), json!(1.5), json!("x"), json!(""), json!(null), json!([1])] {
            assert_eq!(u64_of(&none), None, "{none}");
        }
    }

    #[test]
    fn a_text_may_come_as_a_number_and_a_blank_one_is_none() {
        assert_eq!(text_of(&json!(" E1\n")), Some("E1".to_owned()));
        assert_eq!(text_of(&json!(1)), Some("1".to_owned()));
        for none in [json!(""), json!(" \n"), json!(null), json!(true), json!(["E1"])] {
            assert_eq!(text_of(&none), None, "{none}");
        }
    }

    #[test]
    fn an_error_may_be_null_a_text_an_object_or_an_array() {
        for none in [json!(null), json!(""), json!("  "), json!([]), json!({})] {
            assert_eq!(error_text(&none), None, "{none}");
        }
        let text = |value| error_text(&value).unwrap();
        assert_eq!(text(json!(" no ")), "no");
        assert_eq!(text(json!({"message": "no"})), "no");
        assert_eq!(text(json!({"message": null, "errorMessage": "no"})), "no");
        assert_eq!(text(json!({"why": 1})), r#"{"why":1}"#);
        assert_eq!(text(json!(["no", 1])), r#"["no",1]"#);
        assert_eq!(text(json!(7)), "7");
    }

    #[test]
    fn nothing_has_many_spellings() {
        for blank in [
            json!(null),
            json!(false),
            json!(" "),
            json!([]),
            json!({}),
            json!({"callId": null}),
            json!([{}]),
        ] {
            assert!(is_blank(&blank), "{blank}");
        }
        for full in [json!("call"), json!(0), json!({"callId": "1"}), json!([1])] {
            assert!(!is_blank(&full), "{full}");
        }
    }

    #[test]
    fn a_quoted_text_is_bounded_and_ends_at_a_character() {
        let answer = Answer::of(StatusCode::OK, "");
        for before in ["", "x"] {
            let quoted = quote(&answer, &format!("{before}{}", "ж".repeat(5000)));
            assert!(quoted.len() <= QUOTED_BYTES + 3);
            assert!(quoted.ends_with("ж…"));
        }
    }

    #[test]
    fn a_text_as_long_as_may_be_quoted_is_quoted_whole() {
        let answer = Answer::of(StatusCode::OK, "");
        let text = "x".repeat(QUOTED_BYTES);
        assert_eq!(quote(&answer, &text), text);
    }
}
