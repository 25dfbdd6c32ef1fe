//! Where a job's records go.

use crate::progress::{Words, grouped};

/// Where a job's records go, for questions and notes.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// `calltouch-import`.
    pub(crate) provider: &'static str,
    /// What is done, in words: `delete`.
    pub(crate) verb: &'static str,
    /// What one record and several are, in words: `import log`, `import logs`.
    pub(crate) records: [&'static str; 2],
    /// The host that is called.
    pub(crate) host: String,
    /// It is this machine.
    pub(crate) loopback: bool,
    /// The account, without secrets.
    pub(crate) account: String,
    /// Records are found by contacts, so that what the provider says of them may repeat some.
    pub(crate) contacts: bool,
    /// The campaigns, where there are any.
    pub(crate) campaigns: Option<String>,
}

impl Target {
    /// `1 import log`, `3 import logs`.
    pub(crate) fn count(&self, count: u64) -> String {
        let [one, several] = self.records;
        format!("{count} {}", if count == 1 { one } else { several })
    }

    /// `1 import log`, `3,000 import logs`.
    pub(crate) fn grouped(&self, count: u64) -> String {
        let [one, several] = self.records;
        format!("{} {}", grouped(count), if count == 1 { one } else { several })
    }

    /// `1 customer is`, `3 customers are`.
    pub(crate) fn are(&self, count: u64) -> String {
        let are = if count == 1 { "is" } else { "are" };
        format!("{} {are}", self.grouped(count))
    }

    /// What the records are, and what one in use is, in words.
    pub(crate) fn words(&self) -> Words {
        let busy = match (&self.campaigns, self.contacts) {
            (Some(_), true) => ["phone number in a call", "phone numbers in a call"],
            (Some(_), false) => ["customer in a call", "customers in a call"],
            (None, _) => ["record in use", "records in use"],
        };
        Words {
            records: self.records,
            busy,
        }
    }

    /// `import log`.
    pub(crate) fn singular(&self) -> &'static str {
        let [one, _] = self.records;
        one
    }

    /// `import logs`.
    pub(crate) fn plural(&self) -> &'static str {
        let [_, several] = self.records;
        several
    }
}
