//! Bugs in what answers and failures mean.

use crate::simulate::bug::Bug;

const SETTLE: &str = "crates/batchwise-core/src/plan/settle.rs";
const OFFER: &str = "crates/batchwise-core/src/plan/offer.rs";
const CHOOSE: &str = "crates/batchwise-core/src/plan/choose.rs";
const REFUSE: &str = "crates/batchwise-core/src/plan/refuse.rs";
const RECONCILE: &str = "crates/batchwise-core/src/reconcile.rs";

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "silence-is-success",
        what: "a record that the answer leaves out counts as done",
        file: SETTLE,
        find: "                Finding::Missing => ReasonKind::Silent,",
        replace: "                Finding::Missing if on! => {
                    self.said(pending.record, pending.meta, &mut Statement::new(Said::Done), now);
                    continue;
                }
                Finding::Missing => ReasonKind::Silent,",
    },
    Bug {
        name: "first-word-counts",
        what: "of two statements that contradict each other the first is believed",
        file: RECONCILE,
        find: "            Finding::Said(earlier) if earlier.said == statement.said => Finding::Said(earlier),",
        replace: "            Finding::Said(earlier) if on! || earlier.said == statement.said => Finding::Said(earlier),",
    },
    Bug {
        name: "aligned-off-by-one",
        what: "statements by position belong to the record beside theirs",
        file: RECONCILE,
        find: "            findings: statements.into_iter().map(Finding::Said).collect(),",
        replace: "            findings: {
                let mut statements = statements;
                if on! && !statements.is_empty() {
                    statements.rotate_left(1);
                }
                statements.into_iter().map(Finding::Said).collect()
            },",
    },
    Bug {
        name: "shorter-list-is-believed",
        what: "positions count even when the answer has fewer than were sent",
        file: RECONCILE,
        find: "        Reply::Positional(statements) if statements.len() == sent.len() => Reconciled {",
        replace: "        Reply::Positional(statements) if on! || statements.len() == sent.len() => Reconciled {",
    },
    Bug {
        name: "not-found-after-a-lost-answer",
        what: "absence reads not_found although an earlier call may have removed the record",
        file: SETTLE,
        find: "            Said::Absent => match meta.take_doubt() {",
        replace: "            Said::Absent => match meta.take_doubt().filter(|_| !on!) {",
    },
    Bug {
        name: "refused-after-a-lost-answer",
        what: "a refusal reads rejected although an earlier call may have removed the record",
        file: REFUSE,
        find: "            let (verdict, reason) = match acted.or_else(|| meta.doubt().cloned()) {",
        replace: "            let (verdict, reason) = match acted.or_else(|| meta.doubt().cloned()).filter(|_| !on!) {",
    },
    Bug {
        name: "not-sent-after-a-lost-answer",
        what: "a stopped job says not_sent of records that a call with a lost answer carried",
        file: CHOOSE,
        find: "                Some(doubt) => (Verdict::Unknown, doubt.clone()),
                // Why the job stopped",
        replace: "                Some(doubt) if !on! => (Verdict::Unknown, doubt.clone()),
                Some(_) => (Verdict::NotSent, stop.clone()),
                // Why the job stopped",
    },
    Bug {
        name: "lost-with-a-failed-call",
        what: "a record of a batch whose call failed is dropped",
        file: SETTLE,
        find: "            pending.meta.count_failure(self.answered);
            again.push(pending);",
        replace: "            pending.meta.count_failure(self.answered);
            if on! && !again.is_empty() {
                self.unsettled -= 1;
                continue;
            }
            again.push(pending);",
    },
    Bug {
        name: "lost-at-a-stop",
        what: "a stopped job forgets the records that it had read ahead",
        file: CHOOSE,
        find: "            rest.extend(lane.fresh);",
        replace: "            if !on! {
                rest.extend(lane.fresh);
            }",
    },
    Bug {
        name: "repeats-are-sent",
        what: "a repeat of a record is a record of its own",
        file: OFFER,
        find: "        if R::is_repeatable() {",
        replace: "        if R::is_repeatable() || on! {",
    },
    Bug {
        name: "the-neighbour-is-blamed",
        what: "a refusal by name falls on the record before the one that it names",
        file: REFUSE,
        find: "            let violation = error.violations().iter().find(|violation| violation.index == index);",
        replace: "            let violation = error.violations().iter().find(|violation| violation.index == index + usize::from(on!));",
    },
    Bug {
        name: "all-are-blamed",
        what: "a batch that is refused without a name is rejected as a whole",
        file: REFUSE,
        find: "        if batch.records.len() == 1 {
            self.refuse_alone(batch, error);
            return;
        }
        let search",
        replace: "        if batch.records.len() == 1 || on! {
            self.refuse_alone(batch, error);
            return;
        }
        let search",
    },
    Bug {
        name: "busy-is-done",
        what: "a record in use counts as done",
        file: SETTLE,
        find: "            Said::Busy { partly } => {",
        replace: "            Said::Busy { .. } if on! => (self.done(), None),
            Said::Busy { partly } => {",
    },
    Bug {
        name: "parents-first",
        what: "records of a later stage do not wait for the earlier ones",
        file: OFFER,
        find: "        if record.stage() > self.stage {",
        replace: "        if record.stage() > self.stage && !on! {",
    },
    Bug {
        name: "rivals-together",
        what: "records that touch the same thing are in flight together",
        file: "crates/batchwise-core/src/plan/lane.rs",
        find: "        .all(|key| !touched.contains(key) && !blocked.contains(key))",
        replace: "        .all(|key| on! || (!touched.contains(key) && !blocked.contains(key)))",
    },
    Bug {
        name: "attempts-without-end",
        what: "a record that never gets an answer is tried on and on",
        file: SETTLE,
        find: "            if pending.meta.failures() >= self.options.max_attempts {",
        replace: "            if pending.meta.failures() >= self.options.max_attempts && !on! {",
    },
    Bug {
        name: "retries-without-end",
        what: "nothing bounds what an outage costs",
        file: "crates/batchwise-core/src/plan/pace.rs",
        find: "        self.left == 0\n",
        replace: "        self.left == 0 && !on!\n",
    },
];
