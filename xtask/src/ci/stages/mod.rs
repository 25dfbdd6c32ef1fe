//! The checks, cheapest first.

mod clippy;
mod clippy_crates;
mod demo;
mod deny;
mod doc;
mod fault_matrix;
mod features;
mod fmt;
mod load;
mod mutants;
mod simulate;
mod test;
mod tree;

use super::stage::Stage;

/// Every check, in the order in which they run.
///
/// The order keeps dependencies from being built again and again: the stages up to `doc` share what `cargo check` left.
pub(crate) const STAGES: &[Stage] = &[
    fmt::STAGE,
    tree::STAGE,
    deny::STAGE,
    clippy::STAGE,
    doc::STAGE,
    clippy_crates::STAGE,
    features::STAGE,
    test::STAGE,
    simulate::STAGE,
    mutants::STAGE,
    fault_matrix::STAGE,
    demo::STAGE,
    load::STAGE,
];
