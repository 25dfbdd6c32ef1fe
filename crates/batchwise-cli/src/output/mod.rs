//! Outcomes on standard output.

mod row;
mod writer;

pub(crate) use row::{OutcomeRow, facts_of, one_line, stamp, time};
pub(crate) use writer::{OutcomeWriter, defused};
