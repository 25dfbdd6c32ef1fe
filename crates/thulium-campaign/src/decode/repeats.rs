//! Objects that give one name twice.

use serde_json::Value;

/// True when an object somewhere in the text gives a name twice, which parsing hides: the later one wins.
///
/// `value` is the parsed text, so each colon outside a string belongs to one member.
pub(super) fn a_name_repeats(text: &[u8], value: &Value) -> bool {
    colons(text) != members(value)
}

fn colons(text: &[u8]) -> usize {
    let (mut colons, mut in_string, mut escaped) = (0, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b':' if !in_string => colons += 1,
            _ => {}
        }
    }
    colons
}

fn members(value: &Value) -> usize {
    match value {
        Value::Object(object) => object.values().map(|value| 1 + members(value)).sum(),
        Value::Array(values) => values.iter().map(members).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeats(text: &str) -> bool {
        a_name_repeats(text.as_bytes(), &serde_json::from_str(text).unwrap())
    }

    #[test]
    fn colons_and_quotes_within_texts_do_not_count() {
        assert!(!repeats(r#"{"a:b": "c:\"d\":", "e\\": {":": [1, {"a": ":"}]}}"#));
        assert!(!repeats("[]"));
    }

    #[test]
    fn an_escaped_quote_ends_no_text_and_an_escaped_backslash_escapes_nothing() {
        assert!(!repeats(r#"{"a": "\":"}"#));
        assert!(!repeats(r#"{"a": "\\", "b": ":"}"#));
    }

    #[test]
    fn a_name_given_twice_is_found_at_any_depth() {
        assert!(repeats(r#"{"a": 1, "a": 1}"#));
        assert!(repeats(r#"{"a": [{"b": 1, "\u0062": 2}]}"#));
    }
}
