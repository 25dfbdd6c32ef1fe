//! What is said when a job has ended.

mod block;
mod reasons;

pub(crate) use block::{Ending, OutcomeFile};
