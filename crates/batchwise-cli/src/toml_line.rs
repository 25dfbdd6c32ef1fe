//! Where TOML is wrong.

/// The line on which reading this text failed.
pub(crate) fn line_of(error: &toml::de::Error, text: &str) -> usize {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    before.matches('\n').count() + 1
}
