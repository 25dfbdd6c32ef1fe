//! How much a JSON text holds, found without parsing it.

/// Counts the values of a JSON text, in one pass and without memory: a bound on what a parser will allocate.
///
/// A tree takes up to some 700 bytes for a value that takes 8 in the text (`{"":0},`), so a limit on the bytes of a text
/// alone is none on the memory that it costs. For valid JSON the count is never below the number of values and names no
/// member; for anything else it holds up to the place where a parser stops.
///
/// ```
/// use batchwise_core::json_values;
///
/// assert_eq!(json_values(br#"{"a": [1, "x,[y"], "b": {}}"#), 6);
/// ```
#[must_use]
pub fn json_values(text: &[u8]) -> usize {
    let (mut values, mut in_string, mut escaped) = (1_usize, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            // Each of them begins one more value, but for an opening bracket before nothing.
            b',' | b'[' | b'{' if !in_string => values += 1,
            _ => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_counts_and_nothing_inside_a_text_does() {
        for (text, values) in [
            ("1", 1),
            ("[]", 2),
            ("[1]", 2),
            ("[1,2,3]", 4),
            (r#"{"a":1,"b":[{}]}"#, 5),
            (r#"["a,b","\"[,{","\\"]"#, 4),
        ] {
            assert_eq!(json_values(text.as_bytes()), values, "{text}");
        }
    }
}
