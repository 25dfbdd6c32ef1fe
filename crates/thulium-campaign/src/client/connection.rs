//! What both clients hold: where to call, as whom, under which limits, and for which campaign by default.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use batchwise_core::list::{self, ListOptions, ListStream};
use batchwise_core::quota::QuotaHandle;
use batchwise_core::transport::HttpCaller;
use batchwise_core::{BaseUrl, CallError, Descriptor, InvalidRecord, Reply};
use http::HeaderValue;

use crate::decode;
use crate::list::{CampaignRecord, CampaignStats, Pages, StatsQuestion, SystemStatus};
use crate::record::{CampaignId, Member};
use crate::wire;

/// The common part of the clients, for members of one kind.
pub(crate) struct Connection<M> {
    pub(super) base: BaseUrl,
    pub(super) authorization: HeaderValue,
    pub(super) caller: HttpCaller,
    /// The same for all clones, which share their connections: they are one caller.
    pub(super) quotas: Arc<[QuotaHandle; 1]>,
    pub(super) descriptor: Descriptor,
    pub(super) option: Option<&'static str>,
    pub(super) campaign: Option<CampaignId>,
    pub(super) members: PhantomData<fn() -> M>,
}

impl<M> Clone for Connection<M> {
    fn clone(&self) -> Self {
        Self {
            base: self.base.clone(),
            authorization: self.authorization.clone(),
            caller: self.caller.clone(),
            quotas: Arc::clone(&self.quotas),
            descriptor: self.descriptor.clone(),
            option: self.option,
            campaign: self.campaign,
            members: PhantomData,
        }
    }
}

impl<M: Member> Connection<M> {
    /// One HTTP call.
    pub(super) async fn call(&self, members: &[M]) -> Result<Reply, CallError> {
        let request = wire::request(&self.base, &self.authorization, members, self.option)?;
        let answer = self.caller.send(request).await?;
        decode::reply(&answer, members)
    }

    /// The records of a campaign.
    pub(super) fn list(
        &self,
        campaign: CampaignId,
        statuses: impl IntoIterator<Item = SystemStatus>,
        options: ListOptions,
    ) -> ListStream<CampaignRecord<M>> {
        let mut wanted: Vec<SystemStatus> = statuses.into_iter().collect();
        wanted.sort_unstable();
        wanted.dedup();
        list::list(Pages::new(self.clone(), campaign, wanted), options)
    }

    /// The counts of campaigns.
    pub(super) fn stats(&self, options: ListOptions) -> ListStream<CampaignStats> {
        list::list(StatsQuestion::new(self.clone()), options)
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        &self.base
    }

    pub(crate) fn authorization(&self) -> &HeaderValue {
        &self.authorization
    }

    pub(crate) fn caller(&self) -> &HttpCaller {
        &self.caller
    }

    pub(crate) fn quotas(&self) -> &[QuotaHandle] {
        self.quotas.as_slice()
    }

    /// Reads `7001` for the default campaign, or `00042:7001`; `example` is the latter for this kind.
    pub(super) fn parse_key(&self, key: &str, example: &str) -> Result<M, InvalidRecord> {
        if let Some((campaign, member)) = key.split_once(':') {
            return M::parse(campaign.parse()?, member);
        }
        match self.campaign {
            Some(campaign) => M::parse(campaign, key),
            None => Err(InvalidRecord::new(
                key,
                format!(
                    "a key with its campaign: write it as `{example}`, or give the client a campaign for bare keys"
                ),
            )),
        }
    }
}

impl<M> fmt::Debug for Connection<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("base", &self.base)
            .field("campaign", &self.campaign)
            .field("option", &self.option)
            .field("descriptor", &self.descriptor)
            .field("quotas", &self.quotas)
            .finish_non_exhaustive()
    }
}
