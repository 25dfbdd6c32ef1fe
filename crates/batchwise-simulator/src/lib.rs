#![doc = include_str!("../README.md")]
#![allow(
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "a play that cannot go on is a failure to be told"
)]

mod arrange;
mod consumer;
mod coverage;
mod executor;
mod input;
mod law;
mod many;
mod methods;
pub mod net;
mod play;
pub mod scenario;
mod shrink;
mod stacked;
mod story;
mod watcher;

pub use coverage::Coverage;
pub use many::{Sum, many, seed_of};
pub use play::{Played, play};
pub use shrink::{Failure, shrink};
