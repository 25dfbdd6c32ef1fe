#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod decode;
mod list;
mod record;
mod wire;

pub use client::{
    DEFAULT_MAX_BYTES, DEFAULT_MAX_RECORDS, MOST_BYTES, MOST_RECORDS, ThuliumBuilder, ThuliumCampaign,
    ThuliumCampaignPhones, ThuliumCredentials,
};
pub use list::{CampaignRecord, CampaignStats, SystemStatus};
pub use record::{CampaignCustomer, CampaignId, CampaignPhone, CustomerId, MAX_PHONE_BYTES, PhoneNumber};
