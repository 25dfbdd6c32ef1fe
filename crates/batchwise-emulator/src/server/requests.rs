//! The reader of requests, for a fuzzer: only a build with `--cfg fuzzing` has this.

use bytes::Bytes;
use http::Request;

use super::http1::{Connection, Incoming};
use super::pieces::Pieces;

/// What was read of one connection.
#[derive(Debug)]
pub struct Conversation {
    /// The requests, in order.
    pub requests: Vec<Request<Bytes>>,
    /// The status that what follows them is refused with; `None` where the connection just ended.
    pub refused: Option<u16>,
}

/// Reads the requests out of what a client sends, in pieces of at most so many bytes.
pub async fn requests(bytes: &[u8], piece: usize) -> Conversation {
    let mut connection = Connection::new(Pieces::new(bytes, piece));
    let mut requests = Vec::new();
    let refused = loop {
        match connection.next().await {
            Ok(Incoming::Request(request)) => requests.push(*request),
            Ok(Incoming::Unreadable(status)) => break Some(status),
            Ok(Incoming::End) | Err(_) => break None,
        }
    };
    Conversation { requests, refused }
}
