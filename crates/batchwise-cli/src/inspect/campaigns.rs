//! Thulium's campaigns.

use std::time::Duration;

use batchwise::list::{ListError, ListOptions};
use batchwise::thulium_campaign::{CampaignId, CampaignStats, ThuliumCampaign, ThuliumCampaignPhones};
use futures_util::future::BoxFuture;

use super::Inspect;
use crate::progress::grouped;

/// A question waits no longer for what it would tell besides.
const PATIENCE: Duration = Duration::from_secs(10);

/// The client of a job.
#[derive(Debug, Clone)]
pub(crate) enum CampaignClient {
    Customers(ThuliumCampaign),
    Phones(ThuliumCampaignPhones),
}

/// The campaigns of a job.
#[derive(Debug)]
pub(crate) struct Campaigns {
    pub(crate) client: CampaignClient,
    /// Those of the flags; none when each record names its own.
    pub(crate) campaigns: Vec<CampaignId>,
}

impl Campaigns {
    async fn stats(&self) -> Result<Vec<CampaignStats>, ListError> {
        // One call: a question is not worth more.
        let options = ListOptions::new().max_attempts(1);
        match &self.client {
            CampaignClient::Customers(client) => client.stats(options).whole().await,
            CampaignClient::Phones(client) => client.stats(options).whole().await,
        }
    }

    async fn counted(&self) -> Vec<String> {
        if self.campaigns.is_empty() {
            return Vec::new();
        }
        let stats = match tokio::time::timeout(PATIENCE, self.stats()).await {
            Ok(Ok(stats)) => stats,
            Ok(Err(error)) => {
                let why = error.call().map_or_else(|| error.to_string(), ToString::to_string);
                return vec![format!("how many records are in it could not be read ({why})")];
            }
            Err(_) => {
                return vec![format!(
                    "how many records are in it could not be read (no answer within {} s)",
                    PATIENCE.as_secs()
                )];
            }
        };
        let line = |campaign: &CampaignId| {
            let found = stats.iter().find(|stats| stats.id == campaign.as_str());
            match found.map(|stats| stats.records) {
                Some(1) => format!("campaign {campaign} has 1 record"),
                Some(records) => format!("campaign {campaign} has {} records", grouped(records)),
                None => format!(
                    "campaign {campaign} is NOT among the active campaigns of this system: is it the right one?"
                ),
            }
        };
        self.campaigns.iter().map(line).collect()
    }
}

impl Inspect for Campaigns {
    fn foreword(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(self.counted())
    }
}
