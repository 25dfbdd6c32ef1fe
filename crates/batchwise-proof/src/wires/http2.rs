//! The emulator's world over HTTP/2, each way of breaking off in the form that HTTP/2 has for it:
//!
//! - refused: `RST_STREAM` with `REFUSED_STREAM`;
//! - reset: the connection is reset, with all of its streams;
//! - closed in good order: `GOAWAY` with `NO_ERROR`, which counts the stream among those that were taken, and the end;
//! - never answered: the stream stays open;
//! - cut: half of the `DATA` that the head announced, and the end of the stream;
//! - slow: `DATA` in ten frames.

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use anyhow::Result;
use batchwise_core::clock::SharedClock;
use batchwise_emulator::{Delivery, EmulatorConfig, LogEntry, Truth, World};
use bytes::{Bytes, BytesMut};
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderValue, Request, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

/// Frames that a slow answer comes in.
const FRAMES: u32 = 10;

/// A world on a port; dropping it ends it with all of its connections.
#[derive(Debug)]
pub(crate) struct Http2 {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    world: Mutex<World>,
    clock: SharedClock,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, time: Duration) {
        self.clock.sleep_until(self.clock.now() + time).await;
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Http2 {
    /// With `resets`, a connection that this side ends is reset and not closed.
    pub(crate) async fn start(config: EmulatorConfig, clock: SharedClock, resets: bool) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            world: Mutex::new(World::new(config, clock.now(), clock.wall())),
            clock,
        });
        let of_server = Arc::clone(&shared);
        let server = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                // What becomes of a connection is its client's to see.
                connections.spawn(serve(stream, Arc::clone(&of_server), resets));
            }
        });
        Ok(Self {
            address,
            shared,
            server,
        })
    }

    pub(crate) const fn addr(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn truth(&self) -> Truth {
        self.shared.world().truth()
    }

    pub(crate) fn log(&self) -> Vec<LogEntry> {
        self.shared.world().log()
    }
}

impl Drop for Http2 {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What a request may ask of its connection.
#[derive(Debug)]
enum End {
    Break,
    GoAway,
}

async fn serve(stream: TcpStream, shared: Arc<Shared>, resets: bool) -> Result<()> {
    stream.set_nodelay(true)?;
    if resets {
        stream.set_zero_linger()?;
    }
    let mut connection = h2::server::handshake(stream).await?;
    let mut requests = JoinSet::new();
    let (ask, mut asked) = mpsc::unbounded_channel();
    loop {
        tokio::select! {
            accepted = connection.accept() => {
                let Some(accepted) = accepted else { return Ok(()) };
                let (request, respond) = accepted?;
                requests.spawn(handle(request, respond, Arc::clone(&shared), ask.clone()));
            }
            Some(end) = asked.recv() => match end {
                End::Break => return Ok(()),
                End::GoAway => {
                    connection.abrupt_shutdown(Reason::NO_ERROR);
                    return Ok(poll_fn(|cx| connection.poll_closed(cx)).await?);
                }
            },
        }
    }
}

async fn handle(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    shared: Arc<Shared>,
    connection: mpsc::UnboundedSender<End>,
) -> Result<()> {
    let request = whole(request).await?;
    let action = {
        let mut world = shared.world();
        let now = shared.clock.now();
        world.handle(now, &request)
    };
    match action.delivery {
        Delivery::Whole => {
            let (mut stream, body) = head(action.answer, &mut respond)?;
            stream.send_data(body, true)?;
        }
        Delivery::Slow(time) => {
            let (mut stream, mut body) = head(action.answer, &mut respond)?;
            let piece = body.len().div_ceil(usize::try_from(FRAMES)?).max(1);
            while !body.is_empty() {
                shared.sleep(time / FRAMES).await;
                let frame = body.split_to(piece.min(body.len()));
                stream.send_data(frame, body.is_empty())?;
            }
        }
        Delivery::Cut => {
            let (mut stream, mut body) = head(action.answer, &mut respond)?;
            body.truncate(body.len() / 2);
            stream.send_data(body, true)?;
        }
        Delivery::Refused => respond.send_reset(Reason::REFUSED_STREAM),
        Delivery::Reset => connection.send(End::Break)?,
        Delivery::Closed => connection.send(End::GoAway)?,
        // The stream lives as long as the connection.
        _ => std::future::pending::<()>().await,
    }
    Ok(())
}

/// Reads a request to its last byte.
async fn whole(request: Request<RecvStream>) -> Result<Request<Bytes>> {
    let (parts, mut stream) = request.into_parts();
    let mut body = BytesMut::new();
    while let Some(data) = stream.data().await {
        let data = data?;
        stream.flow_control().release_capacity(data.len())?;
        body.extend_from_slice(&data);
    }
    Ok(Request::from_parts(parts, body.freeze()))
}

/// Sends a head with the length of its body.
fn head(answer: Response<Bytes>, respond: &mut SendResponse<Bytes>) -> Result<(SendStream<Bytes>, Bytes)> {
    let (mut parts, body) = answer.into_parts();
    parts
        .headers
        .insert(http::header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let stream = respond.send_response(Response::from_parts(parts, ()), false)?;
    Ok((stream, body))
}
