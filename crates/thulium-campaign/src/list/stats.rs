//! How many records campaigns have, as the provider counts them.

use batchwise_core::CallError;
use batchwise_core::list::{Flaw, ListMethod};
use batchwise_core::quota::QuotaHandle;

use super::decode;
use crate::client::Connection;
use crate::record::Member;
use crate::wire;

/// What the provider counts of one active campaign.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CampaignStats {
    /// The campaign, as the provider names it.
    pub id: String,
    /// Its records.
    pub records: u64,
    /// How far it is; `None` where the answer has no number.
    pub completion_percent: Option<f64>,
}

/// The one question.
#[derive(Debug)]
pub(crate) struct StatsQuestion<M> {
    connection: Connection<M>,
    answered: bool,
}

impl<M> StatsQuestion<M> {
    pub(crate) fn new(connection: Connection<M>) -> Self {
        Self {
            connection,
            answered: false,
        }
    }
}

impl<M: Member> ListMethod for StatsQuestion<M> {
    type Item = CampaignStats;
    type Answer = Vec<CampaignStats>;

    fn quotas(&self) -> &[QuotaHandle] {
        self.connection.quotas()
    }

    async fn ask(&self) -> Result<Vec<CampaignStats>, CallError> {
        let request = wire::stats(self.connection.base(), self.connection.authorization())?;
        decode::stats(&self.connection.caller().send(request).await?)
    }

    fn take(&mut self, answer: Vec<CampaignStats>) -> Result<Vec<CampaignStats>, Flaw> {
        self.answered = true;
        Ok(answer)
    }

    fn is_whole(&self) -> bool {
        self.answered
    }
}
