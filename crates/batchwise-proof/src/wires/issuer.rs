//! Certificates that only this process trusts.

use std::sync::Arc;

use anyhow::Result;
use batchwise_core::transport::RootCertificates;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::ServerConfig;

/// An issuer, and one server that it vouches for: this machine.
#[derive(Debug)]
pub(crate) struct Issuer {
    pem: String,
    http1: Arc<ServerConfig>,
    http2: Arc<ServerConfig>,
}

impl Issuer {
    pub(crate) fn new() -> Result<Self> {
        let mut params = CertificateParams::new(vec!["issuer.example".to_owned()])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let server = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&key, &issuer)?;
        let config = |protocol: &[u8]| -> Result<Arc<ServerConfig>> {
            let chain = vec![server.der().clone()];
            let key = KeyPair::try_from(key.serialize_der())?.into();
            let mut config = ServerConfig::builder()
                .with_no_client_auth()
                .with_single_cert(chain, key)?;
            config.alpn_protocols = vec![protocol.to_vec()];
            Ok(Arc::new(config))
        };
        Ok(Self {
            pem: issuer.pem(),
            http1: config(b"http/1.1")?,
            http2: config(b"h2")?,
        })
    }

    /// What a client needs to trust.
    pub(crate) fn roots(&self) -> RootCertificates {
        RootCertificates::from_pem(self.pem.clone())
    }

    /// A server's settings; it speaks one version of HTTP.
    pub(crate) fn config(&self, http2: bool) -> Arc<ServerConfig> {
        Arc::clone(if http2 { &self.http2 } else { &self.http1 })
    }
}
