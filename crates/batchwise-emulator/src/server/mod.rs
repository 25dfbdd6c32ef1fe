//! The world on a loopback port.

mod emulator;
mod http1;
#[cfg(any(test, fuzzing))]
mod pieces;
#[cfg(fuzzing)]
mod requests;
mod serve;

pub use emulator::Emulator;
#[cfg(fuzzing)]
pub use requests::{Conversation, requests};
