//! A few seconds of any bytes.

use crate::ci::stage::Stage;
use crate::fuzz;

pub(super) const STAGE: Stage = Stage {
    name: "fuzz",
    about: "no bytes from outside panic, cost too much or break the law: what is known, and a few seconds of what is not",
    mend: "cargo xtask fuzz TARGET; make the input that it names a unit test of the crate that it breaks",
    run: fuzz::short,
};
