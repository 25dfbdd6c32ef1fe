//! What is said when a job has ended.

mod again;
mod block;
mod reasons;

pub(crate) use again::Again;
pub(crate) use block::Ending;
