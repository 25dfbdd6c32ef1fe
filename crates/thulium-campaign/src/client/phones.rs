//! The client for phone numbers of CSV campaigns.

use batchwise_core::list::{ListOptions, ListStream};
use batchwise_core::quota::QuotaHandle;
use batchwise_core::{BatchMethod, CallError, Deletes, Descriptor, InvalidRecord, Reply};

use super::connection::Connection;
use super::{ThuliumBuilder, ThuliumCredentials};
use crate::list::{CampaignRecord, CampaignStats, SystemStatus};
use crate::record::{CampaignId, CampaignPhone};

/// Removes phone numbers from campaigns that are fed from CSV files (`DELETE /api/batch/outbounds/:id/records`).
///
/// All records of a number are removed. One of them in a conversation makes the number busy; "not there" is not taken
/// for the wanted state, because the campaign may spell the number otherwise. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ThuliumCampaignPhones(pub(super) Connection<CampaignPhone>);

impl ThuliumCampaignPhones {
    /// Begins a client.
    pub fn builder(credentials: ThuliumCredentials) -> ThuliumBuilder<Self> {
        ThuliumBuilder::new(credentials)
    }

    /// The same client with another campaign for keys without one (`+48600700801`).
    #[must_use]
    pub fn campaign(mut self, campaign: CampaignId) -> Self {
        self.0.campaign = Some(campaign);
        self
    }

    /// The campaign that keys without one belong to.
    #[must_use]
    pub fn default_campaign(&self) -> Option<CampaignId> {
        self.0.campaign
    }

    /// Lists the records of a campaign (`GET /api/outbounds/:id/records`), all or those of some statuses, a hundred a call,
    /// under the client's quota.
    ///
    /// Take the whole list before anything is removed: rows move when records go, and the list says so with an error. A
    /// record that comes at the very moment another one goes may be missed unnoticed.
    pub fn list(
        &self,
        campaign: CampaignId,
        statuses: impl IntoIterator<Item = SystemStatus>,
        options: ListOptions,
    ) -> ListStream<CampaignRecord<CampaignPhone>> {
        self.0.list(campaign, statuses, options)
    }

    /// Lists how many records active campaigns have (`GET /api/outbounds/stats`), in one call.
    pub fn stats(&self, options: ListOptions) -> ListStream<CampaignStats> {
        self.0.stats(options)
    }

    /// Host and port that the calls go to.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.base.host()
    }
}

impl BatchMethod for ThuliumCampaignPhones {
    type Record = CampaignPhone;

    fn descriptor(&self) -> &Descriptor {
        &self.0.descriptor
    }

    fn quotas(&self) -> &[QuotaHandle] {
        self.0.quotas.as_slice()
    }

    async fn call(&self, records: &[CampaignPhone]) -> Result<Reply, CallError> {
        self.0.call(records).await
    }
}

impl Deletes for ThuliumCampaignPhones {
    /// Reads `00042:+48600700801`, or `+48600700801` where the client has a campaign.
    fn parse_key(&self, key: &str) -> Result<CampaignPhone, InvalidRecord> {
        self.0.parse_key(key, "00042:+48600700801")
    }
}
