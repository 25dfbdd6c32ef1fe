//! How far a job is, or the reading of lists: live lines on a terminal, a plain line now and then elsewhere.
//!
//! What is shown is a value of what was observed and the time ([`Course`](look::Course)); a thread of its own shows it, so that neither a
//! slow terminal nor a slow redraw is ever in the job's way.

mod args;
mod calls;
mod display;
mod finds;
mod look;
mod mode;
mod outlook;
mod paint;
mod speed;
mod tally;
mod text;
mod wait;

pub(crate) use args::ProgressArgs;
pub(crate) use display::Progress;
pub(crate) use finds::Finds;
pub(crate) use mode::Mode;
pub(crate) use outlook::Outlook;
pub(crate) use paint::Paint;
pub(crate) use tally::Words;
pub(crate) use text::{counted, grouped, span};
