//! `batchwise doctor`: whether settings, host, TLS, clock and credentials are in order. It deletes nothing.

mod args;
mod check;
mod clock;
mod host;
mod login;
mod patient;
mod run;

pub(crate) use args::DoctorArgs;
pub(crate) use run::run;
