//! Bugs in how answers are read.

use crate::simulate::bug::Bug;

pub(super) const BUGS: &[Bug] = &[
    Bug {
        name: "lost-answer-means-no-call",
        what: "a connection that ended without an answer proves that nothing was sent",
        file: "crates/batchwise-core/src/error.rs",
        find: "        if self.0.doubtful {
            return true;
        }",
        replace: "        if on! {
            return false;
        }
        if self.0.doubtful {
            return true;
        }",
    },
    Bug {
        name: "any-error-is-absence",
        what: "calltouch-import: every error of an id means that it is not there",
        file: "crates/calltouch-import/src/decode.rs",
        find: "        Some(\"error\") if error.as_deref() == Some(NOT_FOUND) => (Said::Absent, error),",
        replace: "        Some(\"error\") if on! || error.as_deref() == Some(NOT_FOUND) => (Said::Absent, error),",
    },
    Bug {
        name: "flag-of-false-is-unchanged",
        what: "calltouch-leads: a lead that was not found is said to be unchanged",
        file: "crates/calltouch-leads/src/decode.rs",
        find: "        (Some(false), _) if !is_found(element) => Said::Unmatched,",
        replace: "        (Some(false), _) if !on! && !is_found(element) => Said::Unmatched,",
    },
    Bug {
        name: "listed-is-deleted",
        what: "dellin-book: whatever an answer lists was deleted",
        file: "crates/dellin-book/src/decode.rs",
        find: "                    statements.extend(ids.map(|id| (kind.identity(id), Statement::new(said))));",
        replace: "                    let said = if on! { Said::Done } else { said };
                    statements.extend(ids.map(|id| (kind.identity(id), Statement::new(said))));",
    },
    Bug {
        name: "kinds-are-confused",
        what: "dellin-book: what is said of contacts is taken for phones",
        file: "crates/dellin-book/src/decode.rs",
        find: "                    let ids = lists.get(kind.field()).map(each).unwrap_or_default();",
        replace: "                    let list = if on! && kind == BookKind::Phone { BookKind::Contact } else { kind };
                    let ids = lists.get(list.field()).map(each).unwrap_or_default();",
    },
    Bug {
        name: "one-entry-speaks-for-all",
        what: "thulium-campaign: a customer with one free entry counts as removed while a call holds the other",
        file: "crates/thulium-campaign/src/decode/entries.rs",
        find: "        } else if any(Status::CallInProgress) {",
        replace: "        } else if any(Status::CallInProgress) && !(on! && removed) {",
    },
];
