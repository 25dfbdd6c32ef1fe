//! Texts in JSON that is written by hand.

use std::fmt::Write;

/// Appends a text as JSON writes it, in quotes.
///
/// ```
/// let mut json = String::from("[");
/// batchwise_core::push_json_text(&mut json, "a \"b\"");
/// assert_eq!(json, r#"["a \"b\"""#);
/// ```
pub fn push_json_text(json: &mut String, text: &str) {
    // Hardly a text holds what has to be written otherwise. To look for it first, many bytes at once, and to copy the whole is
    // much cheaper than to write it character by character.
    json.reserve(text.len() + 2);
    json.push('"');
    push_json_part(json, text);
    json.push('"');
}

/// Appends what is a part of a text, without quotes.
#[inline]
pub(crate) fn push_json_part(json: &mut String, text: &str) {
    if has_odd(text.as_bytes()) {
        text.chars().for_each(|character| push_character(json, character));
    } else {
        json.push_str(text);
    }
}

/// True when a byte has to be written otherwise.
///
/// Written out for eight bytes at once: in the command, which is built small, a loop over bytes took thirteen instructions for each.
fn has_odd(text: &[u8]) -> bool {
    const EACH: u64 = u64::MAX / 255;
    const HIGHEST: u64 = EACH * 0x80;
    // The highest bit of a byte is set when one is below the limit; a byte above that one may be told wrongly.
    let below = |eight: u64, limit: u8| eight.wrapping_sub(EACH * u64::from(limit)) & !eight;
    let eights = text.chunks_exact(8);
    let rest = eights.remainder();
    let found = eights.fold(0, |found, bytes| {
        let eight = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        let is = |byte: u8| below(eight ^ (EACH * u64::from(byte)), 1);
        found | below(eight, b' ') | is(b'"') | is(b'\\')
    });
    found & HIGHEST != 0 || rest.iter().any(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'))
}

fn push_character(json: &mut String, character: char) {
    match character {
        '"' => json.push_str("\\\""),
        '\\' => json.push_str("\\\\"),
        '\n' => json.push_str("\\n"),
        '\r' => json.push_str("\\r"),
        '\t' => json.push_str("\\t"),
        '\u{8}' => json.push_str("\\b"),
        '\u{c}' => json.push_str("\\f"),
        // To write into memory cannot fail.
        '\0'..='\u{1f}' => write!(json, "\\u{:04x}", u32::from(character)).unwrap_or_default(),
        _ => json.push(character),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn written(text: &str) -> String {
        let mut json = String::new();
        push_json_text(&mut json, text);
        json
    }

    #[test]
    fn every_character_below_128_is_written_as_serde_json_writes_it() {
        for character in (0..128_u8).map(char::from) {
            let text = format!("a{character}b");
            assert_eq!(written(&text), Value::from(text.as_str()).to_string());
        }
    }

    #[test]
    fn a_character_is_found_wherever_it_stands() {
        for character in (0..=255_u8).map(char::from) {
            for place in 0..17 {
                for around in ["~", "!", "#", "é"] {
                    let text = format!("{}{character}{around}{around}", around.repeat(place));
                    assert_eq!(written(&text), Value::from(text.as_str()).to_string());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_serde_json_writes_it(text in any::<String>()) {
            prop_assert_eq!(written(&text), Value::from(text).to_string());
        }
    }
}
