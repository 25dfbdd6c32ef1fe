//! What becomes of a call when the server does not prove who it is: it fails before a byte of the request leaves, and says why.
//!
//! The certificates are made here. Each test runs in a process of its own that trusts one issuer alone.
#![allow(clippy::unwrap_used, clippy::panic)]
#![cfg(all(any(feature = "rustls", feature = "native-tls"), target_os = "linux"))]

use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batchwise_core::transport::{Answer, HttpCaller, ReqwestTransport, RootCertificates, TransportOptions};
use batchwise_core::{BaseUrl, CallError, CallErrorKind, Secrets, Sent};
use bytes::Bytes;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Where the trusted roots of the process are read from.
const ROOTS: &str = "SSL_CERT_FILE";

/// Runs the test of this name in a process that trusts what the test writes to the file of its roots.
fn in_a_process_of_its_own(test: &str) {
    let directory = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env(ROOTS, directory.path().join("roots.pem"))
        .env("SSL_CERT_DIR", directory.path().join("none"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{output:#?}");
}

/// What a server shows.
struct Shown {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    params
}

/// An issuer that nobody trusts.
/// An issuer, of a name of its own: some TLS libraries tell issuers apart by that.
fn issuer() -> CertifiedIssuer<'static, KeyPair> {
    static ISSUERS: AtomicU32 = AtomicU32::new(1);
    let number = ISSUERS.fetch_add(1, Ordering::Relaxed);
    let mut params = params("issuer.example");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
        .distinguished_name
        .push(DnType::CommonName, format!("issuer {number}"));
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// An issuer that the process trusts.
fn trusted() -> CertifiedIssuer<'static, KeyPair> {
    let issuer = issuer();
    std::fs::write(Path::new(&std::env::var_os(ROOTS).unwrap()), issuer.pem()).unwrap();
    issuer
}

fn signed(params: &CertificateParams, issuer: &Issuer<'_, KeyPair>) -> Shown {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    Shown {
        chain: vec![certificate.der().clone()],
        key: key.into(),
    }
}

fn self_signed(params: &CertificateParams) -> Shown {
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Shown {
        chain: vec![certificate.der().clone()],
        key: key.into(),
    }
}

/// A server on loopback that answers `{}`, and every byte of a request that it could read.
struct Server {
    address: SocketAddr,
    read: Arc<Mutex<Vec<u8>>>,
}

impl Server {
    /// With a certificate, or without TLS.
    async fn start(shown: Option<Shown>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let read = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&read);
        let acceptor = shown.map(|shown| {
            let config = ServerConfig::builder().with_no_client_auth();
            let mut config = config.with_single_cert(shown.chain, shown.key).unwrap();
            // It would rather speak HTTP/2, and could not.
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            TlsAcceptor::from(Arc::new(config))
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                match &acceptor {
                    None => serve(stream, &seen).await,
                    Some(acceptor) => {
                        // A client that breaks off is what is tested here.
                        if let Ok(stream) = acceptor.accept(stream).await {
                            serve(stream, &seen).await;
                        }
                    }
                }
            }
        });
        Self { address, read }
    }

    /// One call to this host, which is the server's by another name.
    async fn call(&self, host: &str) -> Result<Answer, CallError> {
        self.call_trusting(host, RootCertificates::default()).await
    }

    /// The same by a client that trusts these issuers too.
    async fn call_trusting(&self, host: &str, roots: RootCertificates) -> Result<Answer, CallError> {
        let base = BaseUrl::parse(&format!("https://{host}:{}", self.address.port()), false).unwrap();
        let options = TransportOptions::default()
            .with_timeout(Duration::from_secs(20))
            .with_roots(roots);
        let transport = ReqwestTransport::new(&base, &options).unwrap();
        let caller = HttpCaller::new(Arc::new(transport), Secrets::default());
        let request = http::Request::post(format!("{base}/canary-path?canary=query"))
            .header("access-token", "canary-token")
            .body(Bytes::from_static(b"canary-body"));
        caller.send(request.unwrap()).await
    }

    fn saw_a_canary(&self) -> bool {
        String::from_utf8_lossy(&self.read.lock().unwrap()).contains("canary")
    }

    /// The error of a call that has to fail before anything is sent.
    async fn refused(&self) -> CallError {
        self.refused_trusting(RootCertificates::default()).await
    }

    /// The same by a client that trusts these issuers too.
    async fn refused_trusting(&self, roots: RootCertificates) -> CallError {
        let error = self.call_trusting("localhost", roots).await.unwrap_err();
        let kind = match cfg!(feature = "native-tls") {
            true => CallErrorKind::Connect,
            false => CallErrorKind::Untrusted,
        };
        assert_eq!((error.kind(), error.sent()), (kind, Sent::No), "{error}");
        assert!(!error.may_have_acted());
        assert!(!self.saw_a_canary());
        error
    }
}

async fn serve(mut stream: impl AsyncRead + tokio::io::AsyncWrite + Unpin, seen: &Mutex<Vec<u8>>) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut bytes).await {
        seen.lock().unwrap().extend_from_slice(bytes.get(..count).unwrap());
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
        let _ = stream.write_all(answer).await;
    }
}

#[track_caller]
fn says(error: &CallError, words: &[&str]) {
    // With another back end the words are those of the system's library.
    if !cfg!(feature = "native-tls") {
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        cause = error.source();
    }
}

