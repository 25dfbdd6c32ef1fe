//! Contacts, as they may stand on standard error.

/// The text with all but the last four characters hidden.
pub(crate) fn last_four(contact: &str) -> String {
    let characters: Vec<char> = contact.chars().collect();
    let tail: String = characters.iter().skip(characters.len().saturating_sub(4)).collect();
    format!("…{tail}")
}

/// The text of a line with whatever may be a phone number or an address hidden but for its last four characters.
pub(crate) fn mask_contacts(text: &str) -> String {
    text.split_inclusive(['"', ',', '{', '}', '[', ']', ':'])
        .map(|piece| {
            let (value, end) = match piece.char_indices().next_back() {
                Some((at, last)) if "\",{}[]:".contains(last) => piece.split_at(at),
                _ => (piece, ""),
            };
            let digits = value.chars().filter(char::is_ascii_digit).count();
            if digits >= 7 || value.contains('@') {
                format!("{}{end}", last_four(value))
            } else {
                piece.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_shown_without_contacts() {
        let line = r#"{"contactParams":{"phones":["+7 (915) 777-11-22"],"emails":["ann@example.com"]},"x":17}"#;
        assert_eq!(
            mask_contacts(line),
            r#"{"contactParams":{"phones":["…1-22"],"emails":["….com"]},"x":17}"#
        );
    }
}
