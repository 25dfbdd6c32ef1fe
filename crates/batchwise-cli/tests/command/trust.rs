//! Servers that prove who they are, and those that do not.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tempfile::NamedTempFile;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use crate::support::{Cli, Emulated, Ended, file};

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    // OpenSSL takes a certificate whose issuer has its name for one that nobody vouches for.
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    params
}

/// An issuer that this machine does not know.
struct Company(CertifiedIssuer<'static, KeyPair>);

impl Company {
    fn new() -> Self {
        let mut params = params("issuer.example");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn file(&self) -> NamedTempFile {
        file(".pem", self.0.pem())
    }

    /// A proxy of the company in front of the emulator, with this certificate.
    fn proxy(&self, emulated: &Emulated, certificate: &CertificateParams) -> String {
        let key = KeyPair::generate().unwrap();
        let chain = vec![certificate.signed_by(&key, &self.0).unwrap().der().clone()];
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(chain, key.into()).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let behind = emulated.url().replace("http://", "");
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap().port()).unwrap();
                while let Ok((stream, _)) = listener.accept().await {
                    let (acceptor, behind) = (acceptor.clone(), behind.clone());
                    tokio::spawn(async move {
                        // A client that breaks off is what is tested here.
                        if let Ok(mut stream) = acceptor.accept(stream).await {
                            let mut behind = TcpStream::connect(behind).await.unwrap();
                            let _ = copy_bidirectional(&mut stream, &mut behind).await;
                        }
                    });
                }
            });
        });
        format!("https://localhost:{}", told.recv().unwrap())
    }
}

/// A job of each method that gets as far as calling.
fn jobs() -> [&'static str; 4] {
    [
        "calltouch-import delete 51001",
        "dellin-book delete phone:5",
        "thulium-campaign delete --campaign 00042 7001",
        "thulium-campaign delete --campaign 00042 --by phone 48511322733",
    ]
}

fn delete(url: &str, job: &str, issuers: Option<&NamedTempFile>) -> Ended {
    let cli = Cli::new(url, &format!("{job} --yes"));
    match issuers {
        Some(file) => cli.arg("--ca-file").arg(file.path()).run(),
        None => cli.run(),
    }
}

#[test]
fn an_issuer_of_a_file_is_trusted() {
    let (emulated, company) = (Emulated::any(), Company::new());
    let url = company.proxy(&emulated, &params("localhost"));
    for job in jobs() {
        delete(&url, job, Some(&company.file())).with_code(0);
    }
}

/// Other back ends tell no server that is not trusted from one that cannot be reached.
#[cfg(not(feature = "native-tls"))]
#[test]
fn an_issuer_that_nobody_named_is_not_trusted_and_nothing_is_sent() {
    let (emulated, company) = (Emulated::any(), Company::new());
    let url = company.proxy(&emulated, &params("localhost"));
    for job in jobs() {
        delete(&url, job, None).with_code(3).says("trusted roots");
    }
    let another = Company::new().file();
    delete(&url, jobs()[0], Some(&another)).with_code(3).says("certificate");
    assert!(emulated.truth().requests.is_empty());
}

/// As above.
#[cfg(not(feature = "native-tls"))]
#[test]
fn a_certificate_for_another_name_or_out_of_date_is_refused_whoever_vouches_for_it() {
    let (emulated, company) = (Emulated::any(), Company::new());
    let mut expired = params("localhost");
    expired.not_after = date_time_ymd(2021, 1, 1);
    for (certificate, why) in [(params("other.example"), "for another name"), (expired, "has expired")] {
        let url = company.proxy(&emulated, &certificate);
        delete(&url, jobs()[0], Some(&company.file())).with_code(3).says(why);
    }
    assert!(emulated.truth().requests.is_empty());
}

#[test]
fn a_file_without_a_certificate_is_named_and_not_repeated() {
    let key = KeyPair::generate().unwrap().serialize_pem();
    let large = format!("-----BEGIN CERTIFICATE-----\n{}", "A".repeat(1024 * 1024));
    for (text, why) in [
        ("secret-text", "PEM is expected"),
        ("", "PEM is expected"),
        (&key, "PEM is expected"),
        (&large, "1 MiB"),
    ] {
        let file = file(".pem", text);
        let ended = delete("https://127.0.0.1:9", "calltouch-import delete 1", Some(&file));
        let ended = ended.with_code(2).says("--ca-file").says(why);
        assert!(!ended.stderr.contains("secret-text") && !ended.stderr.contains("PRIVATE"));
    }
    let missing = Cli::new(
        "https://127.0.0.1:9",
        "calltouch-import delete 1 --yes --ca-file no-such-file",
    );
    missing.run().with_code(2).says("`no-such-file`");
}
