//! Looks into an account without changing anything: before a job's question, and after its end.

mod book;
mod campaigns;

pub(crate) use book::Book;
pub(crate) use campaigns::{CampaignClient, Campaigns, MOST_WALKS};

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use batchwise::Identity;
use batchwise::list::ListError;
use batchwise_journal::Verified;
use futures_util::future::BoxFuture;

use crate::reading::Reading;

/// Looks into an account.
pub(crate) trait Inspect: fmt::Debug + Send + Sync {
    /// Lines for the question before something is destroyed, in one call at most.
    fn foreword(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async { Vec::new() })
    }

    /// What a record is called in lists; `None` for what is no record.
    fn identity(&self, scope: Option<&str>, key: &str) -> Option<Identity>;

    /// A record may be there under another name than its key, so that a whole list does not tell of all.
    fn may_hide(&self) -> bool {
        false
    }

    /// Lists what there is where these records were.
    fn look<'a>(&'a self, wanted: &'a Wanted, reading: &'a Reading) -> BoxFuture<'a, Seen>;
}

/// Where records were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Campaigns.
    pub(crate) scopes: BTreeSet<String>,
    /// Kinds: what stands before the colon of a key.
    pub(crate) kinds: BTreeSet<String>,
}

impl Wanted {
    /// And where this record was.
    pub(crate) fn add(&mut self, scope: Option<&str>, key: &str) {
        if let Some(scope) = scope.filter(|scope| !self.scopes.contains(*scope)) {
            self.scopes.insert(scope.to_owned());
        }
        if let Some((kind, _)) = key.split_once(':')
            && !self.kinds.contains(kind)
        {
            self.kinds.insert(kind.to_owned());
        }
    }
}

/// What a look showed.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Everything that is listed.
    pub(crate) there: HashSet<Identity>,
    /// Why the list of a campaign (of the whole book: of none) is not whole.
    pub(crate) failed: Vec<(Option<String>, ListError)>,
    /// A record may be there under another name than its key.
    pub(crate) may_hide: bool,
    /// Campaigns and the last digits of the phone numbers in them: a number may be spelled in several ways.
    pub(crate) endings: HashSet<(String, String)>,
}

/// So many last digits tell phone numbers apart, whatever stands before them.
const ENDING: usize = 9;

/// The last digits of a phone number.
pub(crate) fn ending(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    digits
        .get(digits.len().saturating_sub(ENDING)..)
        .unwrap_or_default()
        .iter()
        .collect()
}

impl Seen {
    /// What it says of a record.
    pub(crate) fn of(&self, scope: Option<&str>, key: &str, identity: Option<&Identity>) -> Verified {
        let Some(identity) = identity else {
            return Verified::Unchecked;
        };
        if self.there.contains(identity) {
            return Verified::Present;
        }
        let is_partial = self.failed.iter().any(|(failed, _)| failed.as_deref() == scope);
        let is_alike = || {
            self.endings
                .contains(&(scope.unwrap_or_default().to_owned(), ending(key)))
        };
        if is_partial || self.may_hide || (!self.endings.is_empty() && is_alike()) {
            Verified::Unchecked
        } else {
            Verified::Absent
        }
    }
}
