//! What the HTTP stack logs of a call over HTTP/2, at its highest level.

use std::io::Write;
use std::sync::{Arc, Mutex};

use batchwise_core::transport::{Protocol, TransportOptions};
use batchwise_core::{BatchMethod, CallErrorKind};
use bytes::Bytes;
use calltouch_import::{CalltouchCredentials, CalltouchImport, ImportLogId};
use http::Response;
use thulium_campaign::{CampaignPhone, ThuliumCampaignPhones, ThuliumCredentials};
use tokio::net::{TcpListener, TcpStream};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Answers every stream with 401 and the request's credentials, in a header and in the body.
async fn echo(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream));
    }
}

async fn serve(stream: TcpStream) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let headers = request.headers();
        let secret = headers
            .get("access-token")
            .or_else(|| headers.get("authorization"))
            .unwrap();
        let answer = Response::builder()
            .status(401)
            .header("x-request-id", secret)
            .header("x-echo", secret);
        let mut body = respond.send_response(answer.body(()).unwrap(), false).unwrap();
        body.send_data(Bytes::copy_from_slice(secret.as_bytes()), true).unwrap();
    }
}

#[tokio::test]
async fn a_call_over_http_2_logs_neither_its_secret_nor_a_contact() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(log.clone());
    subscriber.finish().init();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(echo(listener));
    let options = || TransportOptions::default().with_protocol(Protocol::Http2);

    let client = CalltouchImport::builder(CalltouchCredentials::new("CANARY-token", "4711").unwrap())
        .base_url(url.clone())
        .transport_options(options())
        .build()
        .unwrap();
    let refused = client.call(&[ImportLogId::new(1)]).await.unwrap_err();
    assert_eq!(refused.kind(), CallErrorKind::Credentials);
    let mut shown = format!("{refused} {refused:?} {:?}", refused.request_id());

    let client = ThuliumCampaignPhones::builder(ThuliumCredentials::new("robot", "CANARY-password").unwrap())
        .base_url(url)
        .transport_options(options())
        .build()
        .unwrap();
    let phone = CampaignPhone::new("00042".parse().unwrap(), "48511322733".parse().unwrap());
    let refused = client.call(&[phone]).await.unwrap_err();
    assert_eq!(refused.kind(), CallErrorKind::Credentials);
    shown.push_str(&format!("{refused} {refused:?} {:?}", refused.request_id()));

    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(text.contains("h2::"), "HTTP/2 is heard");
    // `Basic cm9ib3Q6Q0FOQVJZ...` is `robot:CANARY...`.
    for secret in ["CANARY", "cm9ib3Q6", "48511322733"] {
        assert!(!text.contains(secret), "the log shows {secret}");
        assert!(!shown.contains(secret), "an error shows {secret}");
    }
}
