//! The world on a loopback port.

mod emulator;
mod http1;
mod serve;

pub use emulator::Emulator;
