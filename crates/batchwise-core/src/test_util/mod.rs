//! A clock that never makes a test wait, and a transport that says what it is told to.

mod fake_clock;
mod scripted_transport;

pub use fake_clock::FakeClock;
pub use scripted_transport::ScriptedTransport;
