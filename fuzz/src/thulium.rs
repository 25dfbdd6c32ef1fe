//! Clients of campaigns over the answer of the input.

use batchwise_core::quota::QuotaHandle;
use thulium_campaign::{
    CampaignCustomer, CampaignPhone, ThuliumCampaign, ThuliumCampaignPhones, ThuliumCredentials,
};

use crate::answers::{Answered, SECRET};

fn credentials() -> ThuliumCredentials {
    ThuliumCredentials::new("api_user", SECRET).expect("credentials")
}

/// A client that removes customers.
pub fn customers() -> Answered<ThuliumCampaign> {
    Answered::new(|transport| {
        ThuliumCampaign::builder(credentials())
            .system("demo-system")
            .transport(transport)
            .quota(QuotaHandle::unlimited())
            .build()
            .expect("a client")
    })
}

/// A client that removes phone numbers.
pub fn phones() -> Answered<ThuliumCampaignPhones> {
    Answered::new(|transport| {
        ThuliumCampaignPhones::builder(credentials())
            .system("demo-system")
            .transport(transport)
            .quota(QuotaHandle::unlimited())
            .build()
            .expect("a client")
    })
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
