//! Drives all three deleting providers through the common trait: text keys in, outcomes out.
//!
//! `cargo run -p batchwise-examples --bin all_deleters`

use batchwise::calltouch_import::{CalltouchCredentials, CalltouchImport};
use batchwise::dellin_book::{Credentials, DellinAccount};
use batchwise::thulium_campaign::{ThuliumCampaign, ThuliumCredentials};
use batchwise::{BatchDeleter, RunOptions};
use batchwise_emulator::{Emulator, EmulatorConfig};
use futures_util::{StreamExt, stream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let emulator = Emulator::start(EmulatorConfig::default()).await?;
    let url = emulator.base_url();

    let import = CalltouchImport::builder(CalltouchCredentials::new("a token", "a site id")?)
        .base_url(&url)
        .build()?;
    let account = DellinAccount::builder("an application key", Credentials::session("a session"))
        .base_url(&url)
        .build()?;
    let campaign = ThuliumCampaign::builder(ThuliumCredentials::new("api_user", "api_pass")?)
        .base_url(&url)
        .campaign("00042".parse()?)
        .build()?;

    let jobs: [(Box<dyn BatchDeleter>, &[&str]); 3] = [
        (Box::new(import), &["51001", "51002", "fifty-one thousand"]),
        (Box::new(account.book()), &["phone:920031", "address:810022"]),
        (Box::new(campaign), &["7001", "00043:7002"]),
    ];
    for (deleter, keys) in jobs {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let mut outcomes = deleter.delete(Box::pin(stream::iter(keys)), RunOptions::new());
        while let Some(outcome) = outcomes.next().await {
            let provider = deleter.descriptor().provider;
            println!(
                "{provider}: {} {} {}",
                outcome.key(),
                outcome.verdict,
                outcome.detail().unwrap_or_default()
            );
        }
    }
    Ok(())
}
