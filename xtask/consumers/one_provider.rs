//! A program of a user of one provider crate: a call that reaches nobody is known not to have acted.

use batchwise_core::{BatchMethod, Deletes, Sent};
use thulium_campaign::{CampaignId, ThuliumCampaign, ThuliumCredentials};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Port 1 of this machine: nobody answers there.
    let client = ThuliumCampaign::builder(ThuliumCredentials::new("api_user", "secret")?)
        .base_url("http://127.0.0.1:1")
        .campaign("00042".parse::<CampaignId>()?)
        .build()?;
    let customer = client.parse_key("7001")?;
    let error = client.call(&[customer]).await.unwrap_err();
    assert_eq!(error.sent(), Sent::No, "{error}");
    println!("one provider alone: {error}");
    Ok(())
}
