//! Issuers of certificates that are trusted beside those of the machine.

use std::fmt;

use bytes::Bytes;

/// Issuers that are trusted beside those of the machine, such as the one of a company's proxy that opens TLS.
///
/// They are read when a transport is built: a text without a certificate is an error there, never a wider trust. Nothing
/// else about verification can be changed; there is no way to turn it off.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RootCertificates(Vec<Bytes>);

impl RootCertificates {
    /// The certificates of a PEM text, one or several (`-----BEGIN CERTIFICATE-----`).
    #[must_use]
    pub fn from_pem(pem: impl Into<Bytes>) -> Self {
        Self(vec![pem.into()])
    }

    /// The same and those of another PEM text.
    #[must_use]
    pub fn and_pem(mut self, pem: impl Into<Bytes>) -> Self {
        self.0.push(pem.into());
        self
    }

    /// True when only the machine's own issuers are trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for RootCertificates {
    /// Shows no text: a private key may stand in the file by mistake.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootCertificates({} texts)", self.0.len())
    }
}

#[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
mod read {
    use super::RootCertificates;
    use crate::build_error::BuildError;

    impl RootCertificates {
        /// Every certificate.
        pub(in super::super) fn read(&self) -> Result<Vec<reqwest::Certificate>, BuildError> {
            let mut all = Vec::new();
            for pem in &self.0 {
                // The parser's own words may quote the text.
                let found = reqwest::Certificate::from_pem_bundle(pem).unwrap_or_default();
                if found.is_empty() {
                    return Err(BuildError::setting(
                        "roots",
                        "there is no certificate in it that can be read; PEM is expected: -----BEGIN CERTIFICATE-----",
                    ));
                }
                all.extend(found);
            }
            Ok(all)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_text_the_machines_own_issuers_are_trusted_alone() {
        assert!(RootCertificates::default().is_empty());
        assert!(!RootCertificates::from_pem("").is_empty());
    }

    #[test]
    fn debug_shows_no_text() {
        let roots = RootCertificates::from_pem("-----BEGIN PRIVATE KEY-----\nsecret").and_pem("");
        assert_eq!(format!("{roots:?}"), "RootCertificates(2 texts)");
    }
}
