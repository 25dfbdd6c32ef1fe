//! The API user and its password.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use batchwise_core::{BuildError, Secret, Secrets};
use http::HeaderValue;

/// An API user of a Thulium system (panel: Administration, Users, API users) and its password.
///
/// `Debug` shows neither.
#[derive(Clone)]
pub struct ThuliumCredentials {
    user: String,
    password: Secret,
}

impl ThuliumCredentials {
    /// Takes a user and a password exactly as they are: nothing is trimmed, because a password may end with a space.
    ///
    /// # Errors
    /// [`BuildError`] for an empty one, for control characters (such as the line break that a file ends with) and for a
    /// `:` in the user, which Basic authentication cannot carry.
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Result<Self, BuildError> {
        let (user, password) = (user.into(), password.into());
        check("user", &user)?;
        check("password", password.expose())?;
        if user.contains(':') {
            return Err(BuildError::setting("user", "an API user has no `:` in its name"));
        }
        Ok(Self { user, password })
    }

    /// The API user, for questions before something is deleted.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    fn pair(&self) -> Secret {
        Secret::new(format!("{}:{}", self.user, self.password.expose()))
    }

    fn encoded(&self) -> Secret {
        Secret::new(STANDARD.encode(self.pair().expose()))
    }

    /// The value of the `Authorization` header: exactly `user:password` in UTF-8, nothing after it.
    pub(crate) fn authorization(&self) -> Result<HeaderValue, BuildError> {
        let mut value = HeaderValue::try_from(format!("Basic {}", self.encoded().expose()))
            .map_err(|_| BuildError::setting("password", "it does not fit into a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Everything that an answer might echo: the password, the pair, and its encoded form in either alphabet, with and without
    /// the padding.
    pub(crate) fn secrets(&self) -> Secrets {
        let pair = self.pair();
        Secrets::new([
            &self.password,
            &pair,
            &self.encoded(),
            &Secret::new(STANDARD_NO_PAD.encode(pair.expose())),
            &Secret::new(URL_SAFE_NO_PAD.encode(pair.expose())),
        ])
    }
}

fn check(name: &'static str, text: &str) -> Result<(), BuildError> {
    let wrong = |why: &str| Err(BuildError::setting(name, why));
    if text.trim().is_empty() {
        return wrong("it is empty");
    }
    if text.ends_with(['\n', '\r']) {
        return wrong("it ends with a line break, as text read from a file or from `echo` does; remove it");
    }
    if text.chars().any(char::is_control) {
        return wrong("it has a control character in it");
    }
    Ok(())
}

impl fmt::Debug for ThuliumCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ThuliumCredentials(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_user_and_password_are_encoded() {
        let credentials = ThuliumCredentials::new("api_user", "s3cret").unwrap();
        let header = credentials.authorization().unwrap();
        assert_eq!(header, "Basic YXBpX3VzZXI6czNjcmV0");
        assert!(header.is_sensitive());
    }

    #[test]
    fn characters_beyond_ascii_are_encoded_as_utf_8() {
        let credentials = ThuliumCredentials::new("użytkownik", "hasło").unwrap();
        let expected = format!("Basic {}", STANDARD.encode("użytkownik:hasło".as_bytes()));
        assert_eq!(credentials.authorization().unwrap(), expected.as_str());
    }

    #[test]
    fn a_trailing_line_break_is_refused_with_advice_and_not_shown() {
        for (user, password) in [("api_user\n", "s3cret"), ("api_user", "s3cret\r\n")] {
            let error = ThuliumCredentials::new(user, password).unwrap_err().to_string();
            assert!(error.contains("line break") && error.contains("remove it"), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn what_basic_authentication_cannot_carry_is_refused() {
        for (user, password) in [
            ("a:b", "p"),
            ("", "p"),
            ("a", ""),
            ("a\tb", "p"),
            ("a", "p\0q"),
            (" ", "p"),
        ] {
            assert!(
                ThuliumCredentials::new(user, password).is_err(),
                "{user:?} {password:?}"
            );
        }
        assert!(ThuliumCredentials::new("a", "p:q ").is_ok());
    }

    #[test]
    fn debug_shows_neither_user_nor_password() {
        let credentials = ThuliumCredentials::new("api_user", "s3cret").unwrap();
        assert_eq!(format!("{credentials:?}"), "ThuliumCredentials(***)");
    }

    #[test]
    fn echoes_are_masked_however_php_writes_them() {
        let credentials = ThuliumCredentials::new("api", "ha<s/ł\"o").unwrap();
        let encoded = credentials.encoded();
        let secrets = credentials.secrets();
        for echo in [
            "ha<s/ł\"o",
            r#"ha<s/ł\"o"#,
            r#"ha<s\/\u0142\"o"#,
            "ha&lt;s/ł&quot;o",
            "api:ha<s/ł\"o",
            encoded.expose(),
            encoded.expose().trim_end_matches('='),
        ] {
            assert_eq!(secrets.mask(echo), "***", "{echo}");
        }
    }

    #[test]
    fn an_escaped_slash_of_the_encoded_form_is_masked() {
        let credentials = ThuliumCredentials::new("api", "???>>>").unwrap();
        let encoded = credentials.encoded();
        assert!(encoded.expose().contains('/'), "the example needs a slash");
        let echo = encoded.expose().replace('/', "\\/");
        assert_eq!(credentials.secrets().mask(&echo), "***");
    }
}
