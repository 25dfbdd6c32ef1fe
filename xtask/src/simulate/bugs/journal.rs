//! Bugs in what is written down, and in what a job that goes on makes of it.

use crate::simulate::bug::Bug;

const CALL: &str = "crates/batchwise-core/src/run/call.rs";
const DRIVER: &str = "crates/batchwise-core/src/run/driver.rs";
const LEDGER: &str = "crates/batchwise-core/src/run/ledger.rs";
const VERDICT: &str = "crates/batchwise-core/src/journal/verdict.rs";
const OFFER: &str = "crates/batchwise-core/src/plan/offer.rs";

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "intent-after-the-call",
        what: "a batch leaves without a word to the journal",
        file: CALL,
        find: "        if told_all && told <= round {",
        replace: "        if on! || (told_all && told <= round) {",
    },
    Bug {
        name: "noted-ahead-is-not-awaited",
        what: "a batch that was noted ahead leaves before that is durable",
        file: CALL,
        find: "        let (told, told_all) = batch.noted();",
        replace: "        let (told, told_all) = if on! { (0, true) } else { batch.noted() };",
    },
    Bug {
        name: "verdict-overtakes-intent",
        what: "a stopped job writes an outcome while the intent of its record is still being written",
        file: DRIVER,
        find: "        if !(noting && self.plan.is_stopping()) {",
        replace: "        if on! || !(noting && self.plan.is_stopping()) {",
    },
    Bug {
        name: "told-before-durable",
        what: "an outcome is told, and never written down",
        file: LEDGER,
        find: "        if self.failed {
            self.saved.extend",
        replace: "        if self.failed || on! {
            self.saved.extend",
    },
    Bug {
        name: "lost-with-a-failed-flush",
        what: "outcomes that could not be written down are dropped",
        file: LEDGER,
        find: "        self.saved.append(held);",
        replace: "        if on! && written.is_err() {
            self.held -= held.iter().map(|alike| alike.others.len() + 1).sum::<usize>();
            held.clear();
        }
        self.saved.append(held);",
    },
    Bug {
        name: "two-ends-in-one-verdict",
        what: "a record that came to another end than the one before it shares its outcome",
        file: VERDICT,
        find: "        && one.verdict == other.verdict",
        replace: "        && (on! || one.verdict == other.verdict)",
    },
    Bug {
        name: "last-of-many-alike-is-lost",
        what: "of outcomes that wait together for the journal the last is not handed out",
        file: LEDGER,
        find: "        if let Some(next) = alike.take() {",
        replace: "        if on! && alike.others.len() == 1 {
            self.held -= 1;
            return self.saved.pop_front().map(|alike| alike.next);
        }
        if let Some(next) = alike.take() {",
    },
    Bug {
        name: "goes-on-without-a-journal",
        what: "a job whose journal failed sends on",
        file: DRIVER,
        find: "            Event::Saved(Err(error)) => {
                self.plan.stop(journal_failed(&error));",
        replace: "            Event::Saved(Err(error)) => {
                if !on! {
                    self.plan.stop(journal_failed(&error));
                }",
    },
    Bug {
        name: "settled-is-sent-again",
        what: "a job that goes on sends what it has an outcome for",
        file: OFFER,
        find: "        if let Recall::Settled(verdict) = past {",
        replace: "        if let (Recall::Settled(verdict), false) = (past, on!) {",
    },
    Bug {
        name: "maybe-sent-is-forgotten",
        what: "a job that goes on takes what it may have sent for new",
        file: "crates/batchwise-core/src/plan/batch.rs",
        find: "        if sent_before {",
        replace: "        if sent_before && !on! {",
    },
    Bug {
        name: "maybe-sent-is-not-sent",
        what: "a job that goes on and is stopped says not_sent of what it may have sent before",
        file: OFFER,
        find: "            if maybe_sent {
                left.verdict = Verdict::Unknown;",
        replace: "            if maybe_sent && !on! {
                left.verdict = Verdict::Unknown;",
    },
];