/// Declares tests that each run in a process of their own.
macro_rules! tests {
    ($($(#[$doc:meta])* $name:ident $body:block)*) => {
        $($(#[$doc])* #[test] fn $name() { in_a_process_of_its_own(concat!("alone::", stringify!($name))); })*

        mod alone {
            use super::*;

            $(#[tokio::test] #[ignore = "run by the test of the same name, in a process with roots of its own"] async fn $name() $body)*
        }
    };
}

tests! {
    /// Else the other tests would prove nothing.
    a_server_with_a_trusted_certificate_is_called {
        let server = Server::start(Some(signed(&params("localhost"), &trusted()))).await;
        let answer = server.call("localhost").await.unwrap();
        assert_eq!(answer.body().as_ref(), b"{}");
        assert!(server.saw_a_canary());
    }

    /// Whatever some other crate of the program has turned on.
    http_1_is_spoken_to_a_server_that_would_rather_speak_2_unless_it_is_asked_for {
        let server = Server::start(Some(signed(&params("localhost"), &trusted()))).await;
        server.call("localhost").await.unwrap();
        assert!(String::from_utf8_lossy(&server.read.lock().unwrap()).contains("HTTP/1.1"));
    }

    a_certificate_for_another_name_is_refused {
        let server = Server::start(Some(signed(&params("other.example"), &trusted()))).await;
        says(&server.refused().await, &["other.example", "for another name", "check the address"]);
    }

    an_expired_certificate_is_refused {
        let mut params = params("localhost");
        params.not_after = date_time_ymd(2021, 1, 1);
        let server = Server::start(Some(signed(&params, &trusted()))).await;
        says(&server.refused().await, &["expired", "clock"]);
    }

    a_certificate_of_the_future_is_refused {
        let mut params = params("localhost");
        params.not_before = date_time_ymd(2119, 1, 1);
        let server = Server::start(Some(signed(&params, &trusted()))).await;
        says(&server.refused().await, &["not valid yet", "clock"]);
    }

    a_self_signed_certificate_is_refused {
        trusted();
        let server = Server::start(Some(self_signed(&params("localhost")))).await;
        says(&server.refused().await, &["UnknownIssuer", "trusted roots"]);
    }

    a_self_signed_certificate_that_may_sign_is_refused {
        trusted();
        let mut params = params("localhost");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let server = Server::start(Some(self_signed(&params))).await;
        says(&server.refused().await, &["certificate"]);
    }

    a_server_without_tls_is_refused_on_an_https_address {
        trusted();
        let server = Server::start(None).await;
        says(&server.refused().await, &["does not speak TLS", "check the port"]);
    }

    /// Whoever accepts and breaks off may be up again in a moment: that is a failed connect.
    a_connection_that_breaks_while_it_is_made_is_no_lack_of_trust {
        trusted();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { while let Ok((stream, _)) = listener.accept().await { drop(stream) } });
        let server = Server { address, read: Arc::default() };
        let error = server.call("localhost").await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (CallErrorKind::Connect, Sent::No), "{error}");
    }

    an_issuer_that_is_brought_is_trusted_beside_those_of_the_machine {
        let (ours, theirs) = (trusted(), issuer());
        for issuer in [&ours, &theirs] {
            let server = Server::start(Some(signed(&params("localhost"), issuer))).await;
            let roots = RootCertificates::from_pem(theirs.pem());
            let answer = server.call_trusting("localhost", roots).await.unwrap();
            assert_eq!(answer.body().as_ref(), b"{}");
        }
    }

    several_issuers_may_be_brought_in_one_text_or_in_several {
        let (one, other) = (issuer(), issuer());
        let server = Server::start(Some(signed(&params("localhost"), &other))).await;
        let together = RootCertificates::from_pem(format!("a company\n{}\n{}", one.pem(), other.pem()));
        let apart = RootCertificates::from_pem(one.pem()).and_pem(other.pem());
        for roots in [together, apart] {
            server.call_trusting("localhost", roots).await.unwrap();
        }
    }

    an_issuer_that_is_brought_vouches_for_no_other_name_and_no_other_time {
        let issuer = issuer();
        let roots = || RootCertificates::from_pem(issuer.pem());
        let server = Server::start(Some(signed(&params("other.example"), &issuer))).await;
        says(&server.refused_trusting(roots()).await, &["for another name"]);
        let mut expired = params("localhost");
        expired.not_after = date_time_ymd(2021, 1, 1);
        let server = Server::start(Some(signed(&expired, &issuer))).await;
        says(&server.refused_trusting(roots()).await, &["expired"]);
    }

    an_issuer_that_is_not_the_one_that_was_brought_is_refused {
        let server = Server::start(Some(signed(&params("localhost"), &issuer()))).await;
        let roots = RootCertificates::from_pem(issuer().pem());
        says(&server.refused_trusting(roots).await, &["certificate"]);
    }
}

#[test]
fn a_text_without_a_certificate_is_an_error_that_does_not_repeat_it() {
    let base = BaseUrl::parse("https://api.example.com", false).unwrap();
    let key = KeyPair::generate().unwrap().serialize_pem();
    for text in [
        "",
        "canary",
        "-----BEGIN CERTIFICATE-----\n*canary*\n-----END CERTIFICATE-----\n",
        &key,
    ] {
        let options = TransportOptions::default().with_roots(RootCertificates::from_pem(text.to_owned()));
        let error = ReqwestTransport::new(&base, &options).unwrap_err();
        assert!(error.to_string().contains("`roots`"), "{text}: {error}");
        let shown = format!("{error} {error:?} {options:?}");
        assert!(!shown.contains("canary") && !shown.contains("PRIVATE"), "{shown}");
    }
}
