//! The canaries, and the search for them in every disguise.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// In every secret, and in nothing else.
const MARK: &str = "CANARY";

/// A Calltouch token: printable ASCII, with everything in it that some encoder escapes.
pub(crate) const TOKEN: &str = "CANARYtoken/+=<&\"'\\x=";
pub(crate) const APPKEY: &str = "CANARYappkey/+=<&\"'\\ä😀";
pub(crate) const SESSION: &str = "CANARYsession/+=<&\"'\\ä😀";
pub(crate) const LOGIN: &str = "CANARYlogin+1@пример.example";
pub(crate) const PASSWORD: &str = "CANARYpassword/ +=<&\"'\\ä😀";
pub(crate) const PAT: &str = "CANARYpat/+=<&\"'\\ä😀";
/// What a login brings.
pub(crate) const FRESH: &str = "CANARYfresh/+=<&\"'\\ä😀";
/// Begins with the mark, so that no piece of it may stay behind.
pub(crate) const THULIUM_PASSWORD: &str = "CANARYthulium/ +=<&\"'\\ł😀";

/// Contacts of records: digits, and a name, that are nowhere else.
pub(crate) const PHONE: &str = "+48 511 322 733";
pub(crate) const PHONE_DIGITS: &str = "48511322733";
pub(crate) const EMAIL: &str = "lead.kestrel@example.com";

/// Every secret.
pub(crate) const SECRETS: [&str; 8] = [TOKEN, APPKEY, SESSION, LOGIN, PASSWORD, PAT, FRESH, THULIUM_PASSWORD];

/// The text as it is, and with each way of escaping undone.
fn disguises(text: &str) -> Vec<String> {
    vec![
        text.to_owned(),
        unpercented(text),
        unescaped(text, "\\u", "", 16),
        unescaped(text, "&#x", ";", 16),
        unescaped(text, "&#", ";", 10),
    ]
}

/// Panics when a secret is in the text, as it is or encoded.
#[track_caller]
pub(crate) fn no_secret(what: &str, text: &str) {
    for disguise in disguises(text) {
        let found = disguise.to_ascii_uppercase().find(MARK);
        assert!(found.is_none(), "{what}: a secret is shown:\n{text}");
    }
    for needle in encoded(MARK) {
        assert!(!text.contains(&needle), "{what}: a secret is shown in base64:\n{text}");
    }
}

/// Panics when a contact is in the text.
#[track_caller]
pub(crate) fn no_contact(what: &str, text: &str) {
    for disguise in disguises(text) {
        let digits: String = disguise.chars().filter(char::is_ascii_digit).collect();
        assert!(
            !digits.contains(PHONE_DIGITS) && !disguise.contains("lead.kestrel"),
            "{what}: a contact is shown:\n{text}"
        );
    }
}

/// What the base64 of any text with `mark` in it holds, whichever byte the mark begins at.
fn encoded(mark: &str) -> [String; 3] {
    [0, 1, 2].map(|before| {
        let text = format!("{}{mark}", "x".repeat(before));
        let encoded = STANDARD.encode(text);
        // The first characters depend on what stands before the mark, the last ones on what follows.
        let from = (before * 8).div_ceil(6);
        let until = (before + mark.len()) * 8 / 6;
        encoded[from..until].to_owned()
    })
}

fn unpercented(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let byte = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                out.push(byte);
                rest = &after[2..];
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn unescaped(text: &str, begin: &str, end: &str, radix: u32) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(begin) {
        out.push_str(before);
        let digits: String = after.chars().take_while(|c| c.is_digit(radix)).take(6).collect();
        let digits = if end.is_empty() {
            &digits[..digits.len().min(4)]
        } else {
            &digits
        };
        out.extend(u32::from_str_radix(digits, radix).ok().and_then(char::from_u32));
        rest = after[digits.len()..]
            .strip_prefix(end)
            .unwrap_or(&after[digits.len()..]);
    }
    out + rest
}

#[test]
fn a_canary_is_found_in_every_disguise() {
    let found = |text: &str| std::panic::catch_unwind(|| no_secret("test", text)).is_err();
    for text in [
        "xCANARYx",
        "canary",
        "%43ANARY",
        "%43%41%4e%41%52%59",
        "\\u0043\\u0041NARY",
        "&#67;&#65;NARY",
        "&#x43;ANARY",
    ] {
        assert!(found(text), "{text}");
    }
    for before in ["", "x", "xy", "robot:"] {
        assert!(found(&STANDARD.encode(format!("{before}CANARY and more"))), "{before}");
    }
    assert!(!found("nothing here"));
    assert!(std::panic::catch_unwind(|| no_contact("test", "phone=%2B48 511-322733")).is_err());
}
