//! Why a client could not be built.

use std::error::Error;
use std::fmt;

/// Why a client could not be built. Nothing was sent.
#[derive(Debug)]
pub struct BuildError(BuildErrorKind);

#[derive(Debug)]
enum BuildErrorKind {
    BaseUrl { url: String, why: String },
    Setting { name: &'static str, why: String },
    NoTls,
    NoCryptoProvider,
    Transport(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            BuildErrorKind::BaseUrl { url, why } => write!(f, "the address `{url}` cannot be used: {why}"),
            BuildErrorKind::Setting { name, why } => write!(f, "`{name}` cannot be used: {why}"),
            BuildErrorKind::NoTls => f.write_str(
                "this build has no TLS: enable feature `rustls` or `native-tls`, or use http:// to loopback",
            ),
            BuildErrorKind::NoCryptoProvider => f.write_str(
                "no TLS crypto provider is installed: call `CryptoProvider::install_default` of rustls before the \
                 client is built, or enable feature `rustls`",
            ),
            BuildErrorKind::Transport(source) => write!(f, "the HTTP client could not be set up: {source}"),
        }
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            BuildErrorKind::Transport(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}

impl BuildError {
    /// An unusable address.
    #[must_use]
    pub fn base_url(url: &str, why: &str) -> Self {
        Self(BuildErrorKind::BaseUrl {
            url: url.to_owned(),
            why: why.to_owned(),
        })
    }

    /// An unusable setting; `why` must not repeat a secret.
    #[must_use]
    pub fn setting(name: &'static str, why: impl Into<String>) -> Self {
        Self(BuildErrorKind::Setting { name, why: why.into() })
    }

    pub(crate) fn no_tls() -> Self {
        Self(BuildErrorKind::NoTls)
    }

    pub(crate) fn no_crypto_provider() -> Self {
        Self(BuildErrorKind::NoCryptoProvider)
    }

    pub(crate) fn transport(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(BuildErrorKind::Transport(source.into()))
    }

    /// True when feature `rustls-no-provider` found no installed crypto provider.
    #[must_use]
    pub fn is_no_crypto_provider(&self) -> bool {
        matches!(self.0, BuildErrorKind::NoCryptoProvider)
    }

    /// True when the address wants TLS and this build has none.
    #[must_use]
    pub fn is_no_tls(&self) -> bool {
        matches!(self.0, BuildErrorKind::NoTls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_without_tls_says_which_features_have_it() {
        let error = BuildError::no_tls();
        assert!(error.is_no_tls() && !error.is_no_crypto_provider());
        assert!(error.to_string().contains("`rustls` or `native-tls`"), "{error}");
    }

    #[test]
    fn a_missing_crypto_provider_says_how_it_is_installed() {
        let error = BuildError::no_crypto_provider();
        assert!(error.is_no_crypto_provider() && !error.is_no_tls());
        assert!(error.to_string().contains("install_default"), "{error}");
    }

    #[test]
    fn the_http_clients_own_error_is_the_source_and_others_have_none() {
        let error = BuildError::transport(std::io::Error::other("no memory"));
        assert_eq!(error.source().unwrap().to_string(), "no memory");
        assert!(BuildError::setting("timeout", "zero").source().is_none());
    }
}
