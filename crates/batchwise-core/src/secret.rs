//! Secrets and the masking of texts that may repeat them.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

/// A token, key, session or password: wiped when dropped, never printed.
///
/// `Debug` prints `Secret(***)`; the text is read with [`Secret::expose`] at the one place that puts it on the wire.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps a text that nobody may see.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself, for the wire.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// True for an empty text or one of white space only.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.expose().trim().is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// What stands where a secret stood.
pub const MASK: &str = "***";

/// The secrets that a client knows, for masking what a server sends back.
///
/// A server may echo the request, so each secret is looked for as it is, as JSON writes it (PHP's spelling too), as markup
/// writes it, and percent-encoded.
#[derive(Clone, Default)]
pub struct Secrets(Arc<Vec<Secret>>);

impl Secrets {
    /// Collects secrets; blank ones are left out.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut forms: Vec<String> = Vec::new();
        for secret in secrets.into_iter().filter(|secret| !secret.is_blank()) {
            let text = secret.expose();
            let forms_of_it = [
                text.to_owned(),
                json_escaped(text),
                php_escaped(text),
                markup_escaped(text),
                percent_encoded(text),
            ];
            for form in forms_of_it {
                if !forms.contains(&form) {
                    forms.push(form);
                }
            }
        }
        // Longest first, so that a secret inside another one does not leave the rest of it behind.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self(Arc::new(forms.into_iter().map(Secret::from).collect()))
    }

    /// The text with every known secret replaced by `***`.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for secret in self.0.iter() {
            if masked.contains(secret.expose()) {
                masked = masked.replace(secret.expose(), MASK);
            }
        }
        masked
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} forms)", self.0.len())
    }
}

/// The text as JSON writes it inside quotes, with `/` left alone.
fn json_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out
}

/// The text as PHP writes it into JSON by default: `/` as `\/`, everything beyond ASCII as `\uXXXX`.
fn php_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units = [0; 2];
    for c in json_escaped(text).chars() {
        match c {
            '/' => out.push_str("\\/"),
            c if c.is_ascii() => out.push(c),
            c => c
                .encode_utf16(&mut units)
                .iter()
                .for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out
}

/// The text as HTML and XML write it.
fn markup_escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The text with everything but unreserved characters percent-encoded (RFC 3986).
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.push(HEX.get(usize::from(nibble)).copied().map_or('0', char::from));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let secret = Secret::new("s3cret-token");
        assert_eq!(format!("{secret:?}"), "Secret(***)");
        let secrets = Secrets::new([&secret]);
        assert!(!format!("{secrets:?}").contains("s3cret"));
    }

    #[test]
    fn masks_a_secret_as_it_is_in_json_and_percent_encoded() {
        let secrets = Secrets::new([&Secret::new("p\"w/ä")]);
        let masked = secrets.mask(r#"a p"w/ä b p\"w/ä c p%22w%2F%C3%A4 d"#);
        assert_eq!(masked, "a *** b *** c *** d");
    }

    #[test]
    fn masks_a_secret_as_php_and_markup_write_it() {
        let secrets = Secrets::new([&Secret::new("p<w/ä😀")]);
        assert_eq!(
            secrets.mask(r#"a p<w\/\u00e4\ud83d\ude00 b p&lt;w/ä😀 c"#),
            "a *** b *** c"
        );
    }

    #[test]
    fn masks_the_longer_of_two_nested_secrets() {
        let secrets = Secrets::new([&Secret::new("abc"), &Secret::new("abcdef")]);
        assert_eq!(secrets.mask("abcdef abc"), "*** ***");
    }
}
