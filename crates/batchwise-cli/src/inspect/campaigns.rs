//! Thulium's campaigns.

use std::time::Duration;

use batchwise::list::{ListError, ListErrorKind, ListOptions, ListStream};
use batchwise::thulium_campaign::{
    CampaignCustomer, CampaignId, CampaignPhone, CampaignRecord, CampaignStats, ThuliumCampaign, ThuliumCampaignPhones,
};
use batchwise::{Identity, Record};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;

use super::{Inspect, Seen, Wanted, ending};
use crate::progress::grouped;
use crate::reading::Reading;

/// A question waits no longer for what it would tell besides.
const PATIENCE: Duration = Duration::from_secs(10);

/// So often a campaign that changes while it is read is read from its beginning.
pub(crate) const MOST_WALKS: u32 = 3;

/// The client of a job.
#[derive(Debug, Clone)]
pub(crate) enum CampaignClient {
    Customers(ThuliumCampaign),
    Phones {
        client: ThuliumCampaignPhones,
        /// Numbers are looked for among additional numbers too, which no list shows.
        additional_numbers: bool,
    },
}

/// The campaigns of a job.
#[derive(Debug)]
pub(crate) struct Campaigns {
    pub(crate) client: CampaignClient,
    /// Those of the flags; none when each record names its own.
    pub(crate) campaigns: Vec<CampaignId>,
}

impl Campaigns {
    /// The active campaigns of the system, in one call; an error is why they cannot be read.
    pub(crate) async fn stats(&self) -> Result<Vec<CampaignStats>, String> {
        // A question is not worth more.
        let options = ListOptions::new().max_attempts(1);
        let stats = match &self.client {
            CampaignClient::Customers(client) => client.stats(options).whole().await,
            CampaignClient::Phones { client, .. } => client.stats(options).whole().await,
        };
        stats.map_err(|error| error.call().map_or_else(|| error.to_string(), ToString::to_string))
    }

    async fn counted(&self) -> Vec<String> {
        if self.campaigns.is_empty() {
            return Vec::new();
        }
        let stats = match tokio::time::timeout(PATIENCE, self.stats()).await {
            Ok(Ok(stats)) => stats,
            Ok(Err(why)) => return vec![format!("how many records are in it could not be read ({why})")],
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

    fn identity(&self, scope: Option<&str>, key: &str) -> Option<Identity> {
        let campaign: CampaignId = scope?.parse().ok()?;
        match &self.client {
            CampaignClient::Customers(_) => Some(CampaignCustomer::new(campaign, key.parse().ok()?).identity()),
            CampaignClient::Phones { .. } => Some(CampaignPhone::new(campaign, key.parse().ok()?).identity()),
        }
    }

    fn may_hide(&self) -> bool {
        matches!(
            &self.client,
            CampaignClient::Phones {
                additional_numbers: true,
                ..
            }
        )
    }

    fn look<'a>(&'a self, wanted: &'a Wanted, reading: &'a Reading) -> BoxFuture<'a, Seen> {
        Box::pin(async move {
            let mut seen = Seen::default();
            let campaigns = wanted
                .scopes
                .iter()
                .filter_map(|scope| scope.parse::<CampaignId>().ok());
            for campaign in campaigns {
                let listed = match &self.client {
                    CampaignClient::Customers(client) => {
                        walked(&mut seen, reading, |options| client.list(campaign, [], options)).await
                    }
                    CampaignClient::Phones {
                        client,
                        additional_numbers,
                    } => {
                        seen.may_hide = *additional_numbers;
                        walked(&mut seen, reading, |options| client.list(campaign, [], options)).await
                    }
                };
                if let Err(error) = listed {
                    seen.failed.push((Some(campaign.to_string()), error));
                }
            }
            seen
        })
    }
}

/// Lists a campaign, once more from its beginning where it changes meanwhile; what is there of it is noted when the list is
/// whole, and else what was there last.
async fn walked<M: Record>(
    seen: &mut Seen,
    reading: &Reading,
    list: impl Fn(ListOptions) -> ListStream<CampaignRecord<M>>,
) -> Result<(), ListError> {
    let mut walks = 1;
    loop {
        let (mut list, mut there, mut failed) = (list(reading.options()), Vec::new(), None);
        while let Some(entry) = list.next().await {
            match entry {
                Ok(record) => {
                    reading.found();
                    there.push(record.member);
                }
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if error.kind() == ListErrorKind::Changed && walks < MOST_WALKS => walks += 1,
            failed => {
                let endings = there
                    .iter()
                    .filter(|member| matches!(member.identity(), Identity::Text { .. }));
                let endings = endings.map(|member| (member.scope().unwrap_or_default(), ending(&member.key())));
                seen.endings.extend(endings);
                seen.there.extend(there.iter().map(Record::identity));
                return failed.map_or(Ok(()), Err);
            }
        }
    }
}
