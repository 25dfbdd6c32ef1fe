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

    /// Their format is the provider's business (even its own samples differ), so only what no wire carries is refused.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        match self {
            Self::Session(id) => check("session", id),
            Self::Password { login, password } => check("login", login).and_then(|()| check("password", password)),
            Self::Pat(token) => check("pat", token),
        }
    }
}

/// Refuses a blank one, and one with control characters: XML carries none, and they come from a file's last line at best.
pub(crate) fn check(name: &'static str, secret: &Secret) -> Result<(), BuildError> {
    let text = secret.expose();
    if secret.is_blank() {
        return Err(BuildError::setting(name, "it is blank"));
    }
    if text.ends_with(['\n', '\r']) {
        let why = "it ends with a line break, as text read from a file or from `echo` does; remove it";
        return Err(BuildError::setting(name, why));
    }
    if text.chars().any(char::is_control) {
        return Err(BuildError::setting(name, "it has a control character in it"));
    }
    Ok(())
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
        let secrets = Secrets::new(Credentials::session("я/<&'\">x").secrets());
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
    fn control_characters_are_refused_by_name_and_without_repeating_the_secret() {
        for bad in ["hun\nter2", "hun\0ter2", "hunter2\r\n", "hun\u{85}ter2"] {
            for (name, credentials) in [
                ("session", Credentials::session(bad)),
                ("login", Credentials::password(bad, "pw")),
                ("password", Credentials::password("someone", bad)),
                ("pat", Credentials::pat(bad)),
            ] {
                let error = credentials.check().unwrap_err().to_string();
                assert!(error.contains(name) && !error.contains("hun"), "{error}");
            }
        }
    }

    #[test]
    fn blank_credentials_are_refused_by_name() {
        let error = Credentials::password("someone", "  ").check().unwrap_err();
        assert!(error.to_string().contains("password"), "{error}");
        assert!(Credentials::session("").check().is_err());
        assert!(Credentials::pat("dl-api-1").check().is_ok());
    }
}
