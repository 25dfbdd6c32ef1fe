//! Records of a campaign, and campaigns as the provider counts them.

mod decode;
mod pages;
mod record;
mod stats;
mod status;

pub use record::CampaignRecord;
pub use stats::CampaignStats;
pub use status::SystemStatus;

pub(crate) use pages::Pages;
pub(crate) use stats::StatsQuestion;
