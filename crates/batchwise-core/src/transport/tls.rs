//! Why no TLS connection came about, and what helps.
//!
//! Only rustls tells a server that is not trusted from a connection that broke; with other back ends both are failed connects.

use std::error::Error;

#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
mod rustls_error {
    use std::error::Error;
    use std::io;

    use rustls::{CertificateError, Error as TlsError};

    /// The error of rustls somewhere behind an error.
    fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a TlsError> {
        let mut cause = error;
        loop {
            if let Some(found) = cause.downcast_ref::<TlsError>() {
                return Some(found);
            }
            // An I/O error does not count what it wraps as its source.
            let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            cause = match wrapped {
                Some(wrapped) => wrapped,
                None => cause.source()?,
            };
        }
    }

    pub(in super::super) fn is_refused(error: &(dyn Error + 'static)) -> bool {
        // An alert is the server's own word, and its trouble may pass.
        find(error).is_some_and(|error| !matches!(error, TlsError::AlertReceived(_)))
    }

    pub(in super::super) fn advice(error: &(dyn Error + 'static)) -> Option<&'static str> {
        use CertificateError::{
            Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
            UnknownIssuer,
        };
        Some(match find(error)? {
            TlsError::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
                "its certificate is for another name: check the address"
            }
            TlsError::InvalidCertificate(Expired | ExpiredContext { .. }) => {
                "its certificate has expired: check this machine's clock, or tell whoever runs the server"
            }
            TlsError::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => {
                "its certificate is not valid yet: check this machine's clock"
            }
            TlsError::InvalidCertificate(UnknownIssuer) => {
                "nobody whom this machine trusts vouches for its certificate: check the network and the address, and add \
                 the issuer to the machine's trusted roots only if it is yours"
            }
            TlsError::InvalidCertificate(_) => "its certificate cannot be verified: check the address",
            TlsError::InvalidMessage(_) => {
                "it does not speak TLS there: check the port, or whether it is an http:// address"
            }
            TlsError::AlertReceived(_) => "the server broke the connection off",
            _ => return None,
        })
    }
}

/// True when the server is there and is not to be trusted, or not to be understood: nothing that passes by itself.
pub(super) fn is_refused(error: &(dyn Error + 'static)) -> bool {
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
    {
        rustls_error::is_refused(error)
    }
    #[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
    {
        let _ = error;
        false
    }
}

/// What helps against an error of TLS.
pub(super) fn advice(error: &(dyn Error + 'static)) -> Option<&'static str> {
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
    {
        rustls_error::advice(error)
    }
    #[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
    {
        let _ = error;
        None
    }
}
