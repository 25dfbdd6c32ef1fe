//! Clients of campaigns over the answer of the input.

use batchwise_core::quota::QuotaHandle;
use batchwise_core::transport::SharedTransport;
use thulium_campaign::{
    CampaignCustomer, CampaignId, CampaignPhone, CampaignRecord, CampaignStats, SystemStatus, ThuliumCampaign,
    ThuliumCampaignPhones, ThuliumCredentials,
};

use crate::answers::{Answered, SECRET};
use crate::lists::{Walked, walk};

fn credentials() -> ThuliumCredentials {
    ThuliumCredentials::new("api_user", SECRET).expect("credentials")
}

fn customers_over(transport: SharedTransport, quota: QuotaHandle) -> ThuliumCampaign {
    ThuliumCampaign::builder(credentials())
        .system("demo-system")
        .transport(transport)
        .quota(quota)
        .build()
        .expect("a client")
}

fn phones_over(transport: SharedTransport, quota: QuotaHandle) -> ThuliumCampaignPhones {
    ThuliumCampaignPhones::builder(credentials())
        .system("demo-system")
        .transport(transport)
        .quota(quota)
        .build()
        .expect("a client")
}

/// A client that removes customers.
pub fn customers() -> Answered<ThuliumCampaign> {
    Answered::new(|transport| customers_over(transport, QuotaHandle::unlimited()))
}

/// A client that removes phone numbers.
pub fn phones() -> Answered<ThuliumCampaignPhones> {
    Answered::new(|transport| phones_over(transport, QuotaHandle::unlimited()))
}

fn campaign() -> CampaignId {
    "00042".parse().expect("a campaign")
}

/// Reads all customers of a campaign from the answers of an input.
pub fn list_customers(input: &[u8]) -> Walked<CampaignRecord<CampaignCustomer>> {
    walk(input, |transport, quota, options| customers_over(transport, quota).list(campaign(), [], options))
}

/// Reads the phone numbers of a campaign that stand in this way from the answers of an input.
pub fn list_phones(input: &[u8], status: SystemStatus) -> Walked<CampaignRecord<CampaignPhone>> {
    walk(input, |transport, quota, options| phones_over(transport, quota).list(campaign(), [status], options))
}

/// Reads how many records campaigns have from the answers of an input.
pub fn stats(input: &[u8]) -> Walked<CampaignStats> {
    walk(input, |transport, quota, options| customers_over(transport, quota).stats(options))
}

/// Customers of one campaign.
pub fn customer_records() -> Vec<CampaignCustomer> {
    ["00042:7001", "00042:7002", "00042:7003", "00042:7004"].map(|key| key.parse().expect("a key")).into()
}

/// Numbers of one campaign: two of them have the same digits.
pub fn phone_records() -> Vec<CampaignPhone> {
    ["00042:+48600700801", "00042:48 600 700 801", "00042:0600700802", "00042:(22) 600-70-80"]
        .map(|key| key.parse().expect("a key"))
        .into()
}
