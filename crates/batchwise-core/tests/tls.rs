//! What a client gets at build time from each choice of TLS back end: a client or a typed error, never a panic.
#![allow(clippy::unwrap_used, clippy::panic)]

use batchwise_core::transport::{ReqwestTransport, TransportOptions};
use batchwise_core::{BaseUrl, BuildError};

fn build(url: &str) -> Result<ReqwestTransport, BuildError> {
    ReqwestTransport::new(&BaseUrl::parse(url, true).unwrap(), &TransportOptions::default())
}

#[cfg(not(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider")))]
mod without_tls {
    use super::build;

    #[test]
    fn https_is_a_typed_error() {
        let error = build("https://api.example.com").unwrap_err();
        assert!(error.is_no_tls(), "{error}");
        assert!(!error.is_no_crypto_provider());
    }

    #[test]
    fn plain_http_works() {
        build("http://127.0.0.1:8085").unwrap();
        build("http://api.example.com").unwrap();
    }
}

#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls")))]
mod without_provider {
    use super::build;

    /// Plain HTTP too: reqwest sets TLS up for every client and panics without a provider.
    #[test]
    fn a_missing_provider_is_a_typed_error() {
        for url in [
            "https://api.example.com",
            "http://127.0.0.1:8085",
            "http://api.example.com",
        ] {
            let error = build(url).unwrap_err();
            assert!(error.is_no_crypto_provider(), "{url}: {error}");
            assert!(!error.is_no_tls());
        }
    }
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod with_tls {
    use super::build;

    #[test]
    fn https_and_plain_http_work() {
        for url in [
            "https://api.example.com",
            "http://127.0.0.1:8085",
            "http://api.example.com",
        ] {
            build(url).unwrap();
        }
    }
}

/// On Linux the roots come from files that the environment can point elsewhere.
#[cfg(all(feature = "rustls", not(feature = "native-tls"), target_os = "linux"))]
mod without_roots {
    use super::build;

    /// Runs the test of this name in a process of its own, on a machine that has no trusted roots.
    fn on_a_bare_machine(test: &str) {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--ignored"])
            .env("SSL_CERT_FILE", "/nonexistent/roots.pem")
            .env("SSL_CERT_DIR", "/nonexistent")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{output:?}");
    }

    #[test]
    fn https_without_roots_is_an_error() {
        on_a_bare_machine("without_roots::bare_https");
    }

    #[test]
    fn plain_http_to_loopback_needs_no_roots() {
        on_a_bare_machine("without_roots::bare_loopback");
    }

    #[test]
    #[ignore = "run by `https_without_roots_is_an_error` in a process without roots"]
    fn bare_https() {
        let error = build("https://api.example.com").unwrap_err();
        assert!(error.to_string().contains("could not be set up"), "{error}");
        assert!(!error.is_no_tls() && !error.is_no_crypto_provider());
    }

    #[test]
    #[ignore = "run by `plain_http_to_loopback_needs_no_roots` in a process without roots"]
    fn bare_loopback() {
        build("http://127.0.0.1:8085").unwrap();
    }
}
