//! A listing: one line for each public item.

use std::collections::BTreeSet;

/// The listing of a crate, beside its manifest.
pub(crate) const FILE: &str = "public-api.txt";

/// What became of an interface between two listings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Lines that are there no longer: whoever used them breaks.
    pub(crate) gone: Vec<String>,
    /// Lines that are new.
    pub(crate) new: Vec<String>,
}

impl Change {
    /// From the old listing to the new one.
    pub(crate) fn between(old: &str, new: &str) -> Self {
        let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (items(old).collect(), items(new).collect());
        let lines = |difference: std::collections::btree_set::Difference<'_, &str>| {
            difference.map(|line| (*line).to_owned()).collect()
        };
        Self {
            gone: lines(old.difference(&new)),
            new: lines(new.difference(&old)),
        }
    }

    /// True where nothing changed.
    pub(crate) fn is_none(&self) -> bool {
        self.gone.is_empty() && self.new.is_empty()
    }

    /// True where code that compiled may compile no longer. A signature that changed is a line gone and a line new.
    pub(crate) fn breaks(&self) -> bool {
        !self.gone.is_empty()
    }
}

fn items(listing: &str) -> impl Iterator<Item = &str> {
    listing
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_signature_breaks() {
        let change = Change::between("pub fn a::f()\n", "pub fn a::f(u8)\n");
        assert!(change.breaks());
        assert_eq!(change.new, ["pub fn a::f(u8)"]);
    }

    #[test]
    fn what_is_only_new_breaks_nobody() {
        let change = Change::between("pub mod a\n", "pub mod a\npub fn a::f()\n");
        assert!(!change.breaks() && !change.is_none());
    }

    #[test]
    fn order_and_remarks_change_nothing() {
        assert!(Change::between("# x\nb\na\n", "# y\na\nb\n").is_none());
    }
}
