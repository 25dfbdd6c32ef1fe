//! What truly happened.

use std::collections::BTreeMap;

use crate::calltouch::leads::LeadsTruth;
use crate::dellin::BookTruth;
use crate::method::Method;
use crate::quota::WindowTruth;
use crate::space::Numbers;
use crate::thulium::CampaignsTruth;

/// A snapshot of what truly happened, to hold a client's outcomes against.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Truth {
    /// Calltouch imports, by id.
    pub calltouch: Numbers,
    /// Calltouch leads.
    pub leads: LeadsTruth,
    /// Dellin's address book.
    pub dellin: BookTruth,
    /// Thulium's campaigns.
    pub thulium: CampaignsTruth,
    /// Requests by method.
    pub requests: BTreeMap<Method, Tally>,
    /// Requests to addresses that no provider has.
    pub strays: u64,
    /// Dellin sessions given out.
    pub logins: u64,
    /// What arrived in each quota's windows.
    pub windows: Vec<WindowTruth>,
}

impl Truth {
    /// The requests of a method.
    #[must_use]
    pub fn tally(&self, method: Method) -> Tally {
        self.requests.get(&method).cloned().unwrap_or_default()
    }
}

/// Requests of one method.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Requests that arrived; refused connections did not.
    pub received: u64,
    /// Connections refused by a fault rule.
    pub refused: u64,
    /// Requests in which the server got as far as looking at the records (or opened or closed a session).
    pub acted: u64,
    /// Answers that left whole, by status, faults included.
    pub answers: BTreeMap<u16, u64>,
    /// Answers that were cut, by status.
    pub cut: BTreeMap<u16, u64>,
    /// Requests that got no answer: reset, closed, never answered.
    pub unanswered: u64,
    /// Requests refused by the quota (429s of a fault rule are not among them).
    pub over_quota: u64,
}
