#![doc = include_str!("../README.md")]
#![allow(
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "a play that cannot go on is a failure to be told"
)]

mod arrange;
mod case;
mod consumer;
mod coverage;
mod executor;
mod input;
mod journal;
mod law;
mod many;
mod methods;
pub mod net;
mod noted;
mod play;
mod runs;
pub mod scenario;
mod shrink;
mod stacked;
mod stage;
mod story;
mod watcher;

pub use coverage::Coverage;
pub use many::{Sum, many, seed_of};
pub use play::{Played, play};
pub use shrink::{Failure, shrink};
