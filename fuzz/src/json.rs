//! A second reading of JSON answers: looser than a decoder's, so that what a decoder claims has to be found here too.

use serde_json::{Map, Value};

/// True when some object at any depth is as wanted.
pub fn any_object(value: &Value, wanted: &dyn Fn(&Map<String, Value>) -> bool) -> bool {
    any_value(value, &|value| value.as_object().is_some_and(wanted))
}

/// True when some value at any depth is as wanted.
pub fn any_value(value: &Value, wanted: &dyn Fn(&Value) -> bool) -> bool {
    wanted(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| any_value(item, wanted)),
            Value::Object(members) => members.values().any(|member| any_value(member, wanted)),
            _ => false,
        }
}

/// True for the number itself and for a text of its digits, zeros before them included.
pub fn holds_number(value: &Value, number: u64) -> bool {
    value.as_u64() == Some(number) || value.as_str().is_some_and(|text| text.trim().parse() == Ok(number))
}
