//! The deliberate bugs: what people who write such a client get wrong.

mod journal;
mod plan;
mod providers;
mod run;

use super::bug::Bug;

/// All of them, in the order of the table.
pub(super) fn all() -> Vec<Bug> {
    [plan::BUGS, run::BUGS, journal::BUGS, providers::BUGS].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_bugs_share_a_name() {
        let bugs = all();
        let names: BTreeSet<&str> = bugs.iter().map(|bug| bug.name).collect();
        assert_eq!(names.len(), bugs.len());
    }

    #[test]
    fn no_name_is_the_beginning_of_a_table_cell() {
        for bug in all() {
            assert!(!bug.what.contains('|') && !bug.name.contains(' '), "{}", bug.name);
        }
    }
}
