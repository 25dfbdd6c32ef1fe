//! From the first page of a campaign to its last.

use std::collections::HashSet;

use batchwise_core::CallError;
use batchwise_core::list::{Flaw, ListMethod};
use batchwise_core::quota::QuotaHandle;

use super::decode::{self, Page};
use super::{CampaignRecord, SystemStatus};
use crate::client::Connection;
use crate::record::{CampaignId, Member};
use crate::wire;

/// A walk through the records of a campaign by `offset`.
///
/// The provider counts all records with every page, and rows move when records come or go. So the count has to stay the
/// same, no record may come twice, and as many as were counted have to have come; else the list is not whole.
#[derive(Debug)]
pub(crate) struct Pages<M> {
    connection: Connection<M>,
    campaign: CampaignId,
    statuses: Vec<SystemStatus>,
    count: Option<u64>,
    /// Records that came.
    offset: u64,
    seen: HashSet<Row>,
}

/// What tells two records apart: the provider's number, or the member where there is none.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Row {
    Record(u64),
    Member(String),
}

impl<M: Member> Pages<M> {
    pub(crate) fn new(connection: Connection<M>, campaign: CampaignId, statuses: Vec<SystemStatus>) -> Self {
        Self {
            connection,
            campaign,
            statuses,
            count: None,
            offset: 0,
            seen: HashSet::new(),
        }
    }

    fn is_wanted(&self, record: &CampaignRecord<M>) -> bool {
        self.statuses.is_empty()
            || self
                .statuses
                .iter()
                .any(|status| record.system_status == status.as_str())
    }
}

impl<M: Member> ListMethod for Pages<M> {
    type Item = CampaignRecord<M>;
    type Answer = Page<M>;

    fn quotas(&self) -> &[QuotaHandle] {
        self.connection.quotas()
    }

    async fn ask(&self) -> Result<Page<M>, CallError> {
        let request = wire::page::<M>(
            self.connection.base(),
            self.connection.authorization(),
            self.campaign,
            self.offset,
            &self.statuses,
        )?;
        decode::page(&self.connection.caller().send(request).await?, self.campaign)
    }

    fn take(&mut self, page: Page<M>) -> Result<Vec<CampaignRecord<M>>, Flaw> {
        let count = *self.count.get_or_insert(page.count);
        let (campaign, offset) = (self.campaign, self.offset);
        if page.count != count {
            return Err(Flaw::changed(format!(
                "campaign {campaign} had {count} records, and now {}",
                page.count
            )));
        }
        if page.records.is_empty() && offset < count {
            return Err(Flaw::odd(format!(
                "the page at offset {offset} is empty, and {count} records were counted"
            )));
        }
        let came = u64::try_from(page.records.len()).unwrap_or(u64::MAX);
        if came > wire::PAGE_RECORDS {
            // The next page would begin behind a record that did not come.
            return Err(Flaw::odd(format!(
                "the page at offset {offset} has {came} records, and {} were asked for",
                wire::PAGE_RECORDS
            )));
        }
        for record in &page.records {
            if !self.is_wanted(record) {
                return Err(Flaw::odd(format!(
                    "record {} has status {:?}, which was not asked for",
                    record.member.key(),
                    record.system_status
                )));
            }
            let row = match record.record_id {
                Some(id) => Row::Record(id),
                None => Row::Member(record.member.key()),
            };
            if !self.seen.insert(row) {
                return Err(Flaw::changed(format!(
                    "the page at offset {offset} repeats a record of an earlier one"
                )));
            }
        }
        self.offset = offset.saturating_add(came);
        if self.offset > count {
            return Err(Flaw::odd(format!(
                "{} records came, and {count} were counted",
                self.offset
            )));
        }
        Ok(page.records)
    }

    fn is_whole(&self) -> bool {
        self.count == Some(self.offset)
    }
}
