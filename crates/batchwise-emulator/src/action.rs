//! What becomes of a request: an answer, and how much of it is delivered.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

/// What the server does after it handled a request. The rims carry it out: on a socket, or as a transport's result.
#[derive(Debug, Clone)]
pub struct Action {
    /// The answer; where nothing is delivered it is the one that gets lost.
    pub answer: Response<Bytes>,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// How an answer is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// Whole.
    Whole,
    /// Whole, in pieces over this time.
    Slow(Duration),
    /// The head and half of the body, then the connection closes.
    Cut,
    /// Nothing; the connection is refused, or reset where it was accepted already.
    Refused,
    /// Nothing; the connection is reset.
    Reset,
    /// Nothing; the connection is closed in good order.
    Closed,
    /// Nothing; the connection stays open.
    Never,
}
