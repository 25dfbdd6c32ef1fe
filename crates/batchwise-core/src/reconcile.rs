//! Holds an answer against what was sent.

use std::collections::HashMap;

use crate::record::{Identity, Record};
use crate::reply::{Reply, Statement};

/// What an answer means for one record of its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The answer says this of the record.
    Said(Statement),
    /// The answer does not mention the record.
    Missing,
    /// The answer says different things of the record.
    Conflicting,
    /// The answer gives results by position, and their number is not that of the records.
    Misaligned,
}

/// An answer held against its request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// One finding for each record, in the order of the request.
    pub findings: Vec<Finding>,
    /// Names in the answer that were not sent.
    pub unexpected: usize,
}

/// Finds for each record of a request what the answer says of it: pure, total, one finding for each record.
///
/// Silence is `Missing`, never success. The same statement twice is one statement; two different ones are `Conflicting`.
/// Names that were not sent are counted and change nothing.
#[must_use]
pub fn reconcile<R: Record>(sent: &[R], reply: Reply) -> Reconciled {
    match reply {
        Reply::Positional(statements) if statements.len() == sent.len() => Reconciled {
            findings: statements.into_iter().map(Finding::Said).collect(),
            unexpected: 0,
        },
        Reply::Positional(_) => Reconciled {
            findings: vec![Finding::Misaligned; sent.len()],
            unexpected: 0,
        },
        Reply::Named(statements) => by_name(sent, statements),
    }
}

fn by_name<R: Record>(sent: &[R], statements: Vec<(Identity, Statement)>) -> Reconciled {
    if names_each_in_order(sent, &statements) {
        return Reconciled {
            findings: statements
                .into_iter()
                .map(|(_, statement)| Finding::Said(statement))
                .collect(),
            unexpected: 0,
        };
    }
    let mut unexpected = 0;
    let index: HashMap<Identity, usize> = sent
        .iter()
        .enumerate()
        .map(|(at, record)| (record.identity(), at))
        .collect();
    let mut findings = vec![Finding::Missing; sent.len()];
    for (name, statement) in statements {
        let Some(finding) = index.get(&name).and_then(|at| findings.get_mut(*at)) else {
            unexpected += 1;
            continue;
        };
        *finding = match std::mem::replace(finding, Finding::Conflicting) {
            Finding::Missing => Finding::Said(statement),
            Finding::Said(earlier) if earlier.said == statement.said => Finding::Said(earlier),
            Finding::Said(_) | Finding::Conflicting | Finding::Misaligned => Finding::Conflicting,
        };
    }
    Reconciled { findings, unexpected }
}

/// True when the statements name exactly what was sent, each once and in that order, as nearly every answer does.
pub(crate) fn names_each_in_order<R: Record>(sent: &[R], statements: &[(Identity, Statement)]) -> bool {
    statements.len() == sent.len()
        && sent
            .iter()
            .zip(statements)
            .all(|(record, (name, _))| record.identity() == *name)
        && distinct(statements)
}

