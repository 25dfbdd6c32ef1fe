//! Outcomes on standard output.

mod row;
mod writer;

pub(crate) use row::OutcomeRow;
pub(crate) use writer::OutcomeWriter;
