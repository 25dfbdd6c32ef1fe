//! A clock that never makes a test wait, and a transport that says what it is told to.

mod fake_clock;
mod probe;
mod scripted_transport;

pub use fake_clock::FakeClock;
pub use probe::Probe;
pub use scripted_transport::ScriptedTransport;
