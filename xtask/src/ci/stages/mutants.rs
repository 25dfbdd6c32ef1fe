//! Deliberate bugs, and whether the simulator sees them.

use crate::ci::stage::Stage;
use crate::simulate;

pub(super) const STAGE: Stage = Stage {
    name: "mutants",
    about: "the simulator catches every deliberate bug",
    mend: "cargo xtask simulate --mutants BUG, with the bug that it names",
    run: simulate::all_mutants,
};
