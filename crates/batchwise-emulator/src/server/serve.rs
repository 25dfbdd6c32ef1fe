//! One connection, from its first request to its end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::http1::{Connection, Incoming, head, keeps_alive};
use crate::action::Delivery;
use crate::answer;
use crate::shared::Shared;

/// Pieces that a slow answer comes in.
const PIECES: u32 = 10;

/// Serves a connection until it ends, breaks on purpose, or the server stops.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(stream);
    loop {
        let incoming = tokio::select! {
            incoming = connection.next() => incoming?,
            () = until_stop(&mut stop) => return Ok(()),
        };
        let request = match incoming {
            Incoming::Request(request) => request,
            Incoming::End => return Ok(()),
            Incoming::Unreadable(status) => {
                send(&mut connection.stream, &answer::html(status), false).await?;
                return connection.stream.shutdown().await;
            }
        };
        let keep_alive = keeps_alive(&request) && !*stop.borrow();
        let action = shared.handle(&request);
        match action.delivery {
            Delivery::Whole => send(&mut connection.stream, &action.answer, keep_alive).await?,
            Delivery::Slow(time) => drip(&mut connection.stream, &action.answer, keep_alive, time, &shared).await?,
            Delivery::Cut => {
                let mut bytes = head(&action.answer, keep_alive);
                let body = action.answer.body();
                bytes.extend_from_slice(body.get(..body.len() / 2).unwrap_or_default());
                connection.stream.write_all(&bytes).await?;
                return connection.stream.shutdown().await;
            }
            Delivery::Closed => return connection.stream.shutdown().await,
            Delivery::Refused | Delivery::Reset => {
                // With no time to linger, closing sends a reset instead of a good-bye.
                return connection.stream.set_zero_linger();
            }
            Delivery::Never => {
                tokio::select! {
                    () = wait_for_end(&mut connection.stream) => {}
                    () = until_stop(&mut stop) => {}
                }
                return Ok(());
            }
        }
        if !keep_alive {
            return connection.stream.shutdown().await;
        }
    }
}

async fn send(stream: &mut TcpStream, response: &Response<Bytes>, keep_alive: bool) -> io::Result<()> {
    let mut bytes = head(response, keep_alive);
    bytes.extend_from_slice(response.body());
    stream.write_all(&bytes).await
}

async fn drip(
    stream: &mut TcpStream,
    response: &Response<Bytes>,
    keep_alive: bool,
    time: Duration,
    shared: &Shared,
) -> io::Result<()> {
    stream.write_all(&head(response, keep_alive)).await?;
    let pieces = usize::try_from(PIECES).unwrap_or(1);
    for piece in response.body().chunks(response.body().len().div_ceil(pieces).max(1)) {
        shared.sleep(time / PIECES).await;
        stream.write_all(piece).await?;
    }
    Ok(())
}

/// Reads and forgets until the client goes away.
async fn wait_for_end(stream: &mut TcpStream) {
    let mut scrap = [0_u8; 1024];
    while matches!(stream.read(&mut scrap).await, Ok(bytes) if bytes > 0) {}
}

/// Waits until the server stops.
pub(super) async fn until_stop(stop: &mut watch::Receiver<bool>) {
    // An error means that the server is gone, which is a stop too.
    let _ = stop.wait_for(|stopped| *stopped).await;
}
