//! The journal of a job: where it lies, how a job goes on, and what is read from it.

mod args;
mod invocation;
mod state;

pub(crate) use args::{LedgerArgs, ResumeArg};
pub(crate) use invocation::Invocation;
pub(crate) use state::{STATE_DIR, StateDirectory};
