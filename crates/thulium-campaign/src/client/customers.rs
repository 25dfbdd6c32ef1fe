//! The client for customers of CRM campaigns.

use batchwise_core::list::{ListOptions, ListStream};
use batchwise_core::quota::QuotaHandle;
use batchwise_core::{BatchMethod, CallError, Deletes, Descriptor, InvalidRecord, Reply};

use super::connection::Connection;
use super::{ThuliumBuilder, ThuliumCredentials};
use crate::list::{CampaignRecord, CampaignStats, SystemStatus};
use crate::record::{CampaignCustomer, CampaignId};

/// Removes customers from campaigns that are fed from the CRM (`DELETE /api/batch/crm_outbounds/:id/records`).
///
/// Cheap to clone. One call removes from one campaign; one job may hold records of many.
#[derive(Debug, Clone)]
pub struct ThuliumCampaign(pub(super) Connection<CampaignCustomer>);

impl ThuliumCampaign {
    /// Begins a client.
    pub fn builder(credentials: ThuliumCredentials) -> ThuliumBuilder<Self> {
        ThuliumBuilder::new(credentials)
    }

    /// The same client with another campaign for keys without one (`7001`).
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

    /// Lists the records of a campaign (`GET /api/crm_outbounds/:id/records`), all or those of some statuses, a hundred a call,
    /// under the client's quota.
    ///
    /// Take the whole list before anything is removed: rows move when records go, and the list says so with an error. A
    /// record that comes at the very moment another one goes may be missed unnoticed.
    pub fn list(
        &self,
        campaign: CampaignId,
        statuses: impl IntoIterator<Item = SystemStatus>,
        options: ListOptions,
    ) -> ListStream<CampaignRecord<CampaignCustomer>> {
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

impl BatchMethod for ThuliumCampaign {
    type Record = CampaignCustomer;

    fn descriptor(&self) -> &Descriptor {
        &self.0.descriptor
    }

    fn quotas(&self) -> &[QuotaHandle] {
        self.0.quotas.as_slice()
    }

    async fn call(&self, records: &[CampaignCustomer]) -> Result<Reply, CallError> {
        self.0.call(records).await
    }
}

impl Deletes for ThuliumCampaign {
    /// Reads `00042:7001`, or `7001` where the client has a campaign.
    fn parse_key(&self, key: &str) -> Result<CampaignCustomer, InvalidRecord> {
        self.0.parse_key(key, "00042:7001")
    }
}
