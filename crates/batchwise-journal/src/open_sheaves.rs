//! The sheaves whose records are on their way.

use std::collections::{BTreeMap, HashMap};

use crate::sheaf::SPAN;
use crate::words;

/// A sheaf that this run wrote and whose records have no outcome yet.
#[derive(Debug)]
pub(crate) struct OpenSheaf {
    pub(crate) id: i64,
    /// Of its records; they rise.
    pub(crate) lines: Vec<i64>,
}

impl OpenSheaf {
    fn has(&self, line: i64) -> bool {
        self.lines.binary_search(&line).is_ok()
    }
}

/// All of them: few, since no more than a few batches are on their way at once.
#[derive(Debug, Default)]
pub(crate) struct OpenSheaves {
    /// By scope and first line.
    sheaves: HashMap<String, BTreeMap<i64, OpenSheaf>>,
}

impl OpenSheaves {
    pub(crate) fn insert(&mut self, scope: &str, sheaf: OpenSheaf) {
        let Some(first) = sheaf.lines.first() else { return };
        if let Some(of_scope) = self.sheaves.get_mut(scope) {
            of_scope.insert(*first, sheaf);
        } else {
            self.sheaves.insert(scope.to_owned(), BTreeMap::from([(*first, sheaf)]));
        }
    }

    /// Takes out the one that has the records of these lines and no other.
    pub(crate) fn take_whole(&mut self, scope: &str, lines: &[u64]) -> Option<OpenSheaf> {
        let first = words::signed(*lines.first()?);
        let of_scope = self.sheaves.get_mut(scope)?;
        let sheaf = of_scope.get(&first)?;
        let is_it = sheaf.lines.len() == lines.len()
            && sheaf
                .lines
                .iter()
                .zip(lines)
                .all(|(one, other)| *one == words::signed(*other));
        if !is_it {
            return None;
        }
        let whole = of_scope.remove(&first);
        self.forget_empty(scope);
        whole
    }

    /// Takes out the one that has the record of this line and scope.
    pub(crate) fn take(&mut self, scope: &str, line: i64) -> Option<OpenSheaf> {
        let of_scope = self.sheaves.get_mut(scope)?;
        let near = of_scope.range(line.saturating_sub(SPAN)..=line);
        let first = near.rev().find(|(_, sheaf)| sheaf.has(line)).map(|(first, _)| *first)?;
        let sheaf = of_scope.remove(&first);
        self.forget_empty(scope);
        sheaf
    }

    fn forget_empty(&mut self, scope: &str) {
        if self.sheaves.get(scope).is_some_and(BTreeMap::is_empty) {
            self.sheaves.remove(scope);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheaf(id: i64, lines: &[i64]) -> OpenSheaf {
        OpenSheaf {
            id,
            lines: lines.to_vec(),
        }
    }

    #[test]
    fn a_sheaf_is_found_by_each_of_its_records_and_taken_out_once() {
        for line in [5, 7, 9] {
            let mut open = OpenSheaves::default();
            open.insert("", sheaf(1, &[5, 7, 9]));
            open.insert("", sheaf(2, &[6, 8]));
            open.insert("00042", sheaf(3, &[5, 7, 9]));
            assert!(open.take("", 10).is_none());
            assert!(open.take_whole("", &[5, 7]).is_none() && open.take_whole("", &[7, 9]).is_none());
            assert!(open.take("00043", line).is_none());
            assert_eq!(open.take("", line).unwrap().id, 1);
            assert!(open.take("", line).is_none());
            assert_eq!(open.take("", 8).unwrap().id, 2);
            assert_eq!(open.take_whole("00042", &[5, 7, 9]).unwrap().id, 3);
            assert!(open.sheaves.is_empty());
        }
    }
}
