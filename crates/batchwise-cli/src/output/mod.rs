//! Outcomes on standard output.

mod row;
mod writer;

pub(crate) use row::{OutcomeRow, one_line, time};
pub(crate) use writer::{OutcomeWriter, defused};
