//! The four ways in which the same world is served.

mod http2;
mod issuer;
mod tls;

use std::fmt;
use std::io;
use std::net::SocketAddr;

use batchwise_core::clock::SharedClock;
use batchwise_core::transport::{Protocol, TransportOptions};
use batchwise_emulator::{Emulator, EmulatorConfig, Fault, LogEntry, Truth};

use self::http2::Http2;
pub(crate) use self::issuer::Issuer;
use self::tls::Front;

/// How bytes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wire {
    pub(crate) tls: bool,
    pub(crate) http2: bool,
}

impl Wire {
    pub(crate) const ALL: [Self; 4] = [
        Self::new(false, false),
        Self::new(true, false),
        Self::new(false, true),
        Self::new(true, true),
    ];

    const fn new(tls: bool, http2: bool) -> Self {
        Self { tls, http2 }
    }

    /// What a client is set to: over TLS the server chooses HTTP/2, on a plain connection nobody is asked.
    pub(crate) fn options(self, issuer: &Issuer) -> TransportOptions {
        let protocol = match (self.http2, self.tls) {
            (false, _) => Protocol::Http1,
            (true, false) => Protocol::Http2,
            (true, true) => Protocol::Http2OrHttp1,
        };
        TransportOptions::default()
            .with_protocol(protocol)
            .with_roots(issuer.roots())
    }

    pub(crate) fn scheme(self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = if self.http2 { "HTTP/2" } else { "HTTP/1.1" };
        let under = if self.tls { "TLS" } else { "plain" };
        write!(f, "{version} {under}")
    }
}

/// A world on a loopback port, over one of the wires.
#[derive(Debug)]
pub(crate) struct Served {
    wire: Wire,
    world: Behind,
    front: Option<Front>,
}

#[derive(Debug)]
enum Behind {
    Http1(Emulator),
    Http2(Http2),
}

impl Served {
    /// Serves a world in which this fault is the only one.
    pub(crate) async fn start(
        wire: Wire,
        world: EmulatorConfig,
        fault: Fault,
        clock: SharedClock,
        issuer: &Issuer,
    ) -> io::Result<Self> {
        let world = if wire.http2 {
            Behind::Http2(Http2::start(world, clock, matches!(fault, Fault::ResetBefore | Fault::ResetAfter)).await?)
        } else {
            Behind::Http1(Emulator::start_on_clock(world, clock).await?)
        };
        let front = if wire.tls {
            Some(Front::start(world.addr(), issuer.config(wire.http2)).await?)
        } else {
            None
        };
        Ok(Self { wire, world, front })
    }

    /// The origin for clients.
    pub(crate) fn base_url(&self) -> String {
        let address = match &self.front {
            Some(front) => front.addr(),
            None => self.world.addr(),
        };
        format!("{}://{address}", self.wire.scheme())
    }

    pub(crate) fn truth(&self) -> Truth {
        match &self.world {
            Behind::Http1(emulator) => emulator.truth(),
            Behind::Http2(server) => server.truth(),
        }
    }

    pub(crate) fn log(&self) -> Vec<LogEntry> {
        match &self.world {
            Behind::Http1(emulator) => emulator.log(),
            Behind::Http2(server) => server.log(),
        }
    }
}

impl Behind {
    fn addr(&self) -> SocketAddr {
        match self {
            Self::Http1(emulator) => emulator.addr(),
            Self::Http2(server) => server.addr(),
        }
    }
}
