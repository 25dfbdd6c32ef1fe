//! Secrets and the masking of texts that may repeat them.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::echo::echo;

/// A token, key, session or password: wiped when dropped, never printed.
///
/// `Debug` prints `Secret(***)`; the text is read with [`Secret::expose`] at the one place that puts it on the wire.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text that nobody may see.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the wire.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
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
/// A server may echo the request, so each secret is found as it is and however JSON, markup and URLs escape it, one within
/// the other too. A server may cut what it echoes, so the first eight characters of a secret are hidden like all of it.
#[derive(Clone)]
pub struct Secrets(Arc<Known>);

struct Known {
    secrets: Vec<Secret>,
    /// True for each byte that an echo of one may begin with: nearly every text that is looked at has none of these.
    begins: [bool; 256],
}

impl Secrets {
    /// Collects secrets; blank ones are left out.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let known = secrets.into_iter().filter(|secret| !secret.is_blank());
        let secrets: Vec<Secret> = known.cloned().collect();
        let firsts: Vec<u8> = secrets
            .iter()
            .filter_map(|secret| secret.expose().bytes().next())
            .collect();
        let mut begins = [false; 256];
        for (byte, begins) in (0..=u8::MAX).zip(&mut begins) {
            *begins = is_escape(byte) || firsts.contains(&byte);
        }
        Self(Arc::new(Known { secrets, begins }))
    }

    /// The text with every known secret replaced by `***`.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        self.mask_start(text, usize::MAX)
    }

    /// The first bytes of the masked text, at most so many, ending at a character.
    #[must_use]
    pub fn mask_start(&self, text: &str, most: usize) -> String {
        if text.len() <= most && !text.bytes().any(|byte| self.may_begin(byte)) {
            return text.to_owned();
        }
        let mut masked = String::new();
        let mut hidden_until = 0;
        for (at, c) in text.char_indices() {
            let rest = text.get(at..).unwrap_or_default();
            let was_hidden = at < hidden_until;
            if let Some(bytes) = self.0.secrets.iter().filter_map(|secret| echo_of(rest, secret)).max() {
                hidden_until = hidden_until.max(at + bytes);
            }
            let shown = match (at < hidden_until, was_hidden) {
                (true, true) => continue,
                (true, false) => MASK,
                (false, _) => rest.get(..c.len_utf8()).unwrap_or_default(),
            };
            if masked.len() + shown.len() > most {
                break;
            }
            masked.push_str(shown);
        }
        masked
    }

    /// True when an echo of a secret may begin with this byte.
    fn may_begin(&self, byte: u8) -> bool {
        self.0.begins.get(usize::from(byte)).is_none_or(|begins| *begins)
    }
}

/// True when a byte may begin a character that is written in another way.
const fn is_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&' | b'+')
}

/// How many bytes at the start of a text spell a secret.
fn echo_of(text: &str, secret: &Secret) -> Option<usize> {
    let (first, secret) = (text.as_bytes().first()?, secret.expose());
    // Most places are settled by one byte.
    let may_begin = secret.as_bytes().first() == Some(first) || is_escape(*first);
    may_begin.then(|| echo(text, secret)).flatten()
}

impl Default for Secrets {
    fn default() -> Self {
        Self::new([])
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.secrets.len())
    }
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
    fn masks_a_secret_that_ends_within_another() {
        let secrets = Secrets::new([&Secret::new("abcd"), &Secret::new("cdefgh")]);
        assert_eq!(secrets.mask("x abcdefgh x"), "x *** x");
    }

    #[test]
    fn masks_a_secret_that_is_all_that_there_is_many_times() {
        let secrets = Secrets::new([&Secret::new("0123456789")]);
        assert_eq!(secrets.mask(&"0123456789 ".repeat(3)), "*** *** *** ");
    }

    #[test]
    fn the_start_of_a_masked_text_is_cut_at_a_character_and_never_within_a_secret() {
        let secrets = Secrets::new([&Secret::new("0123456789")]);
        assert_eq!(secrets.mask_start("жж0123456789", 3), "ж");
        assert_eq!(secrets.mask_start("жж0123456789", 6), "жж");
        assert_eq!(secrets.mask_start("жж0123456789", 7), "жж***");
    }

    #[test]
    fn masks_the_longer_of_two_nested_secrets() {
        let secrets = Secrets::new([&Secret::new("abc"), &Secret::new("abcdef")]);
        assert_eq!(secrets.mask("abcdef abc"), "*** ***");
    }
}