/// True when no name comes twice, given that the names are those of the request in its order: a planner never puts the
/// same record into a request twice, so only a caller of its own can.
fn distinct(statements: &[(Identity, Statement)]) -> bool {
    let mut rising = true;
    for pair in statements.windows(2) {
        if let [(left, _), (right, _)] = pair {
            rising &= left < right;
        }
    }
    if rising {
        return true;
    }
    let mut names: Vec<&Identity> = statements.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names
        .windows(2)
        .all(|pair| matches!(pair, [left, right] if left != right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::Id;
    use crate::reply::Said;
    use proptest::prelude::*;

    fn sent(ids: &[u64]) -> Vec<Id> {
        ids.iter().copied().map(Id).collect()
    }

    fn named(pairs: &[(u64, Said)]) -> Reply {
        Reply::Named(
            pairs
                .iter()
                .map(|(id, said)| (Identity::number(*id), Statement::new(*said)))
                .collect(),
        )
    }

    fn said(said: Said) -> Finding {
        Finding::Said(Statement::new(said))
    }

    #[test]
    fn finds_statements_by_name_in_any_order() {
        let found = reconcile(&sent(&[1, 2]), named(&[(2, Said::Absent), (1, Said::Done)]));
        assert_eq!(found.findings, [said(Said::Done), said(Said::Absent)]);
    }

    #[test]
    fn silence_is_missing_never_success() {
        let found = reconcile(&sent(&[1, 2]), named(&[(1, Said::Done)]));
        assert_eq!(found.findings, [said(Said::Done), Finding::Missing]);
        let found = reconcile(&sent(&[1, 2]), named(&[]));
        assert_eq!(found.findings, [Finding::Missing, Finding::Missing]);
    }

    #[test]
    fn different_statements_about_one_record_conflict() {
        let found = reconcile(&sent(&[1]), named(&[(1, Said::Done), (1, Said::Absent)]));
        assert_eq!(found.findings, [Finding::Conflicting]);
        let found = reconcile(
            &sent(&[1]),
            named(&[(1, Said::Done), (1, Said::Absent), (1, Said::Done)]),
        );
        assert_eq!(found.findings, [Finding::Conflicting]);
    }

    #[test]
    fn the_same_statement_twice_is_one() {
        let found = reconcile(&sent(&[1]), named(&[(1, Said::Done), (1, Said::Done)]));
        assert_eq!(found.findings, [said(Said::Done)]);
    }

    #[test]
    fn names_that_were_not_sent_are_counted_and_change_nothing() {
        let found = reconcile(&sent(&[1]), named(&[(9, Said::Done), (1, Said::Absent)]));
        assert_eq!((found.findings, found.unexpected), (vec![said(Said::Absent)], 1));
    }

    #[test]
    fn statements_about_a_record_that_was_sent_twice_are_told_by_its_name_not_by_their_places() {
        let found = reconcile(&sent(&[1, 1]), named(&[(1, Said::Done), (1, Said::Absent)]));
        assert_eq!(found.findings, [Finding::Missing, Finding::Conflicting]);
        let found = reconcile(
            &sent(&[2, 1, 2]),
            named(&[(2, Said::Done), (1, Said::Done), (2, Said::Absent)]),
        );
        assert_eq!(
            found.findings,
            [Finding::Missing, said(Said::Done), Finding::Conflicting]
        );
    }

    #[test]
    fn positions_count_only_when_the_lengths_agree() {
        let three = Reply::Positional(vec![Statement::new(Said::Done); 3]);
        assert_eq!(reconcile(&sent(&[1, 2]), three).findings, vec![Finding::Misaligned; 2]);
        let two = Reply::Positional(vec![Statement::new(Said::Done), Statement::new(Said::Unmatched)]);
        assert_eq!(
            reconcile(&sent(&[1, 2]), two).findings,
            [said(Said::Done), said(Said::Unmatched)]
        );
    }

    proptest! {
        #[test]
        fn every_record_has_one_finding_and_only_what_was_said(
            ids in proptest::collection::btree_set(0u64..20, 0..12),
            statements in proptest::collection::vec((0u64..25, any::<bool>()), 0..30),
        ) {
            let ids: Vec<u64> = ids.into_iter().collect();
            let pairs: Vec<(u64, Said)> =
                statements.into_iter().map(|(id, done)| (id, if done { Said::Done } else { Said::Absent })).collect();
            let found = reconcile(&sent(&ids), named(&pairs));
            prop_assert_eq!(found.findings.len(), ids.len());
            for (id, finding) in ids.iter().zip(&found.findings) {
                let done = pairs.contains(&(*id, Said::Done));
                let absent = pairs.contains(&(*id, Said::Absent));
                let expected = match (done, absent) {
                    (true, true) => Finding::Conflicting,
                    (true, false) => said(Said::Done),
                    (false, true) => said(Said::Absent),
                    (false, false) => Finding::Missing,
                };
                prop_assert_eq!(finding, &expected);
            }
            let extra = pairs.iter().filter(|(id, _)| !ids.contains(id)).count();
            prop_assert_eq!(found.unexpected, extra);
        }
    }
}
