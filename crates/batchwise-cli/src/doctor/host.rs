//! Whether the host answers, over which connection, and what its clock says.

use std::time::{Instant, SystemTime};

use batchwise::BaseUrl;
use batchwise::transport::{ReqwestTransport, Transport, TransportError, TransportErrorKind, TransportOptions};
use bytes::Bytes;

use super::check::Check;
use super::clock;
use crate::progress::span;

/// One `GET` of the origin, with no credentials: it reads nothing and changes nothing.
pub(super) async fn checks(base: &BaseUrl, options: &TransportOptions) -> Vec<Check> {
    let transport = match ReqwestTransport::new(base, options) {
        Ok(transport) => transport,
        Err(error) => return vec![Check::bad("host", error.to_string(), "build batchwise with TLS")],
    };
    let request = http::Request::get(format!("{base}/"))
        .header(
            http::header::USER_AGENT,
            concat!("batchwise/", env!("CARGO_PKG_VERSION")),
        )
        .body(Bytes::new());
    let Ok(request) = request else {
        return vec![Check::bad(
            "host",
            format!("{base} is no usable address"),
            "see --base-url",
        )];
    };
    let (started, wall) = (Instant::now(), SystemTime::now());
    let answer = transport.send(request).await;
    let took = started.elapsed();
    let (status, date) = match &answer {
        Ok(response) => {
            let date = response.headers().get(http::header::DATE);
            (response.status(), date.and_then(|date| date.to_str().ok()))
        }
        Err(error) => match error.kind() {
            // It is there, which is all that is asked.
            TransportErrorKind::Cut(status) | TransportErrorKind::TooLarge(status) => (status, None),
            _ => return vec![unreachable_host(base, error)],
        },
    };
    let host = format!("{} answers (HTTP {}) in {}", base.host(), status.as_u16(), span(took));
    vec![
        Check::good("host", host),
        tls(base),
        clock::check(date, wall + took / 2),
    ]
}

fn tls(base: &BaseUrl) -> Check {
    if base.is_https() {
        Check::good("TLS", "the server has proved who it is")
    } else if base.is_loopback() {
        Check::skipped("TLS", "plain http:// within this machine")
    } else {
        Check::bad(
            "TLS",
            "plain http:// to another machine",
            "take https://: credentials can be read on the way",
        )
    }
}

fn unreachable_host(base: &BaseUrl, error: &TransportError) -> Check {
    let text = format!("{}: {error}", base.host());
    match error.kind() {
        TransportErrorKind::Untrusted => Check::bad(
            "TLS",
            text,
            "look at this machine's clock, its list of trusted certificates (package ca-certificates), and proxies that open TLS",
        ),
        TransportErrorKind::Connect => Check::bad(
            "host",
            text,
            "look at the address, the network, HTTPS_PROXY, and a firewall in between",
        ),
        _ => Check::bad("host", text, "try again; if it stays so, ask the provider"),
    }
}
