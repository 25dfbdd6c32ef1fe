//! Jobs by chance, held against the law.

use crate::ci::stage::Stage;
use crate::simulate;

pub(super) const STAGE: Stage = Stage {
    name: "simulate",
    about: "20,000 simulated jobs keep the law",
    mend: "cargo xtask simulate --one SEED, with the seed that it names",
    run: simulate::short,
};
