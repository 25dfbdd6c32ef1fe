//! What a journal says of its job.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use crate::error::OpenError;
use crate::input::InputPrint;
use crate::origin::Origin;

/// What a job is, as its journal keeps it. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobHeader {
    /// The job's id, [random](crate::new_job_id) and short.
    pub id: String,
    /// When this run (of a header that was read: the job) began.
    pub started: SystemTime,
    /// The provider's command name: `calltouch-import`.
    pub provider: String,
    /// The method: `delete`.
    pub method: String,
    /// The host that the calls go to.
    pub host: String,
    /// A label of the account that tells it from others and is no secret: a site id, a user name.
    pub account: String,
    /// The campaigns, where the provider has them.
    pub campaigns: Vec<String>,
    /// The options that make it another job when they differ (`overwrite`, `by`), by name.
    pub options: BTreeMap<String, String>,
    /// The input.
    pub input: InputPrint,
    /// Who runs it, where, and with which version.
    pub origin: Origin,
    /// The arguments that resume the job, without the program's name; none when it cannot be resumed (a pipe).
    pub resume: Vec<String>,
    /// The directory in which they were given.
    pub directory: String,
}

impl JobHeader {
    /// Refuses the journal of another job or account. `self` is this run's, `stored` the journal's.
    pub(crate) fn check_job(&self, stored: &Self, path: &Path) -> Result<(), OpenError> {
        let other = |what: &str, theirs: &str, ours: &str| {
            let shown = |value: &str| if value.is_empty() { "none" } else { value }.to_owned();
            OpenError::OtherJob {
                path: path.to_owned(),
                what: what.to_owned(),
                theirs: shown(theirs),
                ours: shown(ours),
            }
        };
        for (what, theirs, ours) in [
            ("provider", &stored.provider, &self.provider),
            ("method", &stored.method, &self.method),
        ] {
            if theirs != ours {
                return Err(other(what, theirs, ours));
            }
        }
        if (&stored.host, &stored.account) != (&self.host, &self.account) {
            let named = |header: &Self| format!("{} on {}", header.account, header.host);
            return Err(OpenError::OtherAccount {
                path: path.to_owned(),
                theirs: named(stored),
                ours: named(self),
            });
        }
        if stored.campaigns != self.campaigns {
            return Err(other(
                "campaign",
                &stored.campaigns.join(", "),
                &self.campaigns.join(", "),
            ));
        }
        let names = stored.options.keys().chain(self.options.keys());
        for name in names {
            let value = |header: &Self| header.options.get(name).cloned().unwrap_or_default();
            if value(stored) != value(self) {
                return Err(other(name, &value(stored), &value(self)));
            }
        }
        Ok(())
    }
}
