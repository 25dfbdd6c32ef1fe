//! Who calls: the ways into a personal account.

use batchwise_core::{BuildError, Secret};

/// How an account is entered. No `Debug` shows what is inside.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// A session that the caller logged in for. It is neither renewed nor closed here; when it dies the job stops.
    Session(Secret),
    /// A login with e-mail or phone (`+7XXXXXXXXXX`) and password, version 3 of the login.
    Password {
        /// E-mail or phone; masked like a secret, since it is personal.
        login: Secret,
        /// The password of the personal account.
        password: Secret,
    },
    /// A login with a personal access token, version 4 of the login.
    Pat(Secret),
}

impl Credentials {
    /// A session that the caller logged in for.
    pub fn session(id: impl Into<Secret>) -> Self {
        Self::Session(id.into())
    }

    /// E-mail or phone and the password of the personal account.
    pub fn password(login: impl Into<Secret>, password: impl Into<Secret>) -> Self {
        Self::Password {
            login: login.into(),
            password: password.into(),
        }
    }

    /// A personal access token.
    pub fn pat(token: impl Into<Secret>) -> Self {
        Self::Pat(token.into())
    }

    /// True when a dead session can be replaced by a new login.
    pub(crate) const fn can_log_in(&self) -> bool {
        !matches!(self, Self::Session(_))
    }

    /// Everything in it that no text may repeat.
    pub(crate) fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::Session(secret) | Self::Pat(secret) => vec![secret],
            Self::Password { login, password } => vec![login, password],
        }
    }

    /// Their format is the provider's business (even its own samples differ), so only blanks are refused.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let named: &[(&'static str, &Secret)] = match self {
            Self::Session(id) => &[("session", id)],
            Self::Password { login, password } => &[("login", login), ("password", password)],
            Self::Pat(token) => &[("pat", token)],
        };
        match named.iter().find(|(_, secret)| secret.is_blank()) {
            Some((name, _)) => Err(BuildError::setting(name, "it is blank")),
            None => Ok(()),
        }
    }
}

/// The secret as it is and as this provider's formats may write it: PHP's JSON (`\/`, `\u0441`), XML and HTML entities.
pub(crate) fn spellings(secret: &Secret) -> Vec<Secret> {
    let text = secret.expose();
    let mut forms = vec![text.to_owned(), php_json(text, true), php_json(text, false)];
    for apostrophe in ["&apos;", "&#39;", "&#039;", "'"] {
        for quote in ["&quot;", "\""] {
            forms.push(entities(text, quote, apostrophe));
        }
    }
    let mut known: Vec<Secret> = Vec::new();
    for form in forms {
        if !known.iter().any(|secret| secret.expose() == form) {
            known.push(Secret::from(form));
        }
    }
    known
}

fn php_json(text: &str, slashes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if slashes => out.push_str("\\/"),
            c if c.is_ascii() && !c.is_ascii_control() => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out
}

fn entities(text: &str, quote: &str, apostrophe: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str(quote),
            '\'' => out.push_str(apostrophe),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use batchwise_core::Secrets;

    #[test]
    fn debug_shows_nothing_of_any_of_them() {
        for credentials in [
            Credentials::session("hunter2"),
            Credentials::password("hunter2@example.org", "hunter2"),
            Credentials::pat("hunter2"),
        ] {
            assert!(!format!("{credentials:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_secret_is_masked_however_the_server_writes_it() {
        let forms = spellings(&Secret::new("я/<&'\">x"));
        let secrets = Secrets::new(&forms);
        for echo in [
            "я/<&'\">x",
            r#"\u044f\/<&'\">x"#,
            r#"\u044f/<&'\">x"#,
            "я/&lt;&amp;&apos;&quot;&gt;x",
            "я/&lt;&amp;&#039;&quot;&gt;x",
            "я/&lt;&amp;'\"&gt;x",
        ] {
            assert_eq!(secrets.mask(echo), "***", "{echo}");
        }
    }

    #[test]
    fn a_plain_secret_has_one_spelling() {
        assert_eq!(spellings(&Secret::new("AAAA-1111")).len(), 1);
    }

    #[test]
    fn blank_credentials_are_refused_by_name() {
        let error = Credentials::password("someone", "  ").check().unwrap_err();
        assert!(error.to_string().contains("password"), "{error}");
        assert!(Credentials::session("").check().is_err());
        assert!(Credentials::pat("dl-api-1").check().is_ok());
    }
}
