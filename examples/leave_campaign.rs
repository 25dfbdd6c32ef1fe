//! Removes customers from a Thulium campaign; who is in a call is asked again later.
//!
//! `cargo run -p batchwise-examples --bin leave_campaign`

use std::time::Duration;

use batchwise::thulium_campaign::{CampaignCustomer, CampaignId, CustomerId, ThuliumCampaign, ThuliumCredentials};
use batchwise::{RunOptions, Verdict, run_all};
use batchwise_emulator::{Busy, CampaignConfig, Emulator, EmulatorConfig, SpaceConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let customers = SpaceConfig::any()
        .busy([7003], Busy::Answers(1))
        .busy([7004], Busy::Forever);
    let campaign = CampaignConfig::new("00042").customers(customers);
    let emulator = Emulator::start(EmulatorConfig::default().campaign(campaign)).await?;

    let credentials = ThuliumCredentials::new("api_user", "api_pass")?;
    // For Thulium itself: `.system("your-system-name")` in place of `base_url`.
    let client = ThuliumCampaign::builder(credentials)
        .base_url(emulator.base_url())
        .build()?;

    let campaign: CampaignId = "00042".parse()?;
    let customers = (7001..=7010)
        .map(|id| CustomerId::new(id).map(|customer| CampaignCustomer::new(campaign, customer)))
        .collect::<Result<Vec<_>, _>>()?;
    let options = RunOptions::new().busy_wait(Duration::from_millis(200)).busy_rounds(2);
    let report = run_all(client, customers, options).await;
    for outcome in report.outcomes.iter().filter(|outcome| !outcome.reached()) {
        println!(
            "customer {} is still in the campaign: {}",
            outcome.key(),
            outcome.verdict
        );
    }
    println!("{} removed", report.summary.counts.of(Verdict::Deleted));
    Ok(())
}
