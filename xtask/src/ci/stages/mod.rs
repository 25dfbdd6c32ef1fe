//! The checks, cheapest first.

mod advisories;
mod api;
mod clippy;
mod conformance;
mod demo;
mod deny;
mod doc;
mod fault_matrix;
mod features;
mod fmt;
mod fuzz;
mod house;
mod load;
mod machete;
mod minimal;
mod msrv;
mod mutants;
mod package;
mod semver;
mod simulate;
mod taplo;
mod test;
mod tree;
mod typos;

use super::stage::Stage;

/// Every check, in the order in which they run.
///
/// The order keeps dependencies from being built again and again: the stages up to `features` share what `cargo check` left.
pub(crate) const STAGES: &[Stage] = &[
    fmt::STAGE,
    taplo::STAGE,
    typos::STAGE,
    house::STAGE,
    tree::STAGE,
    deny::STAGE,
    advisories::STAGE,
    machete::STAGE,
    clippy::STAGE,
    doc::STAGE,
    api::STAGE,
    features::STAGE,
    test::STAGE,
    conformance::STAGE,
    simulate::STAGE,
    mutants::STAGE,
    fault_matrix::STAGE,
    demo::STAGE,
    load::STAGE,
    fuzz::STAGE,
    msrv::STAGE,
    minimal::STAGE,
    package::STAGE,
    semver::STAGE,
];

/// What `--quick` runs: nothing that has to be built for itself alone, and under three minutes together on a warm tree.
pub(crate) const QUICK: &[&str] = &["fmt", "taplo", "typos", "house", "tree", "clippy", "doc", "test"];

/// How often `--quick` kills the command; the whole run does it as often as its tests say.
pub(crate) const QUICK_KILLS: &str = "8";

/// What runs only where it is named: each has a build of its own that no other stage shares, and the whole run has to end in forty
/// minutes on two cores.
pub(crate) const BY_NAME: [&str; 2] = ["mutants", "load"];
