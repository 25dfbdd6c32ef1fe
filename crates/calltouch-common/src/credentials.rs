//! Who calls, and for which account.

use batchwise_core::{BuildError, CallError, Secret, Secrets};
use http::header::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries the token.
const ACCESS_TOKEN: HeaderName = HeaderName::from_static("access-token");

/// The header that names the account.
const SITE_ID: HeaderName = HeaderName::from_static("siteid");

/// An API token and the id of the account (site, project) that it is used for.
///
/// Both come from the account's page "Integrations / Sending data to external systems / API". The token is a secret: it
/// appears in no `Debug` output, error or log. The site id is a decimal number in practice and opaque text here.
#[derive(Debug, Clone)]
pub struct CalltouchCredentials {
    token: Secret,
    site_id: String,
}

impl CalltouchCredentials {
    /// Checks and keeps a token and a site id.
    ///
    /// # Errors
    /// [`BuildError`] when either is blank, has white space around it, or holds what a header cannot carry (line breaks,
    /// control characters, anything but ASCII). The error does not repeat the token.
    pub fn new(token: impl Into<Secret>, site_id: impl Into<String>) -> Result<Self, BuildError> {
        let token = token.into();
        let site_id = site_id.into();
        check("token", token.expose())?;
        check("site_id", &site_id)?;
        Ok(Self { token, site_id })
    }

    /// The account's id.
    #[must_use]
    pub fn site_id(&self) -> &str {
        &self.site_id
    }

    /// What no quoted text may repeat.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        Secrets::new([&self.token])
    }

    /// Sets `Access-Token` (marked sensitive) and `SiteId`.
    ///
    /// # Errors
    /// [`CallError`] of kind `Local` for a text that a header cannot carry; [`CalltouchCredentials::new`] lets none in.
    pub fn write_headers(&self, headers: &mut HeaderMap) -> Result<(), CallError> {
        let mut token = header_value("token", self.token.expose())?;
        token.set_sensitive(true);
        headers.insert(ACCESS_TOKEN, token);
        headers.insert(SITE_ID, header_value("site id", &self.site_id)?);
        Ok(())
    }
}

fn header_value(name: &str, text: &str) -> Result<HeaderValue, CallError> {
    HeaderValue::from_str(text).map_err(|_| CallError::local(format!("the {name} cannot be put into a header")))
}

fn check(name: &'static str, text: &str) -> Result<(), BuildError> {
    if text.trim().is_empty() {
        return Err(BuildError::setting(name, "it is blank"));
    }
    if text.trim() != text {
        return Err(BuildError::setting(name, "there is white space around it"));
    }
    if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(BuildError::setting(
            name,
            "it holds characters that a header cannot carry (only printable ASCII can be)",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_account_and_not_the_token() {
        let credentials = CalltouchCredentials::new("t0ken-secret", "12345").unwrap();
        let shown = format!("{credentials:?}");
        assert!(shown.contains("12345") && !shown.contains("t0ken"), "{shown}");
    }

    #[test]
    fn blank_or_unsendable_credentials_are_refused_without_repeating_them() {
        for bad in [
            "",
            "  ",
            "t0ken\n",
            "t0\nken",
            " t0ken",
            "t0k\u{7f}en",
            "t0kén",
            "t0\0ken",
        ] {
            let error = CalltouchCredentials::new(bad, "12345").unwrap_err().to_string();
            assert!(error.contains("`token`") && !error.contains("t0"), "{error}");
            assert!(CalltouchCredentials::new("t0ken", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_token_header_is_marked_sensitive() {
        let mut headers = HeaderMap::new();
        let credentials = CalltouchCredentials::new("t0ken", "12345").unwrap();
        credentials.write_headers(&mut headers).unwrap();
        assert!(headers["access-token"].is_sensitive());
        assert_eq!(headers["access-token"], "t0ken");
        assert_eq!(headers["siteid"], "12345");
    }
}
