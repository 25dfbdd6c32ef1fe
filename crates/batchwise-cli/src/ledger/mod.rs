//! The journal of a job: where it lies, how a job goes on, and what is read from it.

mod args;
mod closing;
mod done;
mod invocation;
mod lookup;
mod manage;
mod open;
mod resume;
mod shell;
mod state;
mod whole;

pub(crate) use args::{LedgerArgs, ResumeArg};
pub(crate) use closing::{Closing, WayOn};
pub(crate) use done::{check_input, finished_at};
pub(crate) use invocation::Invocation;
pub(crate) use lookup::{JournalLookup, detail, provider};
pub(crate) use manage::{JournalCommand, manage};
pub(crate) use open::{About, Ledger, Prospect};
pub(crate) use resume::{ResumeArgs, command_of};
pub(crate) use shell::{command_line, quoted};
pub(crate) use state::StateDirectory;
pub(crate) use whole::{finished_job, whole_job};
